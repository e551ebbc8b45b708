// What only the source of a row holds, read again where the row lies. Asks nobody but the file.

import type { Core } from './module.js';
import { begin } from './part.js';
import { bytesOf } from './source.js';
import type { ReadAs, Row } from './types.js';

/** A source that can be read again, and as what. */
export interface Origin {
  blob: Blob;
  as: ReadAs;
}

/** A row as the engine's table holds it, with where it lies if that is known. */
type Held = Row & { source?: number; offset?: number };

/** Most rows are shorter; of one that is not, ever more is read. */
const FIRST_BYTES = 16 * 1024;
const MOST_BYTES = 32 * 1024 * 1024;
/** More than this stands before the rows of no source that needs it. */
const MOST_HEAD_BYTES = 1024 * 1024;

/** Completes rows from their sources. `headBytes` says how much of a source stands before its rows. */
export function completed({ Engine }: Core, rows: readonly Held[], origins: ReadonlyMap<number, Origin>, headBytes: (source: number) => number | undefined): Promise<Row[]> {
  const heads = new Map<number, Promise<Uint8Array>>();
  const headOf = ({ blob, as }: Origin, source: number): Promise<Uint8Array> => {
    let head = heads.get(source);
    // A line of NDJSON says all that it needs.
    const length = as.form === 'ndjson' ? 0 : Math.min(headBytes(source) ?? 0, MOST_HEAD_BYTES);
    if (!head) heads.set(source, head = bytesOf(blob, 0, length));
    return head;
  };
  return Promise.all(rows.map(async ({ source, offset, ...row }) => {
    const origin = source === undefined ? undefined : origins.get(source);
    if (!origin || source === undefined || offset === undefined) return row;
    const texts = await reread(new Engine(), origin, await headOf(origin, source), offset);
    return texts === undefined ? row : { ...row, ...texts };
  }));
}

async function reread(engine: InstanceType<Core['Engine']>, { blob, as }: Origin, head: Uint8Array, offset: number): Promise<Partial<Row> | undefined> {
  try {
    for (let length = FIRST_BYTES; length <= MOST_BYTES; length *= 8) {
      const bytes = await bytesOf(blob, offset, offset + length);
      const isEnd = offset + length >= blob.size;
      begin(engine, as, false);
      const texts = engine.readRow(head, bytes, isEnd);
      if (texts !== undefined) return JSON.parse(texts) as Partial<Row>;
      if (isEnd) return undefined;
    }
    return undefined;
  } finally {
    engine.free();
  }
}
