// The client: starts one worker for all clients of a page, asks it, and replaces it if it dies. No row ever becomes an
// object of the page.

import type { LoadOptions } from './engine.js';
import type { Gathering } from './pool.js';
import { handOver, isSeveral, keepingOf } from './given.js';
import { isFromCompanion, refusal } from './source.js';
import { Thread } from './thread.js';
import type { Call } from './worker.js';
import type {
  Answer, Cells, HeatmapResponse, Keeping, Loadable, Loaded, PictureOptions, Query, ReadAs, Rows, Scene, Source, Theme, ViewOptions, Workflow,
} from './types.js';

export type * from './types.js';
export type { LoadOptions } from './engine.js';

/** Files of so many bytes together are read by several workers; fewer are read before another worker has started. */
const BIG_BYTES = 16 * 1024 * 1024;
const MOST_WORKERS = 8;

// One worker serves every client of the page, and more read big files along with it; it goes with the last of them.
let worker: Thread | undefined;
let made = 0;
const clients = new Set<number>();
/** Clients whose rows went down with a worker, and why. */
const bereft = new Map<number, string>();

function running(): Thread {
  return worker ??= new Thread((cause) => {
    worker = undefined;
    for (const client of clients) bereft.set(client, cause);
  });
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

  /**
   * Some of the executions of a cell (its number in {@link cells}), failed first, then slowest. Rejects with an error
   * with `stale` once another load took the place of its rows.
   */
  rowsAt(cell: number, { offset = 0, limit = 50 }: { offset?: number; limit?: number } = {}): Promise<Rows> {
    return this.#client.rowsAt(this.query, this.#options, cell, { offset, limit }, this.#answer.load);
  }

  /** The picture as an SVG file. Rejects with an error with `stale` once another load took the place of its rows. */
  svg(picture: PictureOptions = { framed: true }, theme: Theme = 'auto'): Promise<string> {
    return this.#client.svg(this.query, picture, theme, this.#options, this.#answer.load);
  }
}

export class HeatmapClient {
  readonly #id = ++made;
  /** What several workers read, or read until it was stopped. */
  #gathering: Gathering | undefined;
  /** True if reading is to end as soon as it begins. */
  #wantsStop = false;

  constructor() {
    clients.add(this.#id);
  }

  /**
   * Reads a source, several as one, or rows that are given, to the end; resolves with what was read, also if a source
   * broke off (the views say so).
   */
  async load(source: Loadable, { signal, onProgress, query = {}, companion, workers, keepRows, deduplicate, ...as }: LoadOptions = {}): Promise<Loaded> {
    signal?.throwIfAborted();
    const keeping = keepingOf(source, { keepRows, deduplicate });
    clients.add(this.#id);
    this.#gathering?.giveUp();
    this.#gathering = undefined;
    this.#wantsStop = false;
    const handed = isSeveral(source) ? undefined : handOver(source, true);
    if (handed?.form) as = { form: handed.form, ...as };
    const sources = handed ? [handed.stream] : await Promise.all((isSeveral(source) ? source : [source as Source]).map(prepared));
    signal?.throwIfAborted();
    const [only = new Blob([])] = sources;
    const lost = bereft.get(this.#id);
    try {
      // Several addresses are fetched as they are, unless something else is said.
      const isCompanions = companion ?? (!isSeveral(source) && !handed && isFromCompanion(source as Source, globalThis.document?.baseURI));
      const gathering = isCompanions ? undefined : await this.#gather(sources, as, workers, keeping);
      bereft.delete(this.#id);
      if (gathering) return await this.#follow(gathering, signal, onProgress);
      const transfer = sources.filter((each) => each instanceof ReadableStream) as unknown as Transferable[];
      const call: Call['call'] = { name: 'load', source: sources.length > 1 ? sources : only, query, companion: isCompanions, as: { ...as, ...keeping } };
      const { id, answer } = running().ask<Loaded>(this.#id, call, onProgress, transfer);
      if (this.#wantsStop) this.stop();
      const abort = () => worker?.tell(this.#id, { name: 'abort', id });
      signal?.addEventListener('abort', abort);
      const loaded = await answer.finally(() => signal?.removeEventListener('abort', abort));
      if (handed?.failure() !== undefined) throw handed.failure();
      return loaded;
    } catch (error) {
      // A new worker that could read nothing holds no rows either.
      if (lost !== undefined && clients.has(this.#id) && !bereft.has(this.#id)) bereft.set(this.#id, lost);
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Goes on where {@link stop} ended a reading whose {@link Loaded.canReadOn} is true. */
  async readOn({ signal, onProgress }: Pick<LoadOptions, 'signal' | 'onProgress'> = {}): Promise<Loaded> {
    signal?.throwIfAborted();
    if (!this.#gathering?.canReadOn) throw new Error('There is nothing to read on: load the source again.');
    this.#wantsStop = false;
    return this.#follow(this.#gathering, signal, onProgress);
  }

  /** Ends a reading where it is and keeps its rows. */
  stop(): void {
    this.#wantsStop = true;
    if (this.#gathering) this.#gathering.stop();
    else worker?.tell(this.#id, { name: 'stop' });
  }

  /** Several sources, or a big file that can be read in stretches; absent for all others. */
  async #gather(sources: readonly Exclude<Source, Response>[], as: ReadAs, workers: number | undefined, keeping: Required<Keeping>): Promise<Gathering | undefined> {
    const [only] = sources;
    if (sources.length === 1 && !(only instanceof Blob && only.size >= BIG_BYTES)) return undefined;
    const { Gathering } = await import('./pool.js');
    const most = Math.max(1, Math.min(workers ?? globalThis.navigator?.hardwareConcurrency ?? 1, MOST_WORKERS));
    const size = sources.reduce((sum, each) => sum + (each instanceof Blob ? each.size : 0), 0);
    const gathering = new Gathering(running(), this.#id, sources, as, keeping, size < BIG_BYTES ? 1 : most);
    return await gathering.isSplit() ? gathering : undefined;
  }

  async #follow(gathering: Gathering, signal: AbortSignal | undefined, onProgress: LoadOptions['onProgress']): Promise<Loaded> {
    this.#gathering = gathering;
    try {
      const reading = gathering.run(signal, onProgress);
      if (this.#wantsStop) gathering.stop();
      return await reading;
    } catch (error) {
      if (this.#gathering === gathering) this.#gathering = undefined;
      // What one worker had gathered is not worth much without what another one lost.
      if (!signal?.aborted && (error as Error).name !== 'AbortError' && clients.has(this.#id)) bereft.set(this.#id, (error as Error).message);
      throw error;
    }
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

  /** Some of the executions of a cell of a query; of the rows of one load only, if its number is given. */
  rowsAt(query: Query, options: ViewOptions, cell: number, page: { offset: number; limit: number }, load?: number): Promise<Rows> {
    return this.#ask({ name: 'rows', query, options, cell, page, load });
  }

  /** Gives back the rows' memory; the worker ends with its last client. */
  close(): void {
    if (!clients.delete(this.#id)) return;
    bereft.delete(this.#id);
    this.#gathering?.giveUp();
    this.#gathering = undefined;
    worker?.refuse(() => new DOMException('the client was closed', 'AbortError'), this.#id);
    if (clients.size > 0) return worker?.tell(this.#id, { name: 'close' });
    worker?.end();
    worker = undefined;
  }

  #ask<T>(call: Call['call']): Promise<T> {
    const cause = bereft.get(this.#id);
    if (cause !== undefined) return Promise.reject(new Error(`The rows were lost: ${cause} Load them again.`));
    return running().ask<T>(this.#id, call).answer;
  }
}

/** A source as it can go to a worker. */
async function prepared(source: Source): Promise<Exclude<Source, Response>> {
  if (typeof source === 'string' || source instanceof URL) return new URL(source, globalThis.document?.baseURI).href;
  if (!(source instanceof Response)) return source;
  if (!source.ok) throw await refusal(source);
  return source.body ?? new Blob([]);
}
