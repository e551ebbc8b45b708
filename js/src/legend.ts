// The legend: one button a level, hottest first, with its range and how many cells have it. Pressing isolates.

import { h, s } from './dom.js';
import type { Format } from './format.js';
import type { HeatmapView } from './client.js';
import { canHold, hottest, levelName, levelRange, stateOf, unknown, type CellState } from './words.js';

/** How much of a cell is filled where colours are taken away, from the calmest level to the hottest. */
const FILL = [0.15, 0.4, 0.7, 1];

function swatch(level: number, heat: number, dot: boolean): HTMLElement {
  const height = 14 * (FILL[heat - 1] ?? 1);
  const marks = [
    s('rect', { class: 'edge', x: 0.5, y: 0.5, width: 13, height: 13, rx: 2 }),
    s('rect', { class: `ink l${level}`, x: 0, y: 14 - height, width: 14, height, rx: 1 }),
    s('rect', { class: `whole l${level}`, width: 14, height: 14, rx: 2 }),
  ];
  if (dot) marks.push(s('circle', { class: 'whole dot', cx: 7, cy: 7, r: 1.6, fill: 'var(--dot)' }) as unknown as SVGRectElement);
  return h('span', { class: 'swatch', 'aria-hidden': 'true' }, s('svg', { width: 14, height: 14 }, ...marks));
}

function key(words: string, ...shapes: SVGElement[]): HTMLElement {
  return h('span', { class: 'key' }, h('span', { class: 'swatch', 'aria-hidden': 'true' }, s('svg', { width: 14, height: 14 }, ...shapes)), words);
}

export class Legend {
  readonly element = h('div', { class: 'legend', part: 'legend', role: 'group', 'aria-label': 'Legend' });
  readonly #toggle: (level: number) => void;
  #buttons = new Map<number, HTMLButtonElement>();

  constructor(toggle: (level: number) => void) {
    this.#toggle = toggle;
  }

  update(view: HeatmapView, format: Format, provisional: boolean): void {
    const { response, cells } = view;
    const { metric, granularity } = response;
    const counts = [0, 0, 0, 0, 0];
    const states = new Set<CellState>();
    cells.level.forEach((level, i) => {
      counts[level] = (counts[level] ?? 0) + 1;
      states.add(stateOf(cells, i));
    });
    const unit = granularity === 'hourly' ? 'h' : 'd';
    const long = granularity === 'hourly' ? 'hour' : 'day';
    const focused = [...this.#buttons].find(([, button]) => button.matches(':focus'))?.[0];
    this.#buttons = new Map();
    const levels = hottest(metric) === 1 ? [1, 2, 3, 4] : [4, 3, 2, 1];
    for (const [place, level] of levels.entries()) {
      const [name, range, count] = [levelName(response, level), levelRange(response, level, format), counts[level] ?? 0];
      if (count === 0 && !canHold(response, level)) continue;
      const short = count > 99_999 ? new Intl.NumberFormat(format.locale, { notation: 'compact' }).format(count) : format.count(count);
      this.#buttons.set(level, h('button', {
        type: 'button', part: 'legend-item', 'aria-pressed': 'false', onclick: () => this.#toggle(level),
      }, swatch(level, 4 - place, metric === 'success_rate' && level === 1), h('b', {}, name), ' ',
      h('span', { class: 'range' }, range, ' ', h('span', { class: 'cells', 'aria-hidden': 'true' }, `${short} ${unit}`), h('span', { class: 'sr' }, format.plural(count, long)))));
    }
    const keys: HTMLElement[] = [];
    const tile = () => s('rect', { class: 'tile', width: 14, height: 14, rx: 2, fill: 'var(--tile)' });
    if (states.has('few')) keys.push(key(`under ${view.fewRuns} runs`, tile(), s('rect', { class: 'l3', x: 3.5, y: 3.5, width: 7, height: 7, rx: 1 })));
    if (states.has('unknown')) keys.push(key(unknown(metric), tile(), s('rect', { x: 4, y: 4, width: 6, height: 6, rx: 1.5, fill: 'none', stroke: 'var(--hatch)', 'stroke-width': 1.5 })));
    if (states.has('none')) keys.push(key('no runs', tile()));
    if (states.has('after')) keys.push(key('still to come', s('rect', { x: 0.5, y: 0.5, width: 13, height: 13, rx: 2, fill: 'none', stroke: 'var(--hatch)', 'stroke-dasharray': '1 2' })));
    if (states.has('skipped')) keys.push(key('skipped hour', s('path', { d: 'M3 7h8', stroke: 'var(--hatch)', 'stroke-width': 2 })));
    this.element.replaceChildren(...this.#buttons.values(), ...keys, ...(provisional ? [h('span', { class: 'provisional' }, 'provisional')] : []));
    if (focused !== undefined) this.#buttons.get(focused)?.focus();
  }

  /** True for a level that has a button. */
  has(level: number): boolean {
    return this.#buttons.has(level);
  }

  /** Shows which levels are isolated. */
  mark(isolated: readonly number[]): void {
    for (const [level, button] of this.#buttons) {
      button.setAttribute('aria-pressed', String(isolated.includes(level)));
      button.classList.toggle('away', isolated.length > 0 && !isolated.includes(level));
    }
  }
}
