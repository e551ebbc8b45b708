// Undoes gzip and zstd in a module of WebAssembly of its own, which is fetched only when compressed data comes. The
// browser's DecompressionStream knows no zstd and only the first of several members of gzip, which is what rotated and
// concatenated logs are. It carries bytes; it decodes nothing itself.

import init, { Inflater, initSync } from './execution_heatmap_inflate.js';

/** The most compressed bytes that are handed over in one go. */
const PIECE_BYTES = 64 * 1024;

let started: Promise<WebAssembly.Memory> | undefined;

/** Starts the module once. In Node the bytes come from disk, else from beside this file. */
function start(): Promise<WebAssembly.Memory> {
  return started ??= (async () => {
    const process = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
    const files = process?.getBuiltinModule?.('node:fs') as { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
    if (files === undefined) return (await init()).memory;
    const address = new URL('execution_heatmap_inflate_bg.wasm', import.meta.url);
    return initSync({ module: files.readFileSync(address) }).memory;
  })().catch((error: unknown) => {
    // What could not be fetched once may be there the next time.
    started = undefined;
    throw error;
  });
}

/**
 * The decoded bytes of a compressed stream. Data that is cut off, damaged or larger than `mostBytes` (by default four
 * gibibytes) ends with an error in words, behind all that could be decoded. `onBytes` gets how many compressed bytes are
 * decoded next, piece by piece: a chunk of the stream may stand for far more than is read at a time.
 */
export async function inflate(stream: ReadableStream<Uint8Array>, isGzip: boolean, onBytes: (length: number) => void, mostBytes?: number): Promise<ReadableStream<Uint8Array>> {
  const memory = await start();
  const inflater = new Inflater(isGzip, mostBytes);
  const reader = stream.getReader();
  let chunk = new Uint8Array();
  const feed = () => {
    const piece = chunk.subarray(0, PIECE_BYTES);
    const at = inflater.reserve(piece.length);
    new Uint8Array(memory.buffer, at >>> 0, piece.length).set(piece);
    inflater.feed(piece.length);
    onBytes(piece.length);
    chunk = chunk.subarray(piece.length);
  };
  const decode = (): Uint8Array | undefined => {
    const length = inflater.decode();
    return length === 0 ? undefined : new Uint8Array(memory.buffer, inflater.decoded() >>> 0, length).slice();
  };
  let [ended, cancelled] = [false, false];
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const piece = decode();
        if (piece !== undefined) return controller.enqueue(piece);
        const problem = inflater.problem();
        if (problem !== undefined || ended) {
          inflater.free();
          if (!ended) void reader.cancel().catch(() => {});
          if (problem === undefined) return controller.close();
          throw new Error(problem);
        }
        if (chunk.length === 0) {
          const { done, value } = await reader.read();
          if (cancelled) return;
          if (done) {
            ended = true;
            inflater.finish();
          } else chunk = value as Uint8Array<ArrayBuffer>;
        }
        if (chunk.length > 0) feed();
      }
    },
    cancel(reason) {
      cancelled = true;
      inflater.free();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
