// The element's attributes: what each takes, what stands for it when it is absent or wrong. A wrong value is said once
// in the console and counts as absent; nothing throws.

import { ATTEMPTS, DEFAULT_METRIC, METRICS, MOMENTS, MOST_DAYS, WANTED } from './limits.js';
import type { Granularity, Metric, Query, Theme } from './types.js';

export const OBSERVED = [
  'src', 'metric', 'granularity', 'days', 'from', 'to', 'until', 'workflow-id', 'status', 'tag', 'by', 'attempts', 'patterns', 'time-zone', 'locale',
  'first-day', 'hour-cycle', 'theme', 'layout', 'show', 'level', 'pattern', 'cell', 'interactive', 'label',
] as const;
export type Name = (typeof OBSERVED)[number];

const ONE_OF = {
  metric: METRICS,
  granularity: ['hourly', 'daily'],
  by: MOMENTS,
  attempts: ATTEMPTS,
  patterns: WANTED,
  'hour-cycle': ['auto', 'h12', 'h23'],
  'first-day': ['auto', '1', '2', '3', '4', '5', '6', '7'],
  theme: ['auto', 'light', 'dark'],
  layout: ['auto', 'wide', 'narrow'],
} as const;
export const SECTIONS = ['summary', 'patterns', 'legend', 'week', 'picture', 'workflows', 'table'] as const;
const SHOWN_BY_DEFAULT = 'summary patterns legend week picture';

/** An attribute that was left out of account, and why. */
export interface Fault {
  name: string;
  value: string;
  /** What the attribute takes: `a whole number from 1 to 1096`. */
  takes: string;
}

const warned = new Set<string>();
/** Gathers what is wrong while somebody asks for it. */
let gathered: Fault[] | undefined;
function wrong(name: string, value: string, takes: string): undefined {
  gathered?.push({ name, value, takes });
  const message = `<execution-heatmap> ${name}="${value}": it takes ${takes}`;
  if (!warned.has(message)) console.warn(message);
  warned.add(message);
  return undefined;
}

/** Reads attributes as values. */
export class Attributes {
  readonly #element: Element;
  /** Lists that were set as properties, since their values may hold spaces. */
  readonly #lists = new Map<string, { text: string; values: readonly string[] }>();

  constructor(element: Element) {
    this.#element = element;
  }

  text(name: Name): string | undefined {
    return this.#element.getAttribute(name) || undefined;
  }

  oneOf<K extends keyof typeof ONE_OF>(name: K): (typeof ONE_OF)[K][number] | undefined {
    const value = this.text(name);
    const takes: readonly string[] = ONE_OF[name];
    if (value === undefined || takes.includes(value)) return value as (typeof ONE_OF)[K][number] | undefined;
    return wrong(name, value, takes.join(', '));
  }

  list(name: Name): readonly string[] {
    const text = this.text(name) ?? '';
    const held = this.#lists.get(name);
    return held?.text === text ? held.values : text.split(/\s+/).filter(Boolean);
  }

  setList(name: Name, values: readonly string[] | string | null | undefined): void {
    const list = typeof values === 'string' ? values.split(/\s+/).filter(Boolean) : [...(values ?? [])];
    const text = list.join(' ');
    this.#lists.set(name, { text, values: list });
    this.set(name, text);
  }

  set(name: Name, value: unknown): void {
    if (value === undefined || value === null || value === '') this.#element.removeAttribute(name);
    else this.#element.setAttribute(name, String(value));
  }

  whole(name: Name, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    return Number.isInteger(value) && value >= least && value <= most ? value : wrong(name, text, `a whole number from ${least} to ${most}`);
  }

  date(name: 'from' | 'to'): string | undefined {
    const text = this.text(name);
    if (text === undefined || (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)))) return text;
    return wrong(name, text, 'a date such as 2026-02-18');
  }

  get cell(): string | undefined {
    const text = this.text('cell');
    return text === undefined || /^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]))?$/.test(text) ? text : wrong('cell', text, 'a date or an hour such as 2026-02-18T19');
  }

  get levels(): number[] {
    return this.list('level').filter((level) => /^[1-4]$/.test(level) || wrong('level', level, '1 to 4')).map(Number);
  }

  get sections(): ReadonlySet<string> {
    const wanted = (this.text('show') ?? SHOWN_BY_DEFAULT).split(/\s+/);
    return new Set(wanted.filter((name) => (SECTIONS as readonly string[]).includes(name) || wrong('show', name, SECTIONS.join(', '))));
  }

  get theme(): Theme {
    return this.oneOf('theme') ?? 'auto';
  }

  get metric(): Metric {
    return this.oneOf('metric') ?? DEFAULT_METRIC;
  }

  /** What is wrong with the attributes. */
  get faults(): readonly Fault[] {
    const faults: Fault[] = gathered = [];
    void [this.query, this.theme, this.sections, this.cell, this.levels, this.whole('pattern', 0, 99)];
    for (const name of ['first-day', 'hour-cycle', 'layout'] as const) this.oneOf(name);
    gathered = undefined;
    return faults;
  }

  /** What the attributes ask of the engine. */
  get query(): Query {
    const query: Query = { metric: this.metric, time_zone: this.text('time-zone') ?? 'UTC' };
    const set = <K extends keyof Query>(name: K, value: Query[K] | undefined) => {
      if (value !== undefined) query[name] = value;
    };
    set('granularity', this.oneOf('granularity') as Granularity | undefined);
    set('by', this.oneOf('by'));
    set('attempts', this.oneOf('attempts'));
    set('patterns', this.oneOf('patterns'));
    const [from, to] = [this.date('from'), this.date('to')];
    if (from !== undefined && to !== undefined && from <= to) Object.assign(query, { from, to });
    else if (from !== undefined && to !== undefined) wrong('from', from, `a date that is not after ${to}`);
    else if (from !== undefined && !this.text('to')) wrong('from', from, '`to` beside it, a date such as 2026-02-18');
    else if (to !== undefined && !this.text('from')) wrong('to', to, '`from` beside it, a date such as 2026-02-18');
    if (!query.from) set('days', this.whole('days', 1, MOST_DAYS));
    set('until', this.text('until'));
    for (const [name, attribute] of [['workflow_id', 'workflow-id'], ['status', 'status'], ['tag', 'tag']] as const) {
      const values = this.list(attribute);
      if (values.length > 0) query[name] = values;
    }
    return query;
  }
}
