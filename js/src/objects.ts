// Rows that a program holds as objects, as lines of NDJSON. Reads the rows' own properties and nothing that they
// inherit; understands none. What is no object is a line of its own, too, which the engine counts as a row that it cannot read.

/** Characters of a piece of lines. */
const PIECE_CHARACTERS = 256 * 1024;

/** A copy of what a value holds itself, which asks it for nothing. `around` are the objects that it stands in. */
function own(value: unknown, key: string, around: readonly object[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`${around.length > 0 ? `its '${key}'` : 'it'} is a ${typeof value}`);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return Number.isNaN(Date.prototype.getTime.call(value)) ? null : Date.prototype.toISOString.call(value);
  if (around.includes(value)) throw new TypeError(`its '${key}' holds itself`);
  const inner = [...around, value];
  if (Array.isArray(value)) return value.map((item: unknown) => own(item, key, inner));
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, own(held, name, inner)]));
}

/** The line of a row. Throws an error that names the row by its number, from 1, if JSON has no words for what it holds. */
export function line(row: unknown, number: number): string {
  try {
    if (typeof row === 'object' && row !== null && 'pipe' in row) throw new TypeError('it is a stream; load one at a time, or ReadableStreams');
    if (ArrayBuffer.isView(row)) throw new TypeError('it is bytes; hand them over as a ReadableStream');
    return `${JSON.stringify(own(row ?? null, '', []))}\n`;
  } catch (error) {
    throw new TypeError(`row ${number} cannot be read: ${(error as Error).message}`, { cause: error });
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
