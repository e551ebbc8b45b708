// The client: starts one worker for all clients of a page, asks it, and replaces it if it dies. No row ever becomes an
// object of the page.

import type { LoadOptions } from './engine.js';
import { handOver } from './given.js';
import { isFromCompanion, refusal } from './source.js';
import type {
  Answer, Cells, Given, HeatmapResponse, Loaded, PictureOptions, Progress, Query, Scene, Source, Theme, ViewOptions, Workflow,
} from './types.js';

export type * from './types.js';
export type { LoadOptions } from './engine.js';

type Ask =
  | { name: 'load'; source: Source; query: Query; companion: boolean; form: string | undefined }
  | { name: 'stop' } | { name: 'close' } | { name: 'abort'; id: number }
  | { name: 'view'; query: Query; options: ViewOptions }
  | { name: 'scene'; query: Query; options: ViewOptions; picture: PictureOptions; load: number | undefined }
  | { name: 'svg'; query: Query; options: ViewOptions; picture: PictureOptions; theme: Theme; load: number | undefined };
/** @internal */
export type Call = { id: number; client: number; call: Ask };
/** @internal */
export type Reply =
  | { id: number; result: unknown } | { id: number; progress: Progress }
  | { id: number; error: { message: string; name: string; neverStarted?: true }; trapped: boolean }
  | { ready: true; lock: string | null } | { ready: false; cause: string };

interface Waiting {
  client: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: ((progress: Progress) => void) | undefined;
}

// One worker serves every client of the page; it goes with the last of them.
let worker: Worker | undefined;
let asked = 0;
let made = 0;
const clients = new Set<number>();
const waiting = new Map<number, Waiting>();
/** Clients whose rows went down with a worker, and why. */
const bereft = new Map<number, string>();
let policy: { createScriptURL(url: string): string } | undefined;

function spawn(): Worker {
  const here = import.meta.url;
  const trusted = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): NonNullable<typeof policy> } }).trustedTypes;
  // Unbundled, the worker lies beside this file, and a page may demand that a policy vouches for its address.
  if (trusted && /\/client\.js(\?|$)/.test(here)) {
    const address = new URL('worker.js', here).href;
    try {
      policy ??= trusted.createPolicy('execution-heatmap', {
        createScriptURL: (url: string) => {
          if (url !== address) throw new TypeError('only the worker of execution-heatmap is loaded');
          return url;
        },
      });
      return new Worker(policy.createScriptURL(address), { type: 'module' });
    } catch {
      // A page that forbids the policy may still allow the plain address below.
    }
  }
  // Bundlers look for exactly this.
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

function running(): Worker {
  if (worker) return worker;
  const mine = worker = spawn();
  let isReady = false;
  const died = (cause: string) => {
    mine.terminate();
    if (worker !== mine) return;
    worker = undefined;
    for (const client of clients) bereft.set(client, cause);
    const error = () => Object.assign(new Error(cause), { neverStarted: !isReady });
    const pending = [...waiting.values()];
    waiting.clear();
    for (const { reject } of pending) reject(error());
  };
  mine.addEventListener('error', (event) => {
    event.preventDefault();
    died(event.message ? `The worker stopped: ${event.message}` : 'The worker could not be loaded.');
  });
  mine.addEventListener('messageerror', () => died('The worker sent something that cannot be read.'));
  mine.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    if ('ready' in data) {
      isReady = data.ready;
      if (!data.ready) died(data.cause);
      else if (data.lock !== null) void navigator.locks.request(data.lock, () => died('The worker stopped.'));
      return;
    }
    const entry = waiting.get(data.id);
    if ('progress' in data) return entry?.onProgress?.(data.progress);
    waiting.delete(data.id);
    if ('result' in data) return entry?.resolve(data.result);
    const { message, ...rest } = data.error;
    const words = data.trapped ? `The engine stopped: ${message}` : message;
    entry?.reject(data.error.name === 'AbortError' ? new DOMException(message, 'AbortError') : Object.assign(new Error(words), rest));
    // What a trap leaves behind cannot be trusted, and an engine that could not start never will: the worker goes, the
    // next question gets a new one.
    if (data.trapped || data.error.neverStarted) died(words);
  });
  return mine;
}

function ask<T>(client: number, call: Ask, onProgress?: (progress: Progress) => void): { id: number; answer: Promise<T> } {
  const id = ++asked;
  const answer = new Promise<T>((resolve, reject) => {
    const target = running();
    waiting.set(id, { client, resolve: resolve as (value: unknown) => void, reject, onProgress });
    const message: Call = { id, client, call };
    const transfer = call.name === 'load' && call.source instanceof ReadableStream ? [call.source as unknown as Transferable] : [];
    try {
      target.postMessage(message, transfer);
    } catch (error) {
      waiting.delete(id);
      reject(error as Error);
    }
  });
  return { id, answer };
}

function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object') Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** One answer, and its picture at any size. */
export class HeatmapView {
  readonly #client: HeatmapClient;
  readonly #answer: Answer;
  readonly #options: ViewOptions;
  #response: HeatmapResponse | undefined;
  readonly query: Query;

  /** @internal */
  constructor(client: HeatmapClient, query: Query, options: ViewOptions, answer: Answer) {
    this.#client = client;
    this.#answer = answer;
    const { picture: _, ...rest } = options;
    this.#options = rest;
    this.query = query;
  }

  /** The response, frozen. */
  get response(): HeatmapResponse {
    return this.#response ??= frozen(JSON.parse(this.json()) as HeatmapResponse);
  }

  /** The response's text, as the engine wrote it. */
  json(): string {
    return new TextDecoder().decode(this.#answer.json);
  }

  get cells(): Cells { return this.#answer.cells; }
  /** Under so many finished executions a cell's state is "few". */
  get fewRuns(): number { return this.#answer.fewRuns; }
  get dates(): readonly string[] { return this.#answer.dates; }
  get workflows(): readonly Workflow[] { return this.#answer.workflows; }
  get tags(): readonly string[] { return this.#answer.tags; }
  /** The picture, if one was asked for with the view. */
  get picture(): Scene | null { return this.#answer.scene; }

  /** Lays the picture out. Rejects with an error with `stale` once another load took the place of its rows. */
  scene(picture: PictureOptions): Promise<Scene> {
    return this.#client.scene(this.query, this.#options, picture, this.#answer.load);
  }

  /** The picture as an SVG file. Rejects with an error with `stale` once another load took the place of its rows. */
  svg(picture: PictureOptions = { framed: true }, theme: Theme = 'auto'): Promise<string> {
    return this.#client.svg(this.query, picture, theme, this.#options, this.#answer.load);
  }
}

export class HeatmapClient {
  readonly #id = ++made;

  constructor() {
    clients.add(this.#id);
  }

  /** Reads a source to its end; resolves with what was read, also if the source broke off (the views say so). */
  async load(given: Source | Given, { signal, onProgress, query = {}, companion, form }: LoadOptions = {}): Promise<Loaded> {
    signal?.throwIfAborted();
    clients.add(this.#id);
    const handed = handOver(given);
    let source = handed?.stream ?? (given as Source);
    form ??= handed?.form;
    if (typeof source === 'string' || source instanceof URL) source = new URL(source, globalThis.document?.baseURI).href;
    companion ??= isFromCompanion(source);
    if (source instanceof Response) {
      if (!source.ok) throw await refusal(source);
      source = source.body ?? new Blob([]);
    }
    const { id, answer } = ask<Loaded>(this.#id, { name: 'load', source, query, companion, form }, onProgress);
    const lost = bereft.get(this.#id);
    bereft.delete(this.#id);
    const abort = () => void ask(this.#id, { name: 'abort', id }).answer.catch(() => {});
    signal?.addEventListener('abort', abort);
    try {
      const loaded = await answer;
      if (handed?.failure() !== undefined) throw handed.failure();
      return loaded;
    } catch (error) {
      // A new worker that could read nothing holds no rows either.
      if (lost !== undefined && clients.has(this.#id) && !bereft.has(this.#id)) bereft.set(this.#id, lost);
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends a reading where it is and keeps its rows. */
  stop(): void {
    if (worker) void ask(this.#id, { name: 'stop' }).answer.catch(() => {});
  }

  /** Answers a query over the rows so far. Rejects with an error with `parameter` if the query cannot be answered. */
  async view(query: Query = {}, options: ViewOptions = {}): Promise<HeatmapView> {
    return new HeatmapView(this, query, options, await this.#ask<Answer>({ name: 'view', query, options }));
  }

  /** Lays out the picture of a query; of the rows of one load only, if its number is given. */
  scene(query: Query, options: ViewOptions, picture: PictureOptions, load?: number): Promise<Scene> {
    return this.#ask({ name: 'scene', query, options, picture, load });
  }

  /** The picture of a query as an SVG file; of the rows of one load only, if its number is given. */
  svg(query: Query = {}, picture: PictureOptions = { framed: true }, theme: Theme = 'auto', options: ViewOptions = {}, load?: number): Promise<string> {
    return this.#ask({ name: 'svg', query, options, picture, theme, load });
  }

  /** Gives back the rows' memory; the worker ends with its last client. */
  close(): void {
    if (!clients.delete(this.#id)) return;
    bereft.delete(this.#id);
    for (const [id, entry] of waiting) {
      if (entry.client !== this.#id) continue;
      waiting.delete(id);
      entry.reject(new DOMException('the client was closed', 'AbortError'));
    }
    if (clients.size > 0) return worker && void ask(this.#id, { name: 'close' }).answer.catch(() => {});
    worker?.terminate();
    worker = undefined;
  }

  #ask<T>(call: Ask): Promise<T> {
    const cause = bereft.get(this.#id);
    if (cause !== undefined) return Promise.reject(new Error(`The rows were lost: ${cause} Load them again.`));
    return ask<T>(this.#id, call).answer;
  }
}
