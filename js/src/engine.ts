// The engine without a worker: reads a source and answers queries on this thread. What `worker.ts` runs, and what Node
// and tests use. It carries bytes and answers; it parses and counts nothing.

import type { Engine, View } from './execution_heatmap_wasm.js';
import { handOver, isSeveral, keepingOf } from './given.js';
import { Meter } from './meter.js';
import { start, startWhole, type Core } from './module.js';
import { begin, counts, refuseUnrecognised, sentenceOf, understood, type Counted, type Place } from './part.js';
import { Pour } from './pour.js';
import { completed, type Origin } from './rows.js';
import { blobOf, isPlain, open, type Opening } from './source.js';
import { zoneTable, type ZoneTable } from './zone.js';
import type {
  Answer, Cells, Keeping, Loadable, Loaded, PictureOptions, Progress, Query, ReadAs, Rows, Scene, Source, Theme, ViewOptions, Workflow,
} from './types.js';

export { isTrap, start } from './module.js';
export type * from './types.js';

export interface LoadOptions extends ReadAs, Keeping {
  signal?: AbortSignal;
  /** Called at most four times a second. */
  onProgress?: (progress: Progress) => void;
  /** Which window a companion is asked for. */
  query?: Query;
  /** True for a stream of a companion's rows; a response and an address tell it themselves. */
  companion?: boolean;
  /** The most workers that read at the same time; by default as many as there are cores, at most 8. */
  workers?: number;
}

const PROGRESS_MS = 250;
const REPLACED = 'another load took its place';
const STOPPED = 'reading was stopped';

/** The columns of cells behind state and level, in the order in which the module hands them over. */
const COLUMNS = [
  'value', 'hours', 'executions', 'decided', 'timed', 'waited', 'averageDuration', 'completed', 'failed', 'timedOut',
  'cancelled', 'skipped', 'running', 'pending', 'waiting', 'other',
] as const;

function cellsOf(columns: Float64Array): Cells {
  const length = columns.length / (COLUMNS.length + 2);
  const column = (place: number) => columns.slice(length * place, length * (place + 1));
  const numbers = Object.fromEntries(COLUMNS.map((name, place) => [name, column(place + 2)]));
  return { ...numbers, state: new Uint8Array(column(0)), level: new Uint8Array(column(1)) } as Cells;
}

/** Of each workflow its id, its name and its executions stand behind each other. */
function workflowsOf(parts: unknown[]): Workflow[] {
  return Array.from({ length: parts.length / 3 }, (_, i) => ({ id: parts[3 * i], name: parts[3 * i + 1], executions: parts[3 * i + 2] }) as Workflow);
}

/** Only the whole engine counts without keeping. */
function keep(engine: Engine, rows: boolean, places: boolean, texts: boolean, identities: boolean): void {
  if (rows) engine.keep(places, texts, identities);
  else engine.keepNone();
}

function sceneOf(text: string): Scene {
  const { places, ...scene } = JSON.parse(text);
  const [columns, rows] = [Float64Array.from(places.columns), Float64Array.from(places.rows)];
  return { ...scene, places: { ...places, columns, rows, cells: Int32Array.from(places.cells) } };
}

export class HeatmapEngine {
  #core: Core;
  #engine: Engine;
  /** True if the engine reads every form. */
  #isWhole = false;
  #pour: Pour | undefined;
  /** The sources that can be read again, by their numbers. */
  #origins = new Map<number, Origin>();
  /** The source that is read here, if it can be read again. */
  #whole: Origin & { source: number } | undefined;
  #stopped = false;
  #loads = 0;
  #now: number | null = null;
  #held: { key: string; view: View } | undefined;
  #zone: { key: string; table: ZoneTable } | undefined;
  /** The number of the load whose rows are held. */
  #rowsOf = 0;
  /** False if they were only counted. */
  #keepsRows = true;

  private constructor(core: Core) {
    [this.#core, this.#engine] = [core, new core.Engine()];
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
   * Reads a source, several one after the other, or rows that are given, to the end, dropping what was held. A source that breaks off is no
   * error: the answers say so. `number` stands in the answers, so that who asks can tell one load's from another's;
   * `ahead` is the source, if it is opened already.
   */
  async load(source: Loadable, { signal, onProgress, query = {}, companion, keepRows: wanted, deduplicate: looksFor, ...as }: LoadOptions = {}, number?: number, ahead?: Opening): Promise<Loaded> {
    const { keepRows, deduplicate } = keepingOf(source, { keepRows: wanted, deduplicate: looksFor });
    const turn = ++this.#loads;
    this.#stopped = false;
    this.#pour?.halt();
    const now = ahead?.now ?? Date.now();
    const check = () => {
      signal?.throwIfAborted();
      this.#checkLoad(turn);
    };
    const handed = isSeveral(source) ? undefined : handOver(source, false);
    if (handed?.form) as = { form: handed.form, ...as };
    const sources: readonly Source[] = isSeveral(source) ? source : [handed?.stream ?? source as Source];
    const plain = await Promise.all(sources.map(isPlain));
    const sizes = sources.map((each) => blobOf(each)?.size ?? NaN);
    const meter = new Meter();
    let [total, told]: [number | null, number] = [null, performance.now()];
    // What was read of the sources up to the present one.
    let read = (): Pick<Progress, 'bytes' | 'decompressed'> => ({ bytes: 0, decompressed: 0 });
    const progress = (): Progress => meter.progress({ ...counts(this.#engine), ...read(), total });
    let readAs: string | null = null;
    for (const [place, each] of sources.entries()) {
      const opened = await (ahead?.opened ?? open(each, query, now, companion, signal));
      // Opening takes time, in which this load may have been given up or another one begun.
      if (signal?.aborted || turn !== this.#loads) void opened.stream.cancel().catch(() => {});
      check();
      this.#forget();
      const said = as.form === undefined ? { ...as, form: opened.form } : as;
      const begun = (): void => {
        // What a stream holds of a row is kept; a file is read again where the row lies. Not every form of the whole engine
        // lets a row be read by itself, and which one it is shows only later.
        if (place === 0) keep(this.#engine, keepRows, plain.includes(true), plain.includes(false) || this.#isWhole, deduplicate);
        begin(this.#engine, said, opened.expectsEnd, place > 0);
        this.#keepsRows = keepRows;
      };
      const turned = async (): Promise<[Engine, Core]> => {
        await this.#turnWhole(check);
        begun();
        return [this.#engine, this.#core];
      };
      if (place === 0) {
        this.#origins.clear();
        // What is held stays where the source is refused.
        if (sources.length > 1 || deduplicate || !keepRows) await this.#turnWhole(check, (engine) => begin(engine, said, opened.expectsEnd));
        total = sources.length > 1 ? sizes.reduce((sum, size) => sum + size, 0) : opened.total;
        if (Number.isNaN(total)) total = null;
        this.#now = opened.expectsEnd ? now : null;
      }
      begun();
      if (this.#engine.needsForms) await turned();
      this.#rowsOf = number ?? turn;
      const blob = plain[place] && keepRows ? blobOf(each) : undefined;
      this.#whole = blob && { blob, as, source: place };
      const pour = this.#pour = new Pour(this.#engine, this.#core.memory, opened.stream, turned);
      const before = read();
      read = () => ({ bytes: before.bytes + (opened.undone?.() ?? pour.bytes), decompressed: before.decompressed + pour.bytes });
      const cancel = () => pour.halt(signal?.reason);
      signal?.addEventListener('abort', cancel);
      if (this.#stopped) pour.halt();
      try {
        await pour.run(() => this.#forget(), () => {
          check();
          if (performance.now() - told < PROGRESS_MS) return;
          told = performance.now();
          onProgress?.(progress());
        });
        this.#finish(pour.broken, this.#stopped);
        if (await pour.turn()) this.#finish(pour.broken, this.#stopped);
      } catch (error) {
        throw sources.length > 1 && each instanceof File ? Object.assign(error as Error, { file: each.name }) : error;
      } finally {
        signal?.removeEventListener('abort', cancel);
        if (this.#pour === pour) this.#pour = undefined;
      }
      readAs ??= sentenceOf(this.#engine);
      this.#remember();
      if (this.#stopped) break;
    }
    if (handed?.failure() !== undefined) throw handed.failure();
    return { ...progress(), stopped: this.#stopped, readAs, canReadOn: false, now: this.#now };
  }

  /** Goes on with the module that reads every form, dropping what is held. `check` throws if that is not wanted any more, `refuse` if what is to be read is refused. */
  async #turnWhole(check: () => void, refuse?: (engine: Engine) => void): Promise<void> {
    const core = await startWhole();
    check();
    if (core === this.#core) return;
    const engine = new core.Engine();
    try {
      refuse?.(engine);
    } catch (error) {
      engine.free();
      throw error;
    }
    this.#forget();
    this.#engine.free();
    [this.#core, this.#engine] = [core, engine];
    this.#isWhole = true;
  }

  /** What is known by now of the source that is read here is what its rows are read again with. */
  #remember(): void {
    if (!this.#whole) return;
    const { blob, as, source } = this.#whole;
    const again = understood(this.#engine, as);
    if (again) this.#origins.set(source, { blob, as: again });
  }

  /** Ends a reading where it is and keeps its rows. */
  stop(): void {
    this.#stopped = true;
    this.#pour?.halt();
  }

  /** @internal Drops what was held and waits for parts that others read, with their places or their texts, or only counted. Gives the key under which they are to tell their rows, if repeated ones are looked for. */
  async gather(number: number, as: ReadAs, { keepRows, deduplicate }: Required<Keeping>, places: boolean, texts: boolean): Promise<Uint8Array | undefined> {
    const turn = ++this.#loads;
    this.#pour?.halt();
    await this.#turnWhole(() => this.#checkLoad(turn));
    this.#forget();
    this.#origins.clear();
    this.#whole = undefined;
    keep(this.#engine, keepRows, places, texts, deduplicate);
    begin(this.#engine, as, false);
    this.#keepsRows = keepRows;
    [this.#rowsOf, this.#now] = [number, null];
    return this.#engine.identityKey();
  }

  /** @internal Adds a part; says how far the rows reach. */
  absorb(number: number, part: Uint8Array[], place: Place, origin: Origin | undefined): Counted {
    this.#checkTurn(number);
    this.#forget();
    this.#engine.absorb(part, place.lines, place.offset, place.file);
    if (origin) this.#origins.set(place.file, origin);
    return counts(this.#engine);
  }

  /** @internal All parts are there, or all that will come: `broken` says why not all, `stopped` that it was wanted so. */
  gathered(number: number, broken: string | undefined, stopped: boolean): Counted {
    this.#checkTurn(number);
    this.#finish(broken, stopped);
    return counts(this.#engine);
  }

  /** Answers a query over the rows so far. Throws an error with `parameter` if the query cannot be answered. */
  view(query: Query = {}, options: ViewOptions = {}): Answer {
    const view = this.#view(query, options);
    const columns = view.cells();
    const { response } = this.#core.Engine;
    const [before = '', after = ''] = view.frame();
    const dates = view.dates();
    // Who looks at cells alone does not wait for the response to be written.
    let write: (() => Uint8Array) | undefined = () => response(before, after, dates, columns);
    let json: Uint8Array = new Uint8Array();
    return {
      get json() {
        if (write) [json, write] = [write(), undefined];
        return json;
      },
      cells: cellsOf(columns),
      fewRuns: view.fewRuns,
      dates: dates.split(' '),
      workflows: workflowsOf(view.workflows()),
      tags: view.tags(),
      load: this.#rowsOf,
      scene: options.picture ? sceneOf(view.scene(options.picture)) : null,
    };
  }

  /** Some of the executions of a cell of a query; of the rows of one load only, if its number is given. */
  async rowsAt(query: Query, options: ViewOptions, cell: number, page: { offset: number; limit: number }, load?: number): Promise<Rows> {
    this.#check(load);
    if (!this.#keepsRows) throw Object.assign(new Error('The rows were counted and not kept, so that single ones cannot be shown.'), { notKept: true });
    const text = this.#engine.rows(this.#view(query, options), Uint32Array.of(cell), true, page.offset, page.limit);
    const { rows, total } = JSON.parse(text) as Rows;
    this.#remember();
    const complete = await completed(this.#core, rows, this.#origins, (source) => this.#engine.headBytes(source));
    this.#check(load);
    return { rows: complete, total };
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
    this.#rowsOf = -1;
    this.#forget();
    this.#engine.free();
  }

  #check(load: number | undefined): void {
    if (load !== undefined && load !== this.#rowsOf) {
      throw Object.assign(new Error('The rows of this view are gone: another load took their place. Ask for a new view.'), { stale: true });
    }
  }

  #checkLoad(turn: number): void {
    if (turn !== this.#loads) throw new DOMException(REPLACED, 'AbortError');
  }

  #checkTurn(number: number): void {
    if (number !== this.#rowsOf) throw new DOMException(REPLACED, 'AbortError');
  }

  #finish(broken: string | undefined, stopped: boolean): void {
    if (stopped) this.#engine.stop(STOPPED);
    else this.#engine.finish(broken);
    this.#forget();
    refuseUnrecognised(this.#engine);
  }

  /** The last answer is kept so that its picture can be laid out again without counting again. */
  #view(query: Query, { now, patterns = true }: ViewOptions): View {
    const clock = (now === undefined ? this.#now : now) ?? undefined;
    const key = JSON.stringify([query, clock ?? null, patterns]);
    if (this.#held?.key === key) return this.#held.view;
    const [from = 0, until = 0] = this.#engine.zoneSpan(query, clock);
    const zone = this.#zoneTable(query.time_zone ?? 'UTC', from, until);
    const view = this.#engine.view(query, zone.instants, zone.offsets, clock, patterns !== false, patterns !== 'total');
    this.#forget();
    this.#held = { key, view };
    return view;
  }

  /** The last table is kept: asking `Intl` for one takes longer than counting. */
  #zoneTable(name: string, from: number, until: number): ZoneTable {
    const key = `${name} ${from} ${until}`;
    if (this.#zone?.key !== key) this.#zone = { key, table: zoneTable(name, from, until) };
    return this.#zone.table;
  }

  #forget(): void {
    this.#held?.view.free();
    this.#held = undefined;
  }
}
