// Rows that a program holds as objects, as lines of NDJSON. Reads the rows' own properties and nothing that they
// inherit; understands none.

/** Characters of a piece of lines. */
const PIECE_CHARACTERS = 256 * 1024;

const describe = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`);

/** The line of a row. Throws an error that names the row by its number, from 1. */
export function line(row: unknown, number: number): string {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) throw new TypeError(`row ${number} is ${describe(row)}, expected an object`);
  function own(this: Record<string, unknown>, key: string, value: unknown): unknown {
    // What the property holds, before anything was asked how it would like to be written.
    const held = key === '' ? value : this[key];
    if (typeof held === 'bigint') return String(held);
    if (typeof held === 'function' || typeof held === 'symbol') throw new TypeError(`its '${key}' is a ${typeof held}`);
    const isPlain = held === null || typeof held !== 'object' || held instanceof Date || Array.isArray(held);
    return isPlain ? value : { ...held };
  }
  try {
    return `${JSON.stringify({ ...row }, own)}\n`;
  } catch (error) {
    const cause = error instanceof RangeError ? 'it holds itself' : (error as Error).message.split('\n')[0];
    throw new TypeError(`row ${number} cannot be read: ${cause}`);
  }
}

/** The lines of rows in pieces, made as they are asked for. */
export async function* lines(rows: Iterable<object> | AsyncIterable<object>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let piece = '';
  let number = 0;
  for await (const row of rows) {
    piece += line(row, number += 1);
    if (piece.length < PIECE_CHARACTERS) continue;
    yield encoder.encode(piece);
    piece = '';
  }
  yield encoder.encode(piece);
}
