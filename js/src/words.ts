// What a cell, a level and a view say in words. Tooltip, keyboard grid, table and summary take the same sentences.

import { city, day, instantOf, viewerZone, type Format } from './format.js';
import type { Cells, HeatmapResponse, Metric } from './types.js';
import type { HeatmapView } from './client.js';
import { zoneOffset } from './zone.js';

export const METRICS: Record<Metric, string> = {
  success_rate: 'Success rate', volume: 'Volume', duration: 'Duration', error_count: 'Errors',
  p50_duration: 'Median duration', p95_duration: '95th percentile of duration', p99_duration: '99th percentile of duration',
  max_duration: 'Longest duration', queue_wait: 'Average queue wait',
};
/** What metrics have in common by which they are drawn and told. */
export type Family = 'success_rate' | 'volume' | 'duration' | 'error_count';
export const familyOf = (metric: Metric): Family => (/duration|wait/.test(metric) ? 'duration' : metric as Family);
/** Which level the reader looks for: the first one of a rate, else the last. */
export const hottest = (metric: Metric): number => (metric === 'success_rate' ? 1 : 4);

const ONE_WORD = /^(.*?) \(/;

/** A level's name without its bounds: `Critical`. */
export function levelName(response: HeatmapResponse, level: number): string {
  const label = response.scale.levels.find((entry) => entry.level === level)?.label ?? '';
  return ONE_WORD.exec(label)?.[1] ?? label;
}

function valueText(format: Format, metric: Metric, value: number): string {
  if (metric === 'success_rate') return format.percent(value, Number.isInteger(Math.round(value * 1e6) / 1e4) ? 0 : 1);
  return familyOf(metric) === 'duration' ? format.duration(value) : format.count(value);
}

const rangeOf = ({ scale }: HeatmapResponse, level: number) => scale.levels.find((entry) => entry.level === level)?.range;
/** The least count that a cell with executions can bear, of metrics that count. */
const leastCount = (metric: Metric): number | undefined => ({ volume: 1, error_count: 0 } as Partial<Record<Metric, number>>)[metric];

/** True for a level that some value can fall into: counts are whole numbers, and a bound may leave none of them below it. */
export function canHold(response: HeatmapResponse, level: number): boolean {
  const [range, least] = [rangeOf(response, level), leastCount(response.metric)];
  return !!range && (least === undefined || level === 4 || Math.ceil(Math.max(range[0], least)) < range[1]);
}

/** A level's bounds in words: `under 60%`, `60–80%`, `95% and over`; of counts those that it holds: `5–19`. */
export function levelRange(response: HeatmapResponse, level: number, format: Format): string {
  const { metric } = response;
  const [from, to] = rangeOf(response, level) ?? [];
  // That there are none, the name says.
  if (from === undefined || to === undefined || (metric === 'error_count' && level === 1 && to === 1)) return '';
  const text = (value: number) => valueText(format, metric, value);
  if (level === 1) return `under ${text(to)}`;
  if (level === 4) return `${text(from)} and over`;
  const last = leastCount(metric) !== undefined && Number.isInteger(from) && Number.isInteger(to) ? to - 1 : to;
  if (last === from) return text(from);
  return `${metric === 'success_rate' ? text(from).replace(/\s*%/, '') : text(from)}–${text(last)}`;
}

/** What a cell can show, in the order of the engine's numbers. */
const STATES = ['level', 'few', 'none', 'unknown', 'skipped', 'after'] as const;
export type CellState = (typeof STATES)[number];

/** What a cell shows. */
export const stateOf = (cells: Cells, index: number): CellState => STATES[cells.state[index] ?? 2] ?? 'none';
/** What executions lack of which a metric can tell nothing; the engine's pictures say the same. */
export const unknown = (metric: Metric): string => (metric === 'queue_wait' ? 'no wait' : familyOf(metric) === 'duration' ? 'no duration' : 'no outcome');
/** True for the states of a cell in which time passed. */
const isThere = (state: CellState): boolean => state !== 'skipped' && state !== 'after';

export interface CellWords {
  /** `Thu, Jun 27, 2013, 7–8 PM EDT`. */
  when: string;
  /** `24% succeeded`. */
  value: string;
  /** `Critical, under 60%`; empty without a level. */
  level: string;
  /** `48 of 63 runs failed`. */
  fraction: string;
  /** Pairs of a word and a value: average duration, running and cancelled counts. */
  facts: [string, string][];
  /** The numbers of the patterns that the cell lies in. */
  patterns: number[];
  /** `63 runs`; empty without any. */
  runs: string;
}

/** Everything that is said of the cells of one view. */
export class CellTexts {
  readonly #patterns = new Map<number, number[]>();
  readonly #cells: Set<number>[] = [];
  readonly #bounds: number[];
  readonly response: HeatmapResponse;

  /** The cell in which a live window ends, or −1. */
  readonly now: number;

  constructor(readonly view: HeatmapView, readonly format: Format, isLive: boolean) {
    this.response = view.response;
    this.#bounds = view.response.scale.levels.flatMap(({ range }) => range ?? []);
    this.now = isLive ? view.cells.state.findLastIndex((_, index) => isThere(stateOf(view.cells, index))) : -1;
    const dates = new Map(view.dates.map((date, i) => [date, i]));
    for (const [i, pattern] of this.response.patterns.entries()) {
      const mine = new Set<number>();
      this.#cells.push(mine);
      for (const [date, hour] of pattern.cells) {
        const at = dates.get(date);
        const index = at === undefined ? undefined : this.hourly ? at * 24 + hour : at;
        if (index === undefined) continue;
        mine.add(index);
        const numbers = this.#patterns.get(index) ?? [];
        if (!numbers.includes(i + 1)) this.#patterns.set(index, [...numbers, i + 1]);
      }
    }
  }

  get hourly(): boolean {
    return this.response.granularity === 'hourly';
  }

  /** The name of a cell, as the attribute bears it: `2013-06-27T19`, or `2013-06-27` when daily. */
  nameOf(index: number): string {
    const { date, hour } = this.place(index);
    return hour === undefined ? date : `${date}T${String(hour).padStart(2, '0')}`;
  }

  /** The cell of a name, or −1. */
  cellOf(name: string): number {
    const [date = '', hour] = name.split('T');
    const at = this.view.dates.indexOf(date);
    return at < 0 ? -1 : this.hourly ? at * 24 + Number(hour ?? 0) : at;
  }

  /** The numbers of the patterns that a cell lies in. */
  patternsOf(index: number): number[] {
    return this.#patterns.get(index) ?? [];
  }

  /** The cells of pattern n. */
  cellsOf(number: number): Iterable<number> {
    return this.#cells[number - 1] ?? [];
  }

  /** True if pattern n has cells here. */
  isMarked(number: number): boolean {
    return (this.#cells[number - 1]?.size ?? 0) > 0;
  }

  /** The local date of a cell, and its hour. */
  place(index: number): { date: string; hour: number | undefined } {
    const date = this.view.dates[this.hourly ? Math.floor(index / 24) : index] ?? '';
    return { date, hour: this.hourly ? index % 24 : undefined };
  }

  /** What a cell says, value first, for screen readers. */
  spoken(index: number): string {
    const { value, fraction, few, changed, name } = this.#said(index);
    const { date, hour } = this.place(index);
    const { format } = this;
    const patterns = this.patternsOf(index);
    const sentences = [
      [value, name !== 'None' && name.toLowerCase(), few].filter(Boolean).join(', '),
      fraction,
      changed && `This hour ${changed}`,
      hour === undefined ? format.spoken(date) : `${format.spoken(date)}, ${format.hourSpoken(hour)} to ${format.hourSpoken((hour + 1) % 24)}`,
      patterns.length > 0 && `Pattern ${patterns.join(' and ')}`,
    ];
    return `${sentences.filter(Boolean).join('. ')}.`;
  }

  /** What the tooltip says of a cell. */
  of(index: number): CellWords {
    const { cells } = this.view;
    const { format, response } = this;
    const { value, fraction, few, changed, name, state } = this.#said(index);
    const { date, hour } = this.place(index);
    const facts: [string, string][] = [];
    const average = cells.averageDuration[index] ?? NaN;
    if (response.metric !== 'duration' && !Number.isNaN(average)) facts.push(['Average duration', format.duration(average)]);
    for (const [column, word] of [[cells.running, 'Running'], [cells.pending, 'Pending'], [cells.waiting, 'Waiting'], [cells.cancelled, 'Cancelled'], [cells.skipped, 'Skipped'], [cells.other, 'Other']] as const) {
      if (column[index]) facts.push([word, format.count(column[index])]);
    }
    if (changed) facts.push(['This hour', changed]);
    const zone = response.time_zone;
    let when = format.date(date);
    if (hour !== undefined) when += `, ${format.hours(hour)}`;
    if (hour !== undefined && state !== 'skipped') {
      const instant = instantOf(zone, date, hour);
      when += ` ${format.clock(zone, instant)}`;
      const here = viewerZone();
      if (zoneOffset(here, instant) !== zoneOffset(zone, instant)) facts.push(['Begins for you', `${format.elsewhere(here, instant)} (${city(here)})`]);
    }
    const level = cells.level[index] ?? 0;
    const range = level > 0 ? levelRange(response, level, format) : '';
    const executions = cells.executions[index] ?? 0;
    const runs = executions > 0 ? format.plural(executions, 'run') : '';
    return { when, value, level: [name, range, few].filter(Boolean).join(', '), fraction, facts, patterns: this.patternsOf(index), runs };
  }

  /** The words that tooltip and screen reader share. */
  #said(index: number): { state: CellState; value: string; fraction: string; few: string; changed: string; name: string } {
    const { cells } = this.view;
    const { format, response: { metric } } = this;
    const at = (column: ArrayLike<number>) => column[index] ?? 0;
    const state = stateOf(cells, index);
    const rests = at(metric === 'queue_wait' ? cells.waited : familyOf(metric) === 'duration' ? cells.timed : cells.decided);
    const hours = at(cells.hours);
    let [value, fraction] = this.#value(index, state);
    if (index === this.now) value = `${value} so far`;
    return {
      state, value, fraction,
      few: state === 'few' ? `only ${format.plural(rests, 'run')}` : '',
      changed: this.hourly && hours !== 1 && isThere(state) ? lasts(hours) : '',
      name: at(cells.level) > 0 ? levelName(this.response, at(cells.level)) : '',
    };
  }

  /** Why nothing is known of the cell's executions: they may still tell, unless one of them has ended without. */
  #unknown(index: number): string {
    const { cells } = this.view;
    const { metric } = this.response;
    const open = (cells.running[index] ?? 0) + (cells.pending[index] ?? 0) + (cells.waiting[index] ?? 0);
    const isYet = familyOf(metric) !== 'duration' && open === cells.executions[index];
    return isYet ? `${unknown(metric)} yet` : unknown(metric);
  }

  #value(index: number, state: CellState): [string, string] {
    const { cells } = this.view;
    const { format, response: { metric } } = this;
    const at = (column: ArrayLike<number>) => column[index] ?? 0;
    const [runs, decided, failed, number] = [at(cells.executions), at(cells.decided), at(cells.failed) + at(cells.timedOut), at(cells.value)];
    switch (state) {
      case 'skipped': return ['Does not exist: clocks went forward', ''];
      case 'after': return ['Still to come', ''];
      case 'none': return ['No runs', ''];
      case 'unknown': return [`${format.plural(runs, 'run')}, ${this.#unknown(index)}`, ''];
    }
    if (metric === 'success_rate') {
      return [`${format.rate(number, this.#bounds)} succeeded`, `${format.count(failed)} of ${format.plural(decided, 'run')} failed`];
    }
    if (familyOf(metric) === 'duration') {
      return [timeWords(metric, format.duration(number)), `${format.plural(decided, 'finished run')}, ${format.count(failed)} failed`];
    }
    if (metric === 'error_count') {
      if (number === 0) return [`No errors in ${format.plural(decided, 'run')}`, ''];
      return [format.plural(number, 'error'), `in ${format.plural(decided, 'finished run')}`];
    }
    const unfinished = at(cells.running) + at(cells.pending) + at(cells.waiting);
    const counts: [number, string][] = [[at(cells.completed), 'succeeded'], [failed, 'failed'], [unfinished, 'unfinished']];
    return [format.plural(runs, 'run'), counts.filter(([count]) => count).map(([count, word]) => `${format.count(count)} ${word}`).join(', ')];
  }
}

/** What a number of milliseconds says under a metric. */
function timeWords(metric: Metric, text: string): string {
  switch (metric) {
    case 'p50_duration': return `Half within ${text}`;
    case 'p95_duration': return `95% within ${text}`;
    case 'p99_duration': return `99% within ${text}`;
    case 'max_duration': return `${text} at the longest`;
    case 'queue_wait': return `Waited ${text} on average`;
    default: return `${text} on average`;
  }
}

function lasts(hours: number): string {
  if (hours === 2) return 'lasts two hours: clocks went back';
  const minutes = Math.round(hours * 60);
  const whole = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return `lasts ${[whole && `${whole} h`, rest && `${rest} minutes`].filter(Boolean).join(' ')}: clocks changed`;
}

/** Whole weeks, Monday to Sunday, among dates. */
export function wholeWeeks(dates: readonly string[]): number {
  const first = dates.findIndex((date) => new Date(day(date)).getUTCDay() === 1);
  return first < 0 ? 0 : Math.floor((dates.length - first) / 7);
}

/** One line: how many, when, how they went. */
export function summary(view: HeatmapView, format: Format): { strong: string; rest: string } {
  const { totals, metric, start_date, end_date, notices } = view.response;
  const parts: string[] = [];
  // Where the rate is that of a few, the engine says so instead.
  const known = notices.find((notice) => /^success rate/.test(notice));
  if (known || totals.success_rate !== null) parts.push(known ?? `${format.percent(totals.success_rate!, 1)} succeeded`);
  if (familyOf(metric) === 'duration' && metric !== 'queue_wait' && totals.average_duration_ms !== null) parts.push(`${format.duration(totals.average_duration_ms)} on average`);
  const errors = totals.failed + totals.timed_out;
  if (metric === 'error_count') parts.push(format.plural(errors, 'error'));
  return {
    strong: format.plural(totals.executions, 'execution'),
    rest: [`, ${format.range(start_date, end_date)}`, ...parts].join(' · '),
  };
}
