// Limits and defaults that the page shares with the engine. A test holds them equal to the engine's own.

/** The most days that a window may span. */
export const MOST_DAYS = 1096;
/** The days of a window when nothing says otherwise. */
export const DEFAULT_DAYS = 90;
/** The most days that a file without a window is shown. */
export const MOST_DAYS_OF_A_FILE = 365;
export const DEFAULT_METRIC = 'success_rate';
export const METRICS = ['success_rate', 'volume', 'duration', 'error_count', 'p50_duration', 'p95_duration', 'p99_duration', 'max_duration', 'queue_wait'] as const;
/** Which moment of an execution places it, and which of its attempts count; the first is the default. */
export const MOMENTS = ['start', 'end', 'scheduled'] as const;
export const ATTEMPTS = ['each', 'last'] as const;
/** Which patterns are told; the first is the default. */
export const WANTED = ['first', 'all'] as const;
/** Forms that a source can be read as, and what people call them. */
export const FORMS: Readonly<Record<string, string>> = { ndjson: 'NDJSON', json: 'JSON', csv: 'CSV', tsv: 'TSV', arrow: 'Arrow', swf: 'Standard Workload Format' };
/** Systems whose exports are known, by the names of their presets. */
export const PRESETS: Readonly<Record<string, string>> = {
  'canonical': 'Canonical rows', 'linkflow': 'LinkFlow', 'n8n': 'n8n', 'github': 'GitHub Actions, any list', 'github-runs': 'GitHub Actions runs',
  'github-cli': 'GitHub Actions runs of gh', 'github-jobs': 'GitHub Actions jobs', 'gitlab': 'GitLab, any list', 'gitlab-pipelines': 'GitLab pipelines',
  'gitlab-list': 'GitLab pipelines of a list', 'gitlab-jobs': 'GitLab jobs', 'jenkins': 'Jenkins builds', 'airflow': 'Airflow DAG runs',
  'airflow-tasks': 'Airflow task instances', 'prefect': 'Prefect flow runs', 'dagster': 'Dagster runs', 'temporal': 'Temporal workflow executions',
  'argo': 'Argo workflows', 'slurm': 'Slurm jobs', 'swf': 'Batch jobs in SWF', 'windmill': 'Windmill jobs', 'kestra': 'Kestra executions',
  'otlp': 'OpenTelemetry spans', 'cdevents': 'CDEvents', 'cube': 'Counts that a database made',
};
export const STATUSES = ['completed', 'failed', 'timed_out', 'cancelled', 'skipped', 'running', 'pending', 'waiting', 'other'];
