// <execution-heatmap>: keeps attributes, rows and picture together. The parts draw; this decides what and when.

import { Attributes, OBSERVED, type Fault } from './attributes.js';
import { HeatmapClient, type HeatmapView, type Loaded, type Loadable, type LoadOptions, type Progress, type Query, type ReadAs, type Rows, type Source } from './client.js';
import { Format } from './format.js';
import { Frame } from './frame.js';
import { DEFAULT_DAYS, MOST_DAYS } from './limits.js';
import { isOfSeveral, isSeveral } from './given.js';
import { covers, isFromCompanion, windowFor } from './source.js';
import { errorWords, PATIENCE_MS } from './status.js';
import { isZone } from './zone.js';
import { parts, type Stage } from './patterns.js';
import type { Granularity, HeatmapResponse, Keeping, Metric, PictureOptions, Theme } from './types.js';

export type { Fault };
export type HeatmapState = 'idle' | 'connecting' | 'streaming' | 'ready' | 'empty' | 'error';
/** How the element loads a source. */
export interface LoadSettings extends ReadAs, Keeping {
  signal?: AbortSignal;
  /** What the source is called in messages. */
  name?: string;
  /** True for a stream of a companion's rows; a response and an address tell it themselves. */
  companion?: boolean;
  /** The most workers that read at the same time; by default as many as there are cores, at most 8. */
  workers?: number;
  /** By default also where only last attempts count. */
  deduplicate?: boolean;
}
interface Read { window: Query; now: number }
type List = readonly string[] | string | null | undefined;

// Importing where there is no document defines nothing and throws nothing.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);
const PROPERTIES = ['src', 'metric', 'granularity', 'days', 'from', 'to', 'until', 'workflowId', 'status', 'tag', 'by', 'attempts', 'patterns', 'timeZone',
  'locale', 'firstDay', 'hourCycle', 'theme', 'layout', 'show', 'level', 'pattern', 'cell', 'interactive', 'label'] as const;
/** Attributes that change how the picture looks, not what it shows. */
const LOOKS: readonly string[] = ['theme', 'show', 'level', 'pattern', 'cell'];
/** While rows arrive, bounds come from what was there at this time, and stay. */
const PROVISIONAL_MS = 1000;
/** Patterns that take longer are not waited for with the picture. */
const PATTERNS_MS = 150;

export class ExecutionHeatmap extends Base {
  static readonly observedAttributes: readonly string[] = OBSERVED;

  readonly #attributes = new Attributes(this);
  #frame: Frame | undefined;
  #format: Format | undefined;
  #client: HeatmapClient | undefined;
  #abort: AbortController | undefined;
  #source: { source: Loadable; name: string; as: LoadSettings } | undefined;
  /** True for rows that a companion streams: their open windows end when it was asked. */
  #companion = false;
  /** The window that a companion is being asked for, and when. */
  #asking: Read | undefined;
  /** The window of a companion whose rows are held; absent for a file. */
  #read: Read | undefined;
  #loaded: Loaded | undefined;
  /** True if repeated rows and last attempts were looked for. */
  #deduplicated = false;
  #view: HeatmapView | undefined;
  #state: HeatmapState = 'idle';
  #progress: Progress | undefined;
  #error: Error | undefined;
  /** When the picture that stands was read. */
  #updated: Date | undefined;
  #changed = new Set<string>();
  #turn = 0;
  #partial: Promise<unknown> | undefined;
  #thresholds: readonly number[] | undefined;
  #width = 0;
  #resize: ResizeObserver | undefined;
  #preview: number | undefined;
  /** How far the view that is drawn has come, and which pattern was chosen before it was whole. */
  #stage: Stage | undefined;
  #chosen: { pattern: number; claim: string } | undefined;

  connectedCallback(): void {
    if (!this.#frame) {
      this.#frame = new Frame(this, {
        stop: () => this.stop(),
        again: () => void this.#reload(),
        readOn: () => void this.readOn().catch(() => {}),
        clear: () => this.#change(() => [this.workflowId, this.status, this.tag] = [[], [], []]),
        workflow: (id) => this.#change(() => this.workflowId = [id]),
        goTo: (from, to) => this.#change(() => {
          [this.days, this.until, this.from, this.to] = [undefined, undefined, from, to];
        }),
        level: (level) => this.#change(() => {
          const levels = this.level.map(Number);
          this.level = (levels.includes(level) ? levels.filter((other) => other !== level) : [...levels, level]).map(String);
        }),
        preview: (pattern) => {
          this.#preview = pattern;
          this.#looks();
        },
        select: (pattern) => {
          this.#change(() => this.pattern = pattern);
          const detail = this.#view?.response.patterns[pattern - 1];
          this.#chosen = this.#stage === 'looking' && detail ? { pattern, claim: parts(detail.sentence).claim } : undefined;
          this.#tell('heatmap-pattern', { pattern, detail });
        },
        copy: (pattern) => this.#copy(pattern),
        all: () => this.#change(() => this.patterns = 'all'),
        cell: (cell) => {
          const name = this.#frame?.texts?.nameOf(cell);
          if (name !== undefined) this.#tell('heatmap-cell', this.#detail(name));
        },
        open: (cell) => {
          if (cell !== undefined && !this.#tell('heatmap-open', this.#detail(cell), true)) return;
          this.#change(() => this.cell = cell);
        },
        escape: () => this.level.length > 0 && this.#change(() => this.level = []),
      });
      // Properties that were set before the element was defined hide its own.
      for (const name of PROPERTIES) {
        if (!Object.hasOwn(this, name)) continue;
        const value: unknown = this[name];
        delete (this as Record<string, unknown>)[name];
        (this as Record<string, unknown>)[name] = value;
      }
    }
    if (!this.#resize) {
      this.#resize = new ResizeObserver(() => requestAnimationFrame(() => this.#resized()));
      this.#resize.observe(this);
      this.#changed.add('src');
      this.#schedule();
    }
  }

  disconnectedCallback(): void {
    // A move disconnects and connects again in one task; only what stays away is freed.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#abort?.abort();
      this.#resize?.disconnect();
      this.#client?.close();
      this.#turn += 1;
      this.#frame?.clear();
      this.#resize = this.#client = this.#view = this.#loaded = this.#read = undefined;
      this.#setState('idle');
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.#resize) return;
    this.#changed.add(name);
    this.#schedule();
  }

  // Properties: each is its attribute.
  get src() { return this.#attributes.text('src'); }
  set src(value: string | undefined) { this.#attributes.set('src', value); }
  get metric(): Metric { return this.#attributes.metric; }
  set metric(value: Metric | undefined) { this.#attributes.set('metric', value); }
  get granularity(): Granularity | undefined { return this.#attributes.oneOf('granularity'); }
  set granularity(value: Granularity | undefined) { this.#attributes.set('granularity', value); }
  get days() { return this.#attributes.whole('days', 1, MOST_DAYS); }
  set days(value: number | undefined) { this.#attributes.set('days', value); }
  get from() { return this.#attributes.date('from'); }
  set from(value: string | undefined) { this.#attributes.set('from', value); }
  get to() { return this.#attributes.date('to'); }
  set to(value: string | undefined) { this.#attributes.set('to', value); }
  get until() { return this.#attributes.text('until'); }
  set until(value: string | undefined) { this.#attributes.set('until', value); }
  get workflowId(): readonly string[] { return this.#attributes.list('workflow-id'); }
  set workflowId(values: List) { this.#attributes.setList('workflow-id', values); }
  get status(): readonly string[] { return this.#attributes.list('status'); }
  set status(values: List) { this.#attributes.setList('status', values); }
  get tag(): readonly string[] { return this.#attributes.list('tag'); }
  set tag(values: List) { this.#attributes.setList('tag', values); }
  /** Which moment places an execution: `start` (default), `end`, `scheduled`. */
  get by() { return this.#attributes.oneOf('by'); }
  set by(value: Query['by']) { this.#attributes.set('by', value); }
  /** Which attempts count: `each` (default) or `last`. */
  get attempts() { return this.#attributes.oneOf('attempts'); }
  set attempts(value: Query['attempts']) { this.#attributes.set('attempts', value); }
  /** Which patterns are told: the `first` (default) or `all`. */
  get patterns() { return this.#attributes.oneOf('patterns'); }
  set patterns(value: Query['patterns']) { this.#attributes.set('patterns', value); }
  get timeZone() { return this.#attributes.text('time-zone') ?? 'UTC'; }
  set timeZone(value: string | undefined) { this.#attributes.set('time-zone', value); }
  get locale() { return this.#attributes.text('locale'); }
  set locale(value: string | undefined) { this.#attributes.set('locale', value); }
  get firstDay() { return this.#attributes.oneOf('first-day') ?? 'auto'; }
  set firstDay(value: string | number | undefined) { this.#attributes.set('first-day', value); }
  get hourCycle() { return this.#attributes.oneOf('hour-cycle') ?? 'auto'; }
  set hourCycle(value: string | undefined) { this.#attributes.set('hour-cycle', value); }
  get theme(): Theme { return this.#attributes.theme; }
  set theme(value: Theme | undefined) { this.#attributes.set('theme', value); }
  get layout() { return this.#attributes.oneOf('layout') ?? 'auto'; }
  set layout(value: 'auto' | 'wide' | 'narrow' | undefined) { this.#attributes.set('layout', value); }
  get show(): readonly string[] { return [...this.#attributes.sections]; }
  set show(values: List) { this.#attributes.setList('show', values); }
  get level(): readonly string[] { return this.#attributes.levels.map(String); }
  set level(values: List) { this.#attributes.setList('level', values); }
  get pattern() { return this.#attributes.whole('pattern', 0, 99); }
  set pattern(value: number | undefined) { this.#attributes.set('pattern', value); }
  /** The cell whose runs are shown: `2013-06-27T19`, or `2013-06-27` when daily. */
  get cell() { return this.#attributes.cell; }
  set cell(value: string | undefined) { this.#attributes.set('cell', value); }
  get interactive(): boolean { return this.#attributes.text('interactive') !== 'false'; }
  set interactive(value: boolean) { this.#attributes.set('interactive', value ? undefined : 'false'); }
  /** What the source is called in messages; by default the file's name or the end of the address. */
  get label() { return this.#attributes.text('label'); }
  set label(value: string | undefined) { this.#attributes.set('label', value); }

  get state(): HeatmapState { return this.#state; }
  get progress(): Progress | undefined { return this.#progress; }
  get result(): HeatmapResponse | undefined { return this.#view?.response; }
  /** What the source was taken for, in a sentence. */
  get readAs(): string | undefined { return this.#loaded?.readAs ?? undefined; }
  get error(): Error | undefined { return this.#error; }
  /** The attributes whose values are wrong, so that what stands for them when they are absent is shown. */
  get faults(): readonly Fault[] { return this.#attributes.faults; }
  /** The view that is shown: cells, workflows and tags besides the response. */
  get view(): HeatmapView | undefined { return this.#view; }

  /** Reads a source, or several as one, and draws it. Resolves when the picture stands; rejects if there is none. */
  async load(source: Loadable, settings: LoadSettings = {}): Promise<void> {
    const { signal, name, companion = isFromCompanion(source as Source, document.baseURI), ...as } = settings;
    signal?.throwIfAborted();
    const known = name ?? this.label ?? nameOf(source);
    // Rows of another source are not to stand under this one's name.
    if (this.#source && !isSame(this.#source.source, source)) this.#empty();
    this.#source = { source, name: known, as };
    const client = this.#client ??= new HeatmapClient();
    this.#thresholds = undefined;
    const { query } = this.#attributes;
    this.#companion = companion;
    const isAddress = typeof source === 'string' || source instanceof URL;
    const asking = this.#asking = companion && isAddress ? { window: windowFor(query), now: Date.now() } : undefined;
    const from = isAddress ? new URL(source, document.baseURI).host : known;
    const span = query.from === undefined ? `${query.days ?? DEFAULT_DAYS} days` : this.#words().range(query.from, query.to ?? query.from);
    try {
      await this.#follow(signal, asking ? `Asking ${from} for ${span} of executions.` : `Opening ${from}.`, async (options) => {
        const deduplicate = this.#deduplicated = as.deduplicate ?? (as.keepRows !== false && (this.attempts === 'last' || isOfSeveral(source)));
        const loaded = await client.load(source, { ...as, deduplicate, query, companion, ...options });
        this.#read = asking && { ...asking, now: loaded.now ?? asking.now };
        return loaded;
      });
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  /** Goes on where {@link stop} ended the reading of a file. */
  async readOn({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const client = this.#client;
    if (!client || !this.#loaded?.canReadOn) throw new Error('There is nothing to read on: load the source again.');
    await this.#follow(signal, `Opening ${this.#source?.name}.`, (options) => client.readOn(options));
  }

  /** Follows a reading from its beginning to the picture of all its rows. */
  async #follow(signal: AbortSignal | undefined, waiting: string, read: (options: Pick<LoadOptions, 'signal' | 'onProgress'>) => Promise<Loaded>): Promise<void> {
    this.#abort?.abort();
    const abort = this.#abort = new AbortController();
    const cancel = () => abort.abort(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    this.#turn += 1;
    [this.#error, this.#progress, this.#partial] = [undefined, undefined, undefined];
    this.#setState('connecting');
    const patience = setTimeout(() => {
      if (this.#abort === abort && this.#state === 'connecting') this.#frame?.status.connecting(waiting);
    }, PATIENCE_MS);
    const name = this.#source?.name ?? '';
    let loaded: Loaded | undefined;
    try {
      loaded = await read({ signal: abort.signal, onProgress: (progress) => this.#abort === abort && this.#arriving(progress, name) });
      this.#loaded = loaded;
      this.#updated = new Date();
      this.#progress = loaded;
      this.#tell('heatmap-progress', { ...loaded });
      await this.#refresh(true);
      this.#tell('heatmap-load', { result: this.result, progress: loaded });
    } catch (error) {
      // Once the first bytes were read, the rows before them are gone.
      if (this.#abort === abort && !loaded && (this.#progress || 'startsWith' in (error as Error))) this.#loaded = this.#read = undefined;
      if (this.#abort === abort && !abort.signal.aborted) this.#fail(error as Error);
      throw error;
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends a reading where it is; what was read is drawn. */
  stop(): void {
    this.#client?.stop();
  }

  /** Some of the executions of a cell (`2013-06-27T19`, or `2013-06-27` when daily), failed first, then slowest. */
  rowsAt(cell: string, options: { offset?: number; limit?: number } = {}): Promise<Rows> {
    const at = this.#frame?.texts?.cellOf(cell) ?? -1;
    if (!this.#view || at < 0) return Promise.resolve({ rows: [], total: 0 });
    return this.#view.rowsAt(at, options);
  }

  /** The picture as an SVG file. */
  async toSVG(): Promise<string> {
    if (!this.#view) throw new Error('there is nothing to draw yet');
    return this.#view.svg({ framed: true, words: this.#words().words }, this.theme);
  }

  /** The response, as the engine wrote it. */
  toJSON(): string | undefined {
    return this.#view?.json();
  }

  /** Puts the focus on a cell: `2013-06-27T19`, or `2013-06-27` when daily. */
  focusCell(cell: string): void {
    this.#frame?.focusCell(cell);
  }

  #words(): Format {
    const locale = this.locale ?? this.closest('[lang]')?.getAttribute('lang') ?? navigator.language;
    return this.#format ??= this.#formatOf(locale);
  }

  #formatOf(locale: string): Format {
    const [day, cycle] = [this.#attributes.oneOf('first-day'), this.#attributes.oneOf('hour-cycle')];
    return new Format(locale, day === undefined || day === 'auto' ? undefined : Number(day), cycle === 'auto' ? undefined : cycle);
  }

  #schedule(): void {
    if (this.#changed.size > 1) return;
    queueMicrotask(() => this.#update());
  }

  /** Several changes in one task are one update. */
  #update(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    if (!this.#frame || !this.isConnected) return;
    if (['locale', 'first-day', 'hour-cycle'].some((name) => changed.has(name))) this.#format = undefined;
    this.#frame.sections(this.#attributes.sections, this.interactive);
    if (changed.has('src') && this.src !== undefined) return void this.load(this.src).catch(() => {});
    const isAnother = [...changed].some((name) => !LOOKS.includes(name));
    const held = this.#asking ?? this.#read;
    const isMissing = held ? !covers(held.window, this.#attributes.query, held.now) : this.#companion && this.#state === 'error' && isAnother;
    // Which attempt is the last shows only when rows are held against each other.
    const isUntold = changed.has('attempts') && this.attempts === 'last' && this.#loaded !== undefined && !this.#deduplicated && this.#source?.as.keepRows !== false && isRepeatable(this.#source?.source ?? []);
    if (isMissing || isUntold) return void this.#reload();
    if (this.#loaded && isAnother) void this.#refresh(false);
    else this.#looks();
  }

  /** Forgets the rows and the picture. */
  #empty(): void {
    this.#view = this.#loaded = this.#read = this.#source = undefined;
    this.#frame?.clear();
  }

  #reload(): Promise<void> {
    const { source = this.src, name, as } = this.#source ?? {};
    if (source === undefined || !isRepeatable(source)) return Promise.resolve();
    return this.load(source, { ...as, ...(name !== undefined && { name }) }).catch(() => {});
  }

  /** What is told of a cell. */
  #detail(name: string): CellDetail {
    const { view, texts } = { view: this.#view, texts: this.#frame?.texts };
    const cell = texts?.cellOf(name) ?? -1;
    if (!view || !texts || cell < 0) return {};
    const { cells } = view;
    const rows = (options?: { offset?: number; limit?: number }) => this.rowsAt(name, options);
    return { ...texts.place(cell), value: cells.value[cell], count: cells.executions[cell], level: cells.level[cell], rows };
  }

  #picture(): PictureOptions {
    const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    return { width: this.#width, layout: this.#attributes.oneOf('layout') ?? 'auto', labelSize: 11 * size, words: this.#words().words };
  }

  /** Asks for the view that the attributes describe and draws it. */
  async #refresh(isFirst: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#width ||= this.#frame?.width ?? 0;
    try {
      const query = this.#attributes.query;
      const quick = this.#client?.view(query, { patterns: 'total', picture: this.#picture() });
      const whole = this.#client?.view(query, { picture: this.#picture() });
      void this.#drawMeanwhile(turn, quick, whole);
      const view = await whole;
      if (!view || turn !== this.#turn) return;
      this.#error = undefined;
      // Of a file without any start there is no time to draw, unless one was asked for.
      const { newest, now } = this.#loaded!;
      const { from, until } = view.query;
      const isNowhere = newest === null && now === null && from === undefined && until === undefined && view.response.totals.executions === 0;
      if (isNowhere) {
        this.#view = view;
        this.#frame?.clear();
      } else {
        this.#draw(view, 'whole');
      }
      this.#frame?.status.finished(view, this.#loaded!, this.#words(), isRepeatable(this.#source?.source ?? []));
      this.#setState(view.response.totals.executions > 0 ? 'ready' : 'empty');
      if (isNowhere) this.#frame?.say(this.#frame.status.element.textContent ?? '');
      else this.#frame?.announce(view, this.#words());
    } catch (error) {
      if (turn === this.#turn) this.#fail(error as Error);
      if (isFirst) throw error;
    }
  }

  /** Draws the picture and what is told of all executions while each workflow is still looked at, where that takes time. */
  async #drawMeanwhile(turn: number, quick: Promise<HeatmapView> | undefined, whole: Promise<HeatmapView> | undefined): Promise<void> {
    try {
      const view = await quick;
      let isWhole = false;
      const end = () => isWhole = true;
      await Promise.race([whole?.then(end, end), new Promise((resolve) => setTimeout(resolve, PATTERNS_MS))]);
      if (!isWhole && view && turn === this.#turn && view.response.totals.executions > 0) this.#draw(view, 'looking');
    } catch {
      // Why there is no picture, the whole view says.
    }
  }

  #arriving(progress: Progress, name: string): void {
    this.#progress = progress;
    this.#setState('streaming');
    const zone = this.timeZone ?? 'UTC';
    this.#frame?.status.reading(name, progress, isZone(zone) ? zone : 'UTC', this.#words());
    this.#frame?.announceProgress(progress);
    this.#tell('heatmap-progress', { ...progress });
    if (this.#partial || progress.oldest === null) return;
    const turn = this.#turn;
    const query = this.#thresholds ? { ...this.#attributes.query, thresholds: this.#thresholds } : this.#attributes.query;
    this.#width ||= this.#frame?.width ?? 0;
    this.#partial = this.#client?.view(query, { patterns: false, picture: this.#picture() }).then((view) => {
      if (turn !== this.#turn || this.#state !== 'streaming') return;
      if (progress.elapsed >= PROVISIONAL_MS && !this.#thresholds && view.query.metric !== 'success_rate') this.#thresholds = bounds(view.response);
      this.#draw(view, 'filling');
      this.#tell('heatmap-partial', { result: view.response });
    }).catch(() => {}).finally(() => this.#partial = undefined);
  }

  #draw(view: HeatmapView, stage: Stage): void {
    [this.#view, this.#stage] = [view, stage];
    if (stage === 'whole') this.#chooseAgain();
    const { from, until } = view.query;
    const live = this.#companion && from === undefined && until === undefined;
    this.#frame?.draw(view, this.#words(), { stage, live });
    this.#looks();
  }

  /** What was chosen while each workflow was still looked at may stand elsewhere among all patterns, or be none of them. */
  #chooseAgain(): void {
    const chosen = this.#chosen;
    this.#chosen = undefined;
    if (!chosen || chosen.pattern !== this.pattern) return;
    const found = this.#view?.response.patterns ?? [];
    const pattern = found.findIndex(({ sentence }) => parts(sentence).claim === chosen.claim) + 1;
    if (pattern !== chosen.pattern) this.#change(() => this.pattern = pattern);
  }

  #looks(): void {
    const found = this.#view?.response.patterns.length ?? 0;
    const chosen = this.pattern ?? 1;
    const selected = chosen >= 1 && chosen <= found ? chosen : undefined;
    this.#frame?.looks(this.level.map(Number), selected, this.#preview);
    this.#frame?.panel(this.cell);
  }

  #resized(): void {
    const width = this.#frame?.width ?? 0;
    if (width === this.#width || width === 0) return;
    this.#width = width;
    const view = this.#view;
    void view?.scene(this.#picture()).then((scene) => {
      if (view !== this.#view || width !== this.#width) return;
      this.#frame?.picture(scene);
      this.#looks();
    }).catch(() => {});
  }

  #fail(error: Error): void {
    this.#error = error;
    const name = this.#source?.name ?? 'This';
    const words = errorWords(error, name);
    this.#frame?.status.failed(words, this.#view && this.#updated ? this.#words().time(this.#updated) : undefined);
    this.#setState('error');
    this.#tell('heatmap-error', { error, message: words });
  }

  #setState(state: HeatmapState): void {
    this.#state = state;
    this.#frame?.state(state, this.#view !== undefined);
  }

  async #copy(number: number): Promise<void> {
    const response = this.#view?.response;
    const pattern = response?.patterns[number - 1];
    if (!response || !pattern) return;
    const { claim, evidence } = parts(pattern.sentence);
    const span = this.#words().range(response.start_date, response.end_date);
    await navigator.clipboard.writeText(`${claim}${evidence && ` (${evidence})`}. ${span}, ${response.time_zone}. ${location.href}`);
    this.#frame?.say('Copied');
  }

  /** A change that the reader made: attributes, then an event that says so. */
  #change(make: () => void): void {
    make();
    const settings: Record<string, string> = {};
    for (const name of OBSERVED) {
      const value = this.getAttribute(name);
      if (value !== null) settings[name] = value;
    }
    this.#tell('heatmap-change', settings);
  }

  /** False if a listener took the matter into its own hands. */
  #tell(type: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail, cancelable }));
  }
}

/** True for what can be read more than once. */
function isRepeatable(source: Loadable): boolean {
  if (isSeveral(source)) return source.every(isRepeatable);
  // What makes its rows as it is asked has none the second time.
  return !(source instanceof ReadableStream || source instanceof Response || (typeof source === 'object' && 'next' in source));
}

/** True if two sources are the same files, bytes or addresses. */
function isSame(one: Loadable, other: Loadable): boolean {
  if (isSeveral(one) && isSeveral(other)) return one.length === other.length && one.every((source, i) => isSame(source, other[i] ?? ''));
  const address = (source: unknown) => (typeof source === 'string' || source instanceof URL ? new URL(source, document.baseURI).href : source);
  return address(one) === address(other);
}

function bounds(response: HeatmapResponse): readonly number[] | undefined {
  const found = response.scale.levels.slice(1, 4).flatMap(({ range }) => (range ? [range[1]] : []));
  return found.length === 3 && (found[0] ?? 0) < (found[1] ?? 0) && (found[1] ?? 0) < (found[2] ?? 0) ? found : undefined;
}

function nameOf(source: Loadable): string {
  if (isSeveral(source)) return source.length === 1 ? nameOf(source[0] ?? '') : `${source.length} sources`;
  if (typeof source === 'string' || source instanceof URL) {
    const { pathname, host } = new URL(source, document.baseURI);
    return /\/workspaces\/([^/]+)\/executions$/.exec(pathname)?.[1] ?? pathname.split('/').pop() ?? host;
  }
  return source instanceof File ? source.name : 'the log';
}

/** What is told of a cell; empty once its view is gone. */
export interface CellDetail {
  date?: string;
  hour?: number | undefined;
  value?: number | undefined;
  count?: number | undefined;
  level?: number | undefined;
  rows?(options?: { offset?: number; limit?: number }): Promise<Rows>;
}

declare global {
  interface HTMLElementTagNameMap {
    'execution-heatmap': ExecutionHeatmap;
  }
  interface HTMLElementEventMap {
    'heatmap-progress': CustomEvent<Progress>;
    'heatmap-partial': CustomEvent<{ result: HeatmapResponse }>;
    'heatmap-load': CustomEvent<{ result: HeatmapResponse | undefined; progress: Loaded }>;
    'heatmap-error': CustomEvent<{ error: Error; message: string }>;
    'heatmap-pattern': CustomEvent<{ pattern: number; detail: HeatmapResponse['patterns'][number] | undefined }>;
    'heatmap-cell': CustomEvent<CellDetail>;
    'heatmap-open': CustomEvent<CellDetail>;
    'heatmap-change': CustomEvent<Record<string, string>>;
  }
}
