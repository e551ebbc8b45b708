// Rows as typed columns, made of NDJSON before any clock runs: start in milliseconds, number of the status, duration.

export const COMPLETED = 0;
export const FAILED = 1;
export const STATUSES = ['completed', 'failed', 'timed_out', 'cancelled', 'running'];
const LINES_AT_ONCE = 1 << 22;

/** `{ starts, statuses, durations }` of the rows that have a start; a duration that is not known is NaN. */
export function typedColumns(bytes) {
  const [starts, statuses, durations] = [[], [], []];
  const decoder = new TextDecoder();
  let rest = '';
  for (let at = 0; at < bytes.length; at += LINES_AT_ONCE) {
    const lines = (rest + decoder.decode(bytes.subarray(at, at + LINES_AT_ONCE), { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const { started_at: start, status, duration_ms: duration } = JSON.parse(line);
      if (start === null) continue;
      starts.push(Date.parse(start));
      statuses.push(STATUSES.indexOf(status));
      durations.push(duration ?? NaN);
    }
  }
  return { starts: Float64Array.from(starts), statuses: Uint8Array.from(statuses), durations: Float64Array.from(durations) };
}
