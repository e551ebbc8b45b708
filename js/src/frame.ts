// The element's shadow tree: builds the parts once, in reading order, and hands pictures and words to them.

import { CSS } from './style.js';
import { account, cellTables, Folded } from './details.js';
import { h, s } from './dom.js';
import { city, type Format } from './format.js';
import { KeyboardGrid } from './grid.js';
import { Legend } from './legend.js';
import { DEFAULT_METRIC } from './limits.js';
import { Panel } from './panel.js';
import { PatternList, type PatternEvents, type Stage } from './patterns.js';
import { drawing, Places, writeNumbers } from './scene.js';
import { Status, type StatusEvents } from './status.js';
import { Tooltip } from './tooltip.js';
import { CellTexts, familyOf, hottest, levelName, METRICS, stateOf, summary } from './words.js';
import type { HeatmapView, Progress, Scene } from './client.js';

export interface FrameEvents extends PatternEvents, Omit<StatusEvents, 'showAll'> {
  level(level: number): void;
  /** The pointer or the focus settled on a cell. */
  cell(cell: number): void;
  /** The reader wants the runs of a cell, or no longer. */
  open(cell: string | undefined): void;
  /** Escape, with neither tooltip nor anything else open. */
  escape(): void;
}

const SETTLE_MS = 120;
/** Under so many pixels the runs of a cell take the whole page. */
const NARROW = 600;
let sheet: CSSStyleSheet | undefined;

export class Frame {
  readonly status: Status;
  texts: CellTexts | undefined;
  readonly #events: FrameEvents;
  readonly #base: HTMLElement;
  readonly #summary = h('p', { class: 'summary', part: 'summary', hidden: true });
  readonly #patterns: PatternList;
  readonly #legend: Legend;
  readonly #figure = h('div', { class: 'picture', part: 'picture' });
  readonly #overlay = s('svg', { class: 'overlay', 'aria-hidden': 'true' });
  readonly #grid: KeyboardGrid;
  readonly #tooltip: Tooltip;
  readonly #panel: Panel;
  readonly #table = new Folded('View as table', 'table');
  readonly #account = new Folded('What was read', 'account');
  readonly #live = h('p', { class: 'sr', role: 'status' });
  readonly #ghost = h('div', { class: 'ghost' });
  #drawing: SVGSVGElement | undefined;
  #map: Places | undefined;
  #cell = -1;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #isolated: readonly number[] = [];
  #active: number | undefined;
  #preview: number | undefined;
  #told = 0;
  #interactive = true;
  #stage: Stage = 'whole';
  /** Writes what a picture that is still filling lacks. */
  #complete: (() => void) | undefined;
  /** The cell whose runs are shown. */
  #opened: { texts: CellTexts; cell: number; name: string } | undefined;

  constructor(host: HTMLElement, events: FrameEvents) {
    this.#events = events;
    this.status = new Status({ ...events, showAll: () => this.#open(this.#account) });
    this.#patterns = new PatternList(events);
    this.#legend = new Legend((level) => events.level(level));
    this.#grid = new KeyboardGrid({
      focus: (cell) => this.#point(cell, false),
      blur: () => this.#leave(),
      open: (cell) => this.#ask(cell),
      escape: () => (this.#tooltip.open ? this.#tooltip.hide() : this.#panel.isOpen ? events.open(undefined) : events.escape()),
    });
    this.#panel = new Panel({ close: () => events.open(undefined), say: (words) => this.say(words) });
    this.#tooltip = new Tooltip({
      step: (rows, columns) => {
        const cell = this.#grid.neighbour(this.#cell, rows, columns);
        if (cell >= 0) this.#point(cell, true);
      },
      open: () => this.#ask(this.#cell),
      close: () => this.#leave(),
    });
    this.#base = h('div', { class: 'base', part: 'base', 'data-metric': DEFAULT_METRIC, 'data-state': 'idle' },
      h('slot', { name: 'heading' }), this.status.element, h('slot', { name: 'empty' }), h('slot'),
      this.#summary, this.#patterns.element, this.#legend.element, this.#figure, this.#ghost, this.#tooltip.element,
      this.#panel.element, this.#patterns.advice, this.#table.element, this.#account.element, h('slot', { name: 'footer' }), this.#live);
    this.#watch();
    this.clear();
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
    }
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(this.#base);
    this.state('idle', false);
  }

  /** The width that the picture may fill. */
  get width(): number {
    return Math.floor(this.#base.clientWidth);
  }

  /** Back to what stands before anything was read. */
  clear(): void {
    this.status.clear();
    this.#leave();
    this.#panel.hide();
    this.#opened = undefined;
    this.#grid.clear();
    this.texts = this.#map = this.#drawing = this.#complete = undefined;
    for (const part of [this.#summary, this.#patterns.element, this.#legend.element, this.#figure, this.#patterns.advice, this.#table.element, this.#account.element]) part.hidden = true;
    this.#ghost.hidden = false;
  }

  sections(shown: ReadonlySet<string>, interactive: boolean): void {
    this.#base.dataset.show = [...shown].join(' ');
    this.#interactive = interactive;
    if (this.texts) this.#reveal();
  }

  state(state: string, hasPicture: boolean): void {
    this.#base.dataset.state = state;
    this.#base.classList.toggle('stale', state === 'error' && hasPicture);
    // What broke while it was filling stays as it is.
    if (state === 'error') this.#complete?.();
    this.#base.setAttribute('aria-busy', String(state === 'connecting' || state === 'streaming'));
    const empty = this.#base.querySelector<HTMLSlotElement>('slot[name=empty]')!;
    empty.hidden = state !== 'idle';
    // Markup of the server stands until there is a picture of its own.
    this.#base.querySelector<HTMLSlotElement>('slot:not([name])')!.hidden = hasPicture;
    // Who is told what to open waits for no picture.
    this.#ghost.hidden = hasPicture || state === 'error' || (state === 'idle' && empty.assignedNodes().length > 0);
  }

  draw(view: HeatmapView, format: Format, { stage, live }: { stage: Stage; live: boolean }): void {
    const { response } = view;
    const texts = this.texts = new CellTexts(view, format, live);
    this.#stage = stage;
    this.#base.dataset.metric = familyOf(response.metric);
    this.#base.dataset.hottest = String(hottest(response.metric));
    const { strong, rest } = summary(view, format);
    this.#summary.replaceChildren(h('strong', {}, strong), rest, h('span', { class: 'isolated' }));
    this.#patterns.update(response, view.dates, format, stage);
    this.#legend.update(view, format, stage === 'filling');
    if (view.picture) this.picture(view.picture);
    this.#table.update(() => cellTables(texts, format));
    this.#account.update(() => account(response, format));
    this.#reveal();
  }

  /** Puts a picture in the place of the one before. */
  picture(scene: Scene): void {
    if (!this.texts || scene.width <= 0) return;
    const { format, response } = this.texts;
    this.#map = new Places(scene);
    const drawn = this.#drawing = drawing(scene);
    this.#overlay.setAttribute('viewBox', `0 0 ${scene.width} ${scene.height}`);
    this.#overlay.setAttribute('width', String(scene.width));
    this.#overlay.setAttribute('height', String(scene.height));
    const focused = this.#grid.focused;
    if (this.#grid.element.isConnected) this.#figure.querySelector('.drawing')?.replaceWith(this.#drawing);
    else this.#figure.replaceChildren(this.#drawing, this.#overlay, this.#grid.element);
    this.#figure.style.setProperty('--label', `${scene.labelSize}px`);
    const unit = this.texts.hourly ? 'hour' : 'day';
    const name = `${METRICS[response.metric]} for each ${unit}, ${format.range(response.start_date, response.end_date, 'long')}, ${city(response.time_zone)} time`;
    const hot = { success_rate: 'critical', volume: 'peak', duration: 'very slow', error_count: 'worst' }[familyOf(response.metric)];
    const { rows, columns } = this.#map;
    this.#grid.update(this.#map, this.texts, name, `${rows} rows, ${columns} columns. Arrow keys move, Enter shows the runs, N goes to the next ${hot} ${unit}.`, this.#stage === 'filling');
    // Of a picture that is still filling no number and no words would stand long enough to be read.
    this.#complete = () => {
      this.#complete = undefined;
      writeNumbers(drawn, scene, () => drawn === this.#drawing);
      this.#grid.fill();
    };
    if (this.#stage !== 'filling') this.#complete();
    if (focused >= 0) this.#grid.focusCell(focused);
    this.#draw();
  }

  /** Isolated levels, the active pattern, and one that is only looked at. */
  looks(isolated: readonly number[], active: number | undefined, preview: number | undefined): void {
    // What nothing can bear and no button undoes is not isolated.
    if (this.texts) isolated = isolated.filter((level) => this.#legend.has(level));
    // A pattern without cells leaves the picture as it is.
    const hasCells = preview !== undefined && this.texts?.isMarked(preview);
    [this.#isolated, this.#active, this.#preview] = [isolated, active, hasCells ? preview : undefined];
    this.#legend.mark(isolated);
    const label = this.#summary.querySelector('.isolated');
    if (label && this.texts) {
      const { cells } = this.texts.view;
      const count = cells.level.filter((level) => isolated.includes(level)).length;
      const { format, response, hourly } = this.texts;
      const names = isolated.map((level) => levelName(response, level).toLowerCase()).join(' and ');
      const cellsOf = format.plural(count, hourly ? 'hour' : 'day');
      const words = response.metric === 'error_count' ? `${cellsOf} with ${names} errors` : cellsOf.replace(' ', ` ${names} `);
      label.textContent = isolated.length > 0 ? ` · Showing ${words}` : '';
    }
    this.#draw();
  }

  focusCell(name: string): void {
    const cell = this.texts?.cellOf(name) ?? -1;
    if (cell >= 0) this.#grid.focusCell(cell);
  }

  /** Shows the runs of a cell below the picture, or none. What stands is drawn again if its rows are other ones. */
  panel(name: string | undefined): void {
    const [texts, before] = [this.texts, this.#opened];
    const cell = name === undefined ? -1 : texts?.cellOf(name) ?? -1;
    if (!texts || cell < 0 || (texts.view.cells.executions[cell] ?? 0) === 0 || !this.#interactive) {
      if (!this.#panel.isOpen) return;
      const held = this.#panel.element.matches(':focus-within');
      this.#panel.hide();
      this.#opened = undefined;
      if (held && before) this.#grid.focusCell(before.texts === texts ? before.cell : texts?.cellOf(before.name) ?? -1);
      return;
    }
    if (before?.name === name && (before?.texts === texts || this.#stage !== 'whole')) return;
    this.#tooltip.hide();
    this.#opened = { texts, cell, name: name ?? '' };
    const { when, value, fraction } = texts.of(cell);
    const opening = {
      heading: when, line: [fraction, value].filter(Boolean).join(' · '), zone: texts.response.time_zone, format: texts.format,
      rows: (offset: number, limit: number) => texts.view.rowsAt(cell, { offset, limit }),
    };
    this.#panel.show(opening, this.#base.clientWidth < NARROW, before?.name !== name);
  }

  announce(view: HeatmapView, format: Format): void {
    const { strong, rest } = summary(view, format);
    this.#told = 0;
    this.say(`${strong}${rest}. ${format.plural(view.response.patterns.length, 'pattern')} found.`);
  }

  announceProgress({ bytes, total }: Progress): void {
    const quarter = total ? Math.floor((bytes / total) * 4) : 0;
    if (quarter > this.#told && quarter < 4) this.say(`${quarter * 25}% read`);
    this.#told = Math.max(this.#told, quarter);
  }

  say(words: string): void {
    this.#live.textContent = words;
  }

  /** Asks for the runs of a cell, if it has any. */
  #ask(cell: number): void {
    if (this.texts && (this.texts.view.cells.executions[cell] ?? 0) > 0) this.#events.open(this.texts.nameOf(cell));
  }

  #reveal(): void {
    const shown = (this.#base.dataset.show ?? '').split(' ');
    const isLeftOut = (name: string) => !shown.includes(name);
    const executions = this.texts?.response.totals.executions ?? 0;
    this.#summary.hidden = isLeftOut('summary') || !this.#interactive;
    for (const part of [this.#patterns.element, this.#patterns.advice]) {
      part.hidden = isLeftOut('patterns') || !this.#interactive || part.childElementCount === 0;
    }
    this.#legend.element.hidden = isLeftOut('legend') || !this.#interactive || executions === 0;
    this.#figure.hidden = isLeftOut('picture');
    this.#table.element.hidden = this.#account.element.hidden = !this.#interactive;
    this.#grid.element.hidden = !this.#interactive;
    if (shown.includes('table')) this.#table.element.open = true;
  }

  #open(part: Folded): void {
    part.element.open = true;
    part.element.scrollIntoView({ block: 'nearest' });
    part.element.querySelector('summary')?.focus();
  }

  #watch(): void {
    const at = (event: PointerEvent | MouseEvent): number => {
      const box = this.#drawing?.getBoundingClientRect();
      if (!box || !this.#map) return -1;
      const scale = box.width / Number(this.#drawing?.getAttribute('width')) || 1;
      return this.#map.nearest((event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
    };
    this.#figure.addEventListener('pointermove', (event) => {
      if (event.pointerType === 'touch' || !this.#interactive) return;
      const cell = at(event);
      if (cell >= 0) this.#point(cell, false);
      else this.#tooltip.leave();
    });
    this.#figure.addEventListener('pointerleave', (event) => event.pointerType !== 'touch' && this.#tooltip.leave());
    this.#figure.addEventListener('click', (event) => {
      if (!this.#interactive) return;
      const cell = at(event);
      if (cell < 0) return;
      if ((event as PointerEvent).pointerType === 'touch') this.#point(cell, true);
      else {
        this.#grid.focusCell(cell);
        this.#ask(cell);
      }
    });
    this.#base.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#tooltip.open) this.#leave();
    });
  }

  /** The pointer, the focus or a finger is on a cell. */
  #point(cell: number, bar: boolean): void {
    const box = this.#map?.box(cell);
    const frame = this.#drawing?.getBoundingClientRect();
    if (!this.texts || !box || !frame) return;
    const isNew = this.#cell !== cell;
    this.#cell = cell;
    const scale = frame.width / Number(this.#drawing?.getAttribute('width')) || 1;
    const place = new DOMRect(frame.left + box.x * scale, frame.top + box.y * scale, box.width * scale, box.height * scale);
    if (isNew || !this.#tooltip.open) {
      this.#tooltip.show(this.texts.of(cell), this.texts.view.cells.level[cell] ?? 0, place, this.#base.getBoundingClientRect(), bar);
    }
    if (!isNew) return;
    this.#draw();
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#events.cell(cell), SETTLE_MS);
  }

  #leave(): void {
    clearTimeout(this.#settle);
    this.#tooltip.hide();
    if (this.#cell < 0) return;
    this.#cell = -1;
    this.#draw();
  }

  /** What changes without a new picture: isolation, outlines, the cells of a pattern, focus. */
  #draw(): void {
    const [svg, map, texts] = [this.#drawing, this.#map, this.texts];
    if (!svg || !map || !texts) return;
    const shown = this.#preview ?? this.#active;
    svg.classList.toggle('isolating', this.#isolated.length > 0 && this.#preview === undefined);
    for (let level = 1; level <= 4; level += 1) svg.classList.toggle(`show-${level}`, this.#isolated.includes(level));
    for (const node of svg.querySelectorAll('.xh-outline, .xh-halo')) node.classList.toggle('off', !node.classList.contains(`xh-p${shown}`));
    this.#light(svg, map, texts);
    const layers: SVGElement[] = [];
    const now = map.box(texts.now);
    if (now && texts.hourly) {
      // The end of the hour that is running: below it where hours run down, else beside it.
      const down = map.rows === 24;
      const [x, y] = [now.x + (down ? 0 : now.width + 1), now.y + (down ? now.height + 1 : 0)];
      layers.push(s('path', { class: 'now', d: `M${x} ${y}${down ? `h${now.width}` : `v${now.height}`}` }));
      const { height, y: top } = map.bounds();
      if (down) layers.push(s('text', { class: 'now', x: now.x + now.width, y: top + height + 14, 'text-anchor': 'end' }, 'now'));
    }
    // What does not recur has no outline in the picture of the engine.
    if (shown !== undefined && !svg.querySelector(`.xh-p${shown}`)) layers.push(s('path', { class: 'hover', d: map.outline(texts.cellsOf(shown)) }));
    const focused = this.#grid.focused;
    const ring = (cell: number, name: string, by: number) => {
      const box = map.box(cell);
      if (box) layers.push(s('rect', { class: name, x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by, rx: 3 }));
    };
    if (focused >= 0) {
      ring(focused, 'gap', 0.75);
      ring(focused, 'ring', 3);
    }
    if (this.#cell >= 0 && this.#cell !== focused) ring(this.#cell, 'hover', 1);
    this.#overlay.replaceChildren(...layers);
    const touched = this.#cell < 0 ? [] : texts.patternsOf(this.#cell);
    this.#patterns.mark(this.#active, touched, touched.length > 0 ? mondayOf(texts.place(this.#cell).date) : undefined);
  }

  /** Dims the picture and shows some cells at full strength: those of a pattern that is looked at, or of levels. */
  #light(svg: SVGSVGElement, map: Places, texts: CellTexts): void {
    const { cells } = texts.view;
    const chosen = this.#preview !== undefined ? texts.cellsOf(this.#preview)
      : this.#isolated.length > 0 ? [...cells.level.keys()].filter((cell) => this.#isolated.includes(cells.level[cell] ?? 0)) : undefined;
    const key = `${this.#preview}|${this.#isolated}`;
    const before = svg.querySelector<SVGElement>('.light');
    if (before?.dataset.key === key) return;
    before?.remove();
    if (!chosen) return;
    const { metric } = texts.response;
    const levels: number[][] = [[], [], [], [], []];
    for (const cell of chosen) levels[cells.level[cell] ?? 0]?.push(cell);
    const isFew = (cell: number) => stateOf(cells, cell) === 'few';
    const { x, y, width, height } = map.bounds();
    const nodes: SVGElement[] = [s('rect', { class: 'veil', x: x - 1, y: y - 4, width: width + 2, height: height + 8 })];
    for (const level of [1, 2, 3, 4]) nodes.push(s('path', { class: `l${level}`, d: map.path(levels[level] ?? [], isFew) }));
    if (metric === 'success_rate') nodes.push(s('path', { class: 'dots', d: map.dots((levels[1] ?? []).filter((cell) => !isFew(cell))) }));
    // Numbers, labels and outlines stay above it.
    svg.insertBefore(s('g', { class: 'light', 'data-key': key }, ...nodes), svg.querySelector('.xh-month-line, .numbers, .xh-label'));
  }
}

/** The Monday of a date's week. */
function mondayOf(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}
