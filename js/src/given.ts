// What a program holds already, rows as objects or columns as arrays, as a stream of bytes in a form of the engine's.

import type { Columns, Given, Keeping, Loadable, Source } from './types.js';

/** A stream of what was given, and what went wrong in making it. */
export interface Handed {
  stream: ReadableStream<Uint8Array>;
  /** Absent for bytes, whose form is found out. */
  form?: 'ndjson' | 'columns';
  /** Why the rows or columns could not be handed over; a stream of bytes can only break off. */
  failure(): unknown;
}

// What makes bytes of rows and columns is fetched only when there are some.
async function* linesOf(rows: Iterable<object> | AsyncIterable<object>): AsyncGenerator<Uint8Array> {
  yield* (await import('./objects.js')).lines(rows);
}

// A view that leaves for another thread takes all of the buffer with it that it looks at, so what leaves is copied before.
async function* batchesOf(columns: Columns, leaves: boolean): AsyncGenerator<Uint8Array> {
  const { batches, joined } = await import('./columns.js');
  for (const parts of batches(columns)) yield* leaves ? [joined(parts)] : parts;
}

// A stream of Node's hands over bytes as a web stream does, but is none.
const isOfNode = (source: object): source is AsyncIterable<Uint8Array> =>
  Symbol.asyncIterator in source && 'pipe' in source && (source as { readableObjectMode?: unknown }).readableObjectMode === false;

// One that was given an encoding hands over texts.
async function* bytesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
}

/** Ends a stream of Node's that is not read any more; what goes wrong with it then nobody wants to know. */
function destroy(source: object): void {
  const stream = source as { destroy?: () => void; on?: (name: 'error', listener: () => void) => void };
  stream.on?.('error', () => {});
  stream.destroy?.();
}

const isBytes = (source: unknown): boolean =>
  typeof source === 'string' || source instanceof URL || source instanceof Response || source instanceof ReadableStream
  || source instanceof Blob || source instanceof ArrayBuffer || ArrayBuffer.isView(source);

/** True for a list of sources of bytes; a list of anything else is one of rows. */
export function isSeveral(source: Loadable): source is readonly Source[] {
  return Array.isArray(source) && source.length > 0 && source.every(isBytes);
}

/** True for more than one source of bytes, whose rows may repeat each other. */
export function isOfSeveral(source: Loadable): boolean {
  return isSeveral(source) && source.length > 1;
}

/** What is kept unless something else is said. Throws an error with `parameter` for what excludes itself. */
export function keepingOf(source: Loadable, { keepRows = true, deduplicate = keepRows && isOfSeveral(source) }: { [key in keyof Keeping]: Keeping[key] | undefined }): Required<Keeping> {
  if (!keepRows && deduplicate) {
    if (typeof source === 'object' && isOfNode(source)) destroy(source);
    throw Object.assign(new TypeError('deduplicate: it does not go with keepRows: false'), { parameter: 'deduplicate' });
  }
  return { keepRows, deduplicate };
}

/**
 * The stream of what is no source of bytes; `undefined` for sources of bytes. `leaves` is true for a stream that goes to another
 * thread. Throws an error for what is neither.
 */
export function handOver(source: Loadable, leaves: boolean): Handed | undefined {
  if (isBytes(source)) return undefined;
  const given = source as Given;
  if (typeof given !== 'object' || given === null) throw new TypeError('load takes an address, bytes, rows or { columns }');
  const isRows = Symbol.iterator in given || Symbol.asyncIterator in given;
  if (!isRows && !('columns' in given)) throw new TypeError('load takes an address, bytes, rows or { columns }');
  const isStream = isOfNode(given);
  const pieces = isStream ? bytesOf(given) : isRows ? linesOf(given) : batchesOf(given.columns, leaves);
  let [failure, hasBegun]: [unknown, boolean] = [undefined, false];
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
        hasBegun = true;
      } catch (error) {
        // A stream that gave something has broken off, like any other.
        if (!isStream || !hasBegun) failure = error;
        controller.error(error);
      }
    },
    async cancel() {
      // The generator ends only after what it waits for.
      if (isStream) destroy(given);
      await pieces.return(undefined);
    },
  });
  return { stream, ...(!isStream && { form: isRows ? 'ndjson' : 'columns' }), failure: () => failure };
}
