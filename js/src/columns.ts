// Columns that a program holds as arrays, as batches of bytes that the engine reads: a head that says where each array
// lies, and the arrays themselves behind it. The layout stands in `src/ingest/columns.rs`. Understands no value and copies
// no array of numbers.

import type { CodedColumn, Columns, ColumnValues, NumberArray } from './types.js';

/** Rows of the first batch, with which it shows what the columns are, and of every other one. */
const FIRST_ROWS = 1024;
const BATCH_ROWS = 65_536;
const KINDS: [new (length: number) => NumberArray, string][] = [
  [Float64Array, 'f64'], [Float32Array, 'f32'], [BigInt64Array, 'i64'], [BigUint64Array, 'u64'], [Int32Array, 'i32'],
  [Uint32Array, 'u32'], [Int16Array, 'i16'], [Uint16Array, 'u16'], [Int8Array, 'i8'], [Uint8Array, 'u8'],
];

const kindOf = (array: NumberArray): string | undefined => KINDS.find(([type]) => array instanceof type)?.[1];
const isCoded = (values: ColumnValues): values is CodedColumn => typeof values === 'object' && 'codes' in values;

/** The text of a value; an empty one says nothing. */
function textOf(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  // Tags of a row stand behind each other, as in CSV.
  return Array.isArray(value) ? value.map(textOf).join('|') : String(value);
}

/** A growing place for texts. */
class Texts {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** Adds texts; where each begins, and the last one ends, counted from the first. */
  begins(values: readonly unknown[]): Int32Array {
    const begins = new Int32Array(values.length + 1);
    this.#length = 0;
    for (const [index, value] of values.entries()) {
      const text = textOf(value);
      // A code unit takes at most three bytes.
      if (this.#length + 3 * text.length > this.#bytes.length) {
        const larger = new Uint8Array(2 * (this.#length + 3 * text.length));
        larger.set(this.#bytes.subarray(0, this.#length));
        this.#bytes = larger;
      }
      this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
      begins[index + 1] = this.#length;
    }
    return begins;
  }

  /** The texts that were added, in a place of their own. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** One batch, being put together. */
class Batch {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #lines = '';

  /** Adds bytes; where they begin and end. */
  place(bytes: Uint8Array): string {
    const begin = this.#length;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return `\t${begin}\t${this.#length}`;
  }

  describe(name: string, kind: string, places: string): void {
    this.#lines += `${name.replace(/[\t\r\n]/g, ' ')}\t${kind}${places}\n`;
  }

  /** Its head and its arrays. */
  parts(rows: number): Uint8Array[] {
    const text = new TextEncoder().encode(this.#lines);
    const head = new Uint8Array(8 + 12 + text.length);
    const view = new DataView(head.buffer);
    view.setUint32(0, 0xffffffff, true);
    view.setUint32(4, 12 + text.length, true);
    view.setBigUint64(8, BigInt(this.#length), true);
    view.setUint32(16, rows, true);
    head.set(text, 20);
    return [head, ...this.#parts];
  }
}

/** How many rows columns have. Throws an error that names a column which is none, or has another length. */
function rowsOf(columns: [string, ColumnValues][]): number {
  const lengths = columns.map(([name, values]) => {
    const array = isCoded(values) ? values.codes : values;
    const isColumn = Array.isArray(array) ? !isCoded(values) : ArrayBuffer.isView(array) && kindOf(array as NumberArray) !== undefined;
    if (!isColumn) throw new TypeError(`columns.${name}: it takes a typed array, an array, or codes with a dictionary`);
    if (isCoded(values) && !Array.isArray(values.dictionary)) throw new TypeError(`columns.${name}: its dictionary is no array`);
    return array.length;
  });
  const [first = 0] = lengths;
  const odd = lengths.findIndex((length) => length !== first);
  if (odd >= 0) {
    throw new RangeError(`columns.${columns[odd]?.[0]}: it has ${lengths[odd]} values, columns.${columns[0]?.[0]} has ${first}`);
  }
  return first;
}

/** The batches of columns, made one by one as they are asked for, each in parts that follow each other. */
export function* batches(given: Columns): Generator<Uint8Array[]> {
  const columns = Object.entries(given).filter((entry): entry is [string, ColumnValues] => entry[1] !== undefined && entry[1] !== null);
  const rows = rowsOf(columns);
  const texts = new Texts();
  for (let from = 0, until; from < rows; from = until) {
    until = Math.min(rows, from + (from > 0 ? BATCH_ROWS : FIRST_ROWS));
    const batch = new Batch();
    for (const [name, values] of columns) {
      if (isCoded(values)) {
        const codes = batch.place(bytesOf(values.codes.subarray(from, until)));
        const words = from > 0 ? '\t0\t0\t0\t0' : batch.place(bytesOf(texts.begins(values.dictionary))) + batch.place(texts.bytes);
        batch.describe(name, kindOf(values.codes) ?? '', `${codes}\t0\t0${words}`);
      } else if (Array.isArray(values)) {
        const begins = batch.place(bytesOf(texts.begins(values.slice(from, until))));
        batch.describe(name, 'text', begins + batch.place(texts.bytes));
      } else {
        const numbers = values as NumberArray;
        batch.describe(name, kindOf(numbers) ?? '', `${batch.place(bytesOf(numbers.subarray(from, until)))}\t0\t0`);
      }
    }
    yield batch.parts(until - from);
  }
}

/** The bytes of parts in one place of their own. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
