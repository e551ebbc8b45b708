// How fast reading goes and how long it still takes, from what was told of it before.

import type { Progress } from './types.js';

/** The rate is that of the last seconds, so that a pause shows and is then forgotten. */
const SPAN_MS = 3000;

/** What is counted of a reading; the rest follows from it and the clock. */
export type Counts = Omit<Progress, 'elapsed' | 'rowsPerSecond' | 'bytesPerSecond' | 'remaining'>;

export class Meter {
  readonly #began = performance.now();
  readonly #seen = [{ at: this.#began, rows: 0, bytes: 0 }];

  progress(counts: Counts): Progress {
    const at = performance.now();
    const { rows, bytes } = counts;
    // A server of another origin does not show that the length that it told is that of a coded answer.
    const total = counts.total !== null && bytes > counts.total ? null : counts.total;
    this.#seen.push({ at, rows, bytes });
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) > SPAN_MS) this.#seen.shift();
    const first = this.#seen[0] ?? { at, rows, bytes };
    const seconds = Math.max(at - first.at, 1) / 1000;
    const bytesPerSecond = Math.max(bytes - first.bytes, 0) / seconds;
    const left = total === null ? null : Math.max(total - bytes, 0);
    const remaining = left === null || (bytesPerSecond === 0 && left > 0) ? null : left === 0 ? 0 : (left / bytesPerSecond) * 1000;
    return { ...counts, total, elapsed: at - this.#began, rowsPerSecond: Math.max(rows - first.rows, 0) / seconds, bytesPerSecond, remaining };
  }
}
