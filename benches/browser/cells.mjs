// The job of the bench: executions, completed, failed and mean duration of every UTC hour of the window. Its shape, and
// whether two results are the same.

export const MS_PER_HOUR = 3_600_000;
/** 2026-01-01, 00:00 UTC, in hours since 1970, and the hours of the window. */
export const FIRST_HOUR = 490_896;
export const HOURS = 90 * 24;
/** The same window as dates. */
export const FROM = '2026-01-01';
export const TO = '2026-03-31';
/** Numbers a cell: executions, completed, failed, mean duration or NaN. */
export const WIDTH = 4;

export const FILTERS = {
  'one workflow': { workflow: 'w-07' },
  'failed only': { status: 'failed' },
  'one tag': { tag: 'eu' },
  'off again': {},
};

export function emptyCells() {
  const cells = new Float64Array(HOURS * WIDTH);
  for (let at = WIDTH - 1; at < cells.length; at += WIDTH) cells[at] = NaN;
  return cells;
}

/** Cells from rows `[hour since 1970, executions, completed, failed, mean]`. */
export function cellsFrom(rows) {
  const cells = emptyCells();
  for (const [hour, executions, completed, failed, mean] of rows) {
    const place = hour - FIRST_HOUR;
    if (place < 0 || place >= HOURS) throw new Error(`hour ${hour} lies outside the window`);
    cells.set([executions, completed, failed, mean ?? NaN], place * WIDTH);
  }
  return cells;
}

/** The first difference between two results in words, or undefined: counts are equal, means agree to 9 digits. */
export function difference(one, other) {
  if (one.length !== other.length) return `${one.length} numbers against ${other.length}`;
  for (let at = 0; at < one.length; at += 1) {
    const [a, b] = [one[at], other[at]];
    if (Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))) continue;
    return `hour ${Math.floor(at / WIDTH)}, number ${at % WIDTH}: ${a} against ${b}`;
  }
  return undefined;
}

/** How many executions there are in all. */
export function total(cells) {
  let sum = 0;
  for (let at = 0; at < cells.length; at += WIDTH) sum += cells[at];
  return sum;
}
