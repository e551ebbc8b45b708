// Two folded parts below the picture: the cells as a table, and what became of every row that was read.

import { h } from './dom.js';
import type { Format } from './format.js';
import type { HeatmapResponse } from './types.js';
import { familyOf, hottest, METRICS, stateOf, type CellTexts } from './words.js';

const WORST = 50;

/** A part that is filled when it is opened, and again when it is open while the rows change. */
export class Folded {
  readonly element: HTMLDetailsElement;
  readonly #body = h('div');
  #content: (() => Node[]) | undefined;

  constructor(summary: string, part: string) {
    this.element = h('details', { part, ontoggle: () => this.#draw() }, h('summary', {}, summary), this.#body);
  }

  update(content: () => Node[]): void {
    this.#content = content;
    this.#draw();
  }

  #draw(): void {
    this.#body.replaceChildren(...(this.element.open && this.#content ? this.#content() : []));
  }
}

function table(caption: string, head: string[], rows: string[][]): HTMLElement {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', { class: 'data' },
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...rows.map(([first = '', ...rest]) => h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((text) => h('td', {}, text)))))));
}

/** The hottest cells as a list, then all of them. */
export function cellTables(texts: CellTexts, format: Format): Node[] {
  const { cells } = texts.view;
  const { metric } = texts.response;
  const order = [...cells.level.keys()].filter((cell) => (cells.level[cell] ?? 0) > 0);
  const sign = hottest(metric) === 1 ? 1 : -1;
  order.sort((a, b) => sign * ((cells.value[a] ?? 0) - (cells.value[b] ?? 0)) || (cells.executions[b] ?? 0) - (cells.executions[a] ?? 0) || a - b);
  const unit = texts.hourly ? 'hours' : 'days';
  const caption = { success_rate: `Worst ${unit}`, volume: `Busiest ${unit}`, duration: `Slowest ${unit}`, error_count: `${unit === 'hours' ? 'Hours' : 'Days'} with most errors` }[familyOf(metric)];
  const columns = ['When', METRICS[metric], 'Runs', 'Succeeded', 'Failed', 'Timed out', 'Average duration'];
  const row = (cell: number): string[] => {
    const words = texts.of(cell);
    const count = (column: Float64Array) => format.count(column[cell] ?? 0);
    const average = cells.averageDuration[cell] ?? NaN;
    return [words.when, words.value, count(cells.executions), count(cells.completed), count(cells.failed), count(cells.timedOut), Number.isNaN(average) ? '–' : format.duration(average)];
  };
  const worst = table(caption, columns, order.slice(0, WORST).map(row));
  const { dates } = texts.view;
  if (!texts.hourly) {
    return [worst, table('Every day, newest first', columns, [...dates.keys()].reverse().map(row))];
  }
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const every = [...dates.keys()].reverse().map((date) => [format.date(dates[date] ?? ''), ...hours.map((hour) => brief(texts, format, date * 24 + hour))]);
  return [worst, table('Every hour, newest first: value, and runs in brackets', ['Date', ...hours.map((hour) => format.hour(hour))], every)];
}

function brief(texts: CellTexts, format: Format, cell: number): string {
  const { cells } = texts.view;
  if (stateOf(cells, cell) === 'skipped') return 'does not exist';
  const runs = cells.executions[cell] ?? 0;
  if (runs === 0) return '';
  const value = cells.value[cell] ?? NaN;
  const { metric } = texts.response;
  if (metric === 'volume') return format.count(runs);
  const text = Number.isNaN(value) ? '–' : metric === 'success_rate' ? format.percent(value) : familyOf(metric) === 'duration' ? format.duration(value) : format.count(value);
  return `${text} (${format.count(runs)})`;
}

/** Rows read = placed + each named reason, and the first line of each kind of problem. */
export function account(response: HeatmapResponse, format: Format): Node[] {
  const { rows, problems, other_statuses: others } = response;
  const words: [number, string][] = [
    [rows.placed, 'in the picture'], [rows.outside_window, 'outside the window'], [rows.filtered, 'left out by a filter'],
    [rows.no_start, 'without a start'], [rows.duplicate, 'repeated'], [rows.unreadable, 'unreadable'],
  ];
  const nodes: Node[] = [
    h('p', { class: 'muted' }, `${format.plural(rows.read, 'row')} read; each is in the picture or counted here.`),
    h('ul', { class: 'read' }, ...words.filter(([count]) => count > 0).map(([count, text]) => h('li', {}, `${format.count(count)} ${text}`))),
  ];
  if (problems.length > 0) {
    nodes.push(h('h3', {}, 'The first line of each kind of problem'),
      h('ul', { class: 'problems' }, ...problems.map(({ line, message }) => h('li', {}, `Line ${format.count(line)}: `, h('bdi', {}, message)))));
  }
  const unknown = Object.entries(others);
  if (unknown.length > 0) {
    nodes.push(h('h3', {}, 'Statuses of no known kind'),
      h('ul', { class: 'problems' }, ...unknown.map(([word, count]) => h('li', {}, h('bdi', {}, word), `: ${format.plural(count, 'run')}`))));
  }
  return nodes;
}
