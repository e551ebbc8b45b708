// The engine without a worker: reads a source and answers queries on this thread. What `worker.ts` runs, and what Node
// and tests use. It carries bytes and answers; it parses and counts nothing.

import init, { Engine, initSync } from './execution_heatmap_wasm.js';
import type { View } from './execution_heatmap_wasm.js';
import { handOver } from './given.js';
import { open } from './source.js';
import { zoneTable } from './zone.js';
import type {
  Answer, Cells, Given, Loaded, PictureOptions, Progress, Query, Scene, Source, Theme, ViewOptions, Workflow,
} from './types.js';

export type * from './types.js';

export interface LoadOptions {
  signal?: AbortSignal;
  /** Called at most four times a second. */
  onProgress?: (progress: Progress) => void;
  /** Which window a companion is asked for. */
  query?: Query;
  /** True for a stream of a companion's rows; a response and an address tell it themselves. */
  companion?: boolean;
  /** The form of the source: `ndjson`, `csv`, `arrow`; by default it is found out. */
  form?: string;
}

/** The most bytes that are parsed in one go: a few milliseconds' worth. */
const PIECE_BYTES = 128 * 1024;
/** How long reading may go on before other work gets its turn. */
const TURN_MS = 40;
const PROGRESS_MS = 250;
const REPLACED = 'another load took its place';

let started: Promise<WebAssembly.Memory> | undefined;

/** Starts the engine once. In Node the bytes come from disk, else from beside this file. */
export function start(): Promise<WebAssembly.Memory> {
  return started ??= (async () => {
    const process = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
    const files = process?.getBuiltinModule?.('node:fs') as { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
    if (files === undefined) return (await init()).memory;
    const address = new URL('execution_heatmap_wasm_bg.wasm', import.meta.url);
    return initSync({ module: files.readFileSync(address) }).memory;
  })();
}

/** The columns of cells behind state and level, in the order in which the module hands them over. */
const COLUMNS = [
  'value', 'hours', 'executions', 'decided', 'timed', 'waited', 'averageDuration', 'completed', 'failed', 'timedOut',
  'cancelled', 'skipped', 'running', 'pending', 'waiting', 'other',
] as const;

function cellsOf(columns: Float64Array): Cells {
  const length = columns.length / (COLUMNS.length + 2);
  const column = (place: number) => columns.slice(length * place, length * (place + 1));
  const numbers = Object.fromEntries(COLUMNS.map((name, place) => [name, column(place + 2)]));
  return { ...numbers, state: Uint8Array.from(column(0)), level: Uint8Array.from(column(1)) } as Cells;
}

function sceneOf(text: string): Scene {
  const { places, ...scene } = JSON.parse(text);
  const [columns, rows] = [Float64Array.from(places.columns), Float64Array.from(places.rows)];
  return { ...scene, places: { ...places, columns, rows, cells: Int32Array.from(places.cells) } };
}

export class HeatmapEngine {
  readonly #engine: Engine;
  readonly #memory: WebAssembly.Memory;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #stopped = false;
  #loads = 0;
  #now: number | null = null;
  #held: { key: string; view: View } | undefined;
  /** The number of the load whose rows are held. */
  #rowsOf = 0;

  private constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#engine = new Engine();
  }

  static async create(): Promise<HeatmapEngine> {
    try {
      return new HeatmapEngine(await start());
    } catch (error) {
      // Whoever waits for an answer may hear of it before the client hears that the worker never started.
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), { neverStarted: true });
    }
  }

  /**
   * Reads a source to its end, dropping what was held. A source that breaks off is no error: the answers say so.
   * `number` stands in the answers, so that who asks can tell one load's from another's.
   */
  async load(source: Source | Given, { signal, onProgress, query = {}, companion, form: named }: LoadOptions = {}, number?: number): Promise<Loaded> {
    const turn = ++this.#loads;
    this.#stopped = false;
    await this.#reader?.cancel().catch(() => {});
    const now = Date.now();
    const handed = handOver(source);
    const opened = handed ? { ...handed, total: null, expectsEnd: false } : await open(source as Source, query, now, companion, signal);
    const { stream, total, form, expectsEnd } = { ...opened, ...(named !== undefined && { form: named }) };
    // Opening takes time, in which this load may have been given up or another one begun.
    const isGivenUp = () => signal?.aborted || turn !== this.#loads;
    if (isGivenUp()) void stream.cancel().catch(() => {});
    signal?.throwIfAborted();
    if (isGivenUp()) throw new DOMException(REPLACED, 'AbortError');
    this.#forget();
    this.#engine.begin(form, expectsEnd);
    this.#rowsOf = number ?? turn;
    this.#now = expectsEnd ? now : null;
    const reader = this.#reader = stream.getReader();
    const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
    signal?.addEventListener('abort', cancel);
    if (this.#stopped) cancel();
    let bytes = 0;
    let broken: string | undefined;
    let [turned, told] = [performance.now(), performance.now()];
    const progress = (): Progress => {
      const [rows = 0, unreadable = 0, noStart = 0, oldest = NaN, newest = NaN] = this.#engine.progress();
      const instant = (at: number) => (Number.isNaN(at) ? null : at);
      return { rows, unreadable, noStart, oldest: instant(oldest), newest: instant(newest), bytes, total };
    };
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || turn !== this.#loads) break;
        for (let at = 0; at < value.length && !this.#stopped; at += PIECE_BYTES) {
          this.#feed(value.subarray(at, at + PIECE_BYTES));
          if (performance.now() - turned < TURN_MS) continue;
          if (performance.now() - told >= PROGRESS_MS) {
            told = performance.now();
            onProgress?.(progress());
          }
          await new Promise((resolve) => setTimeout(resolve));
          turned = performance.now();
          signal?.throwIfAborted();
          if (turn !== this.#loads) break;
        }
        bytes += value.length;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (isTrap(error)) throw error;
      broken = error instanceof Error ? error.message : String(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (this.#reader === reader) this.#reader = undefined;
    }
    signal?.throwIfAborted();
    if (turn !== this.#loads) throw new DOMException(REPLACED, 'AbortError');
    this.#engine.finish(this.#stopped ? 'reading was stopped' : broken);
    this.#forget();
    const startsWith = this.#engine.unrecognised();
    if (startsWith !== undefined) {
      throw Object.assign(new Error(`This is not a log that can be read. It starts with "${startsWith}".`), { startsWith, hint: this.#engine.unrecognisedHint() });
    }
    if (handed?.failure() !== undefined) throw handed.failure();
    return { ...progress(), stopped: this.#stopped, now: this.#now };
  }

  /** Ends a reading where it is and keeps its rows. */
  stop(): void {
    this.#stopped = true;
    void this.#reader?.cancel().catch(() => {});
  }

  /** Answers a query over the rows so far. Throws an error with `parameter` if the query cannot be answered. */
  view(query: Query, options: ViewOptions = {}): Answer {
    const view = this.#view(query, options);
    return {
      json: view.json(),
      cells: cellsOf(view.cells()),
      fewRuns: view.fewRuns,
      dates: view.dates(),
      workflows: view.workflows() as Workflow[],
      tags: view.tags(),
      load: this.#rowsOf,
      scene: options.picture ? sceneOf(view.scene(options.picture)) : null,
    };
  }

  /** Lays out the picture of a query; of the rows of one load only, if its number is given. */
  scene(query: Query, options: ViewOptions, picture: PictureOptions, load?: number): Scene {
    this.#check(load);
    return sceneOf(this.#view(query, options).scene(picture));
  }

  /** The picture of a query as an SVG file; of the rows of one load only, if its number is given. */
  svg(query: Query, options: ViewOptions, picture: PictureOptions, theme: Theme, load?: number): string {
    this.#check(load);
    return this.#view(query, options).svg(picture, theme);
  }

  /** Gives back the rows' memory; the engine is not to be used any more. */
  close(): void {
    this.stop();
    this.#loads += 1;
    this.#forget();
    this.#engine.free();
  }

  #check(load: number | undefined): void {
    if (load !== undefined && load !== this.#rowsOf) {
      throw Object.assign(new Error('The rows of this view are gone: another load took their place. Ask for a new view.'), { stale: true });
    }
  }

  #feed(piece: Uint8Array): void {
    const at = this.#engine.reserve(piece.length);
    // Reserving may have grown the memory, which detaches every older view of it.
    new Uint8Array(this.#memory.buffer, at, piece.length).set(piece);
    this.#engine.feed(piece.length);
    this.#forget();
  }

  /** The last answer is kept so that its picture can be laid out again without counting again. */
  #view(query: Query, { now, patterns = true }: ViewOptions): View {
    const clock = (now === undefined ? this.#now : now) ?? undefined;
    const key = JSON.stringify([query, clock ?? null, patterns]);
    if (this.#held?.key === key) return this.#held.view;
    const [from = 0, until = 0] = this.#engine.zoneSpan(query, clock);
    const zone = zoneTable(query.time_zone ?? 'UTC', from, until);
    const view = this.#engine.view(query, zone.instants, zone.offsets, clock, patterns);
    this.#forget();
    this.#held = { key, view };
    return view;
  }

  #forget(): void {
    this.#held?.view.free();
    this.#held = undefined;
  }
}

/** True for an error after which the engine's memory cannot be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
