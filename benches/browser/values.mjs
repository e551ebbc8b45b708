// What the drawings show: 90 days by hour, or 365 days; every cell has a level, and other ones at every turn.

const MS_PER_DAY = 86_400_000;
const START = { hours: Date.UTC(2026, 0, 1), days: Date.UTC(2025, 3, 1) };
const DAYS = { hours: 90, days: 365 };
export const COLORS = ['#eeeeee', '#c6dbef', '#6baed6', '#2171b5', '#08306b'];

export const isoDate = (at) => new Date(at).toISOString().slice(0, 10);
export const firstDay = (kind) => new Date(START[kind]);
export const lastDay = (kind) => new Date(START[kind] + (DAYS[kind] - 1) * MS_PER_DAY);

/** `{ at, day, hour, level, value }` for every cell. */
export function cellsOf(kind, turn) {
  const hours = kind === 'hours' ? 24 : 1;
  return Array.from({ length: DAYS[kind] * hours }, (_, place) => {
    const at = START[kind] + place * (MS_PER_DAY / hours);
    const value = (place * 7 + turn * 3 + Math.floor(place / 11)) % 97;
    return { at, day: isoDate(at), hour: place % hours, value, level: value % COLORS.length };
  });
}

/** The same many cells as rows for the engine: some executions in each, more or fewer of them failed. */
export function rowsOf(kind) {
  const lines = cellsOf(kind, 0).flatMap(({ at, value }) => Array.from({ length: 6 }, (_, run) => JSON.stringify({
    workflow_id: '7', status: run < value % 6 ? 'failed' : 'completed', started_at: new Date(at + run * 60_000).toISOString(), duration_ms: 100 * value + run,
  })));
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}
