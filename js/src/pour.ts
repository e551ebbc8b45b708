// Bytes of a stream on their way into an engine, in turns that leave room for other work of the thread.

import type { Engine } from './execution_heatmap_wasm.js';
import { isTrap, type Core } from './module.js';

/** The most bytes that are parsed in one go: a few milliseconds' worth. */
const PIECE_BYTES = 256 * 1024;
/** The most bytes that are kept while it does not show whether an engine can read them. */
const MOST_KEPT_BYTES = 1024 * 1024;
/** How long reading may go on before other work gets its turn. */
const TURN_MS = 40;
/** Room for what a stream of bytes gives at a time. */
const ROOM_BYTES = 1024 * 1024;

export class Pour {
  /** Bytes that the engine has taken. */
  bytes = 0;
  /** Why the stream broke off. */
  broken: string | undefined;
  #engine: Engine;
  #memory: WebAssembly.Memory;
  readonly #chunks: Chunks;
  readonly #other: (() => Promise<[Engine, Core]>) | undefined;
  /** What was poured while it did not show whether the engine can read it. */
  #kept: Uint8Array[] | undefined;
  #failure: unknown;
  #isHalted = false;

  /** `other` gives the engine that reads what the first one cannot; where it is absent, the first reads everything. */
  constructor(engine: Engine, memory: WebAssembly.Memory, stream: ReadableStream<Uint8Array>, other?: () => Promise<[Engine, Core]>) {
    [this.#engine, this.#memory, this.#chunks, this.#other] = [engine, memory, chunksOf(stream), other];
    if (other) this.#kept = [];
  }

  /** Pours into the other engine what the first one cannot read, or has not known for long; true if it did. */
  async turn(): Promise<boolean> {
    if (!this.#other || !this.#kept || !(this.#engine.needsForms || this.bytes > MOST_KEPT_BYTES)) return false;
    const kept = this.#kept;
    this.#kept = undefined;
    try {
      let core;
      [this.#engine, core] = await this.#other();
      this.#memory = core.memory;
    } catch (error) {
      throw this.#failure = error;
    }
    for (const piece of kept) feed(this.#engine, this.#memory, piece);
    return true;
  }

  /** Pours to the stream's end. `onTurn` comes after each turn; what it throws gives the stream up. */
  async run(onFeed: () => void, onTurn: () => void): Promise<void> {
    let turned = performance.now();
    try {
      while (!this.#isHalted) {
        const value = await this.#chunks.next();
        if (!value) break;
        for (let at = 0; at < value.length && !this.#isHalted; at += PIECE_BYTES) {
          const piece = value.subarray(at, at + PIECE_BYTES);
          feed(this.#engine, this.#memory, piece);
          this.bytes += piece.length;
          if (this.#kept) {
            // The room that it lies in is used again.
            this.#kept.push(piece.slice());
            if (this.#engine.recognised() !== undefined) this.#kept = undefined;
            else await this.turn();
          }
          onFeed();
          if (performance.now() - turned < TURN_MS) continue;
          await otherWork();
          onTurn();
          turned = performance.now();
        }
      }
    } catch (error) {
      this.halt();
      onTurn();
      if (isTrap(error) || (error !== undefined && error === this.#failure)) throw error;
      this.broken = error instanceof Error ? error.message : String(error);
    }
    onTurn();
  }

  /** Ends the pouring where it is. */
  halt(reason?: unknown): void {
    this.#isHalted = true;
    void this.#chunks.cancel(reason).catch(() => {});
  }
}

interface Chunks {
  /** The next bytes, good until the ones behind them are asked for; none at the end. */
  next(): Promise<Uint8Array | undefined>;
  cancel(reason: unknown): Promise<void>;
}

/** What a stream gives: into the same room again and again, which saves a sixth of a worker's time, if it is one of a file. */
function chunksOf(stream: ReadableStream<Uint8Array>): Chunks {
  const byob = intoRoom(stream);
  if (byob) {
    let room = new ArrayBuffer(ROOM_BYTES);
    const next = async (): Promise<Uint8Array | undefined> => {
      const { done, value } = await byob.read(new Uint8Array(room));
      if (value) room = value.buffer;
      return done ? undefined : value;
    };
    return { next, cancel: (reason) => byob.cancel(reason) };
  }
  const reader = stream.getReader();
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await reader.read();
    return done ? undefined : value;
  };
  return { next, cancel: (reason) => reader.cancel(reason) };
}

function intoRoom(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

/** Lets whatever waits for this thread go first. A timer would come four milliseconds late, as browsers have it. */
function otherWork(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Writes bytes straight into the engine's own memory and has them parsed. */
export function feed(engine: Engine, memory: WebAssembly.Memory, piece: Uint8Array): void {
  const at = engine.reserve(piece.length);
  // Reserving may have grown the memory, which detaches every older view of it.
  new Uint8Array(memory.buffer, at, piece.length).set(piece);
  engine.feed(piece.length);
}
