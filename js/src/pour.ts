// Bytes of a stream on their way into an engine, in turns that leave room for other work of the thread.

import type { Engine } from './execution_heatmap_wasm.js';
import { isTrap, type Core } from './module.js';

/** The most bytes that are parsed in one go: a few milliseconds' worth. */
const PIECE_BYTES = 128 * 1024;
/** The most bytes that are kept while it does not show whether an engine can read them. */
const MOST_KEPT_BYTES = 1024 * 1024;
/** How long reading may go on before other work gets its turn. */
const TURN_MS = 40;

export class Pour {
  /** Bytes that the engine has taken. */
  bytes = 0;
  /** Why the stream broke off. */
  broken: string | undefined;
  #engine: Engine;
  #memory: WebAssembly.Memory;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #other: (() => Promise<[Engine, Core]>) | undefined;
  /** What was poured while it did not show whether the engine can read it. */
  #kept: Uint8Array[] | undefined;
  #failure: unknown;
  #isHalted = false;

  /** `other` gives the engine that reads what the first one cannot; where it is absent, the first reads everything. */
  constructor(engine: Engine, memory: WebAssembly.Memory, stream: ReadableStream<Uint8Array>, other?: () => Promise<[Engine, Core]>) {
    [this.#engine, this.#memory, this.#reader, this.#other] = [engine, memory, stream.getReader(), other];
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
        const { done, value } = await this.#reader.read();
        if (done) break;
        for (let at = 0; at < value.length && !this.#isHalted; at += PIECE_BYTES) {
          const piece = value.subarray(at, at + PIECE_BYTES);
          feed(this.#engine, this.#memory, piece);
          this.bytes += piece.length;
          if (this.#kept) {
            this.#kept.push(piece);
            if (this.#engine.recognised() !== undefined) this.#kept = undefined;
            else await this.turn();
          }
          onFeed();
          if (performance.now() - turned < TURN_MS) continue;
          await new Promise((resolve) => setTimeout(resolve));
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
    void this.#reader.cancel(reason).catch(() => {});
  }
}

/** Writes bytes straight into the engine's own memory and has them parsed. */
export function feed(engine: Engine, memory: WebAssembly.Memory, piece: Uint8Array): void {
  const at = engine.reserve(piece.length);
  // Reserving may have grown the memory, which detaches every older view of it.
  new Uint8Array(memory.buffer, at, piece.length).set(piece);
  engine.feed(piece.length);
}
