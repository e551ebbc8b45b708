// Limits and defaults that the page shares with the engine. A test holds them equal to the engine's own.

/** The most days that a window may span. */
export const MOST_DAYS = 1096;
/** The days of a window when nothing says otherwise. */
export const DEFAULT_DAYS = 90;
/** The most days that a file without a window is shown. */
export const MOST_DAYS_OF_A_FILE = 365;
export const DEFAULT_METRIC = 'success_rate';
export const METRICS = ['success_rate', 'volume', 'duration', 'error_count', 'p50_duration', 'p95_duration', 'p99_duration', 'max_duration', 'queue_wait'] as const;
export const STATUSES = ['completed', 'failed', 'timed_out', 'cancelled', 'skipped', 'running', 'pending', 'waiting', 'other'];
