// What is going on, in words: asking, reading, stopped, broken off, nothing there. One card above the picture.

import { h } from './dom.js';
import type { Format } from './format.js';
import type { HeatmapView } from './client.js';
import type { HeatmapResponse, Loaded, Progress, Query, Workflow } from './types.js';
import { sentence } from './patterns.js';
import { localDate } from './zone.js';

/** Nothing is said about waiting before this. */
export const PATIENCE_MS = 400;

export interface StatusEvents {
  stop(): void;
  again(): void;
  readOn(): void;
  clear(): void;
  /** The reader wants one workflow. */
  workflow(id: string): void;
  showAll(): void;
  goTo(from: string, to: string): void;
}

const button = (text: string, onclick: () => void) => h('button', { type: 'button', class: 'plain', part: 'button', onclick }, text);

export class Status {
  readonly element = h('div', { part: 'status' });
  readonly #events: StatusEvents;
  #bar: { line: HTMLElement; rate: HTMLElement; progress: HTMLProgressElement } | undefined;

  constructor(events: StatusEvents) {
    this.#events = events;
  }

  clear(): void {
    this.#bar = undefined;
    this.element.replaceChildren();
  }

  #say(...nodes: Node[]): void {
    this.#bar = undefined;
    this.element.replaceChildren(...nodes);
  }

  connecting(words: string): void {
    this.#say(h('div', { class: 'card' }, h('p', { class: 'muted' }, words)));
  }

  reading(name: string, progress: Progress, zone: string, format: Format): void {
    if (!this.#bar) {
      const bar = { line: h('span', { class: 'muted' }), rate: h('p', { class: 'muted rate' }), progress: h('progress', { part: 'progress', 'aria-label': `Reading ${name}` }) };
      this.#say(h('div', { class: 'card' },
        h('div', { class: 'row' }, h('p', {}, h('strong', {}, 'Reading ', h('bdi', {}, name)), ' ', bar.line), button('Stop here', this.#events.stop)),
        bar.progress, bar.rate,
        h('p', { class: 'muted' }, 'The picture fills as rows arrive. Patterns are worked out when reading ends.')));
      this.#bar = bar;
    }
    const { oldest, newest } = progress;
    const parts = [`${format.plural(progress.rows, 'row')} so far${oldest !== null && newest !== null ? `, ${format.range(localDate(zone, oldest), localDate(zone, newest), 'short', false)}` : ''}`];
    if (progress.unreadable > 0) parts.push(`${format.plural(progress.unreadable, 'row')} unreadable`);
    this.#bar.line.textContent = parts.join(' · ');
    this.#bar.rate.textContent = rates(progress, format);
    this.#bar.progress.hidden = progress.total === null;
    if (progress.total !== null) {
      this.#bar.progress.max = Math.max(progress.total, 1);
      this.#bar.progress.value = progress.bytes;
    }
  }

  /** After a reading: what is missing, or why there is nothing to see. */
  finished({ response, workflows, query }: HeatmapView, loaded: Loaded, format: Format, isRepeatable: boolean): void {
    const { rows, totals } = response;
    const cards: Node[] = [];
    const showAll = () => button('Show all', this.#events.showAll);
    if (loaded.stopped) {
      const until = loaded.newest === null ? '' : ` Dates after ${format.monthDay(localDate(response.time_zone, loaded.newest))} are not read.`;
      const words = `Stopped after ${format.plural(loaded.rows, 'row')}.${until}`;
      if (loaded.canReadOn) cards.push(this.#notice(words, button('Read on', this.#events.readOn)));
      else if (isRepeatable) cards.push(this.#notice(words, button('Read again from the start', this.#events.again)));
      else cards.push(this.#notice(`${words} A stream cannot be read on.`));
    } else if (!response.complete) {
      cards.push(this.#notice(`Some rows are missing: ${response.incomplete_reason ?? 'the source broke off'}.`, button('Try again', this.#events.again)));
    }
    const isNothing = totals.executions === 0;
    const empty = isNothing ? [this.#empty(response, loaded, workflows, query, format)] : [];
    // The commonest cause stands first.
    if (rows.no_start > rows.unreadable) cards.push(...empty.splice(0));
    if (rows.unreadable > 0) {
      const first = response.problems.find(({ kind }) => kind === 'unreadable' || kind === 'line_too_long');
      const where = first ? ` First: line ${format.count(first.line)}, ${first.message.replace(/\.$/, '')}.` : '';
      cards.push(this.#notice(`Some rows are missing: ${format.count(rows.unreadable)} of ${format.count(rows.read)} could not be read.${where}`, showAll()));
    }
    if (totals.other > 0) {
      const commonest = Object.entries(response.other_statuses).sort(([, a], [, b]) => b - a).slice(0, 3);
      const named = commonest.map(([word, count]) => `“${word.slice(0, 30)}” (${format.count(count)})`).join(', ');
      cards.push(this.#notice(`Status not known, so in no success rate: ${format.count(totals.other)} of ${format.plural(totals.executions, 'execution')}, ${named}.`, showAll()));
    }
    this.#say(...cards, ...empty);
  }

  #notice(words: string, action?: HTMLElement): HTMLElement {
    return h('div', { class: 'card notice', part: 'notice' }, h('div', { class: 'row' }, h('p', {}, words), action));
  }

  #empty(response: HeatmapResponse, loaded: Loaded, workflows: readonly Workflow[], query: Query, format: Format): HTMLElement {
    if (response.rows.filtered > 0) {
      const { id, name } = meant(workflows, query.workflow_id) ?? {};
      const hint = id && ` '${name}' is the name of the workflow with the id '${id}'.`;
      return this.#message(`No executions match ${filterWords(query)}.${hint || ''}`,
        ...(id ? [button(`Show '${name}'`, () => this.#events.workflow(id))] : []), button('Clear filters', this.#events.clear));
    }
    const range = `from ${format.monthDay(response.start_date)} to ${format.monthDay(response.end_date)}`;
    if (loaded.newest === null && response.rows.read === response.rows.unreadable + response.rows.no_start && loaded.now === null) {
      const { read, unreadable, no_start: without } = response.rows;
      const isCause = without > unreadable;
      const what = isCause && unreadable ? `: ${format.count(without)} have no start, ${format.count(unreadable)} could not be read` : '';
      const lost = read > 0 ? ` ${format.plural(read, 'row')} read, none could be placed${what}.` : '';
      const first = response.problems.find(({ kind }) => !isCause || kind === 'no_start');
      // Of rows that could not be read the first is told on their card.
      const where = first && isCause ? ` Line ${format.count(first.line)}: ${first.message.replace(/\.$/, '')}.` : '';
      // What is wrong with what is there is no lack of fields.
      const takes = first && !/ has no /.test(first.message) ? '' : ' It takes rows with a start and a status, as started_at and status, as a system that is known names them, or as a mapping does, such as {"started_at": "created_at"}.';
      return this.#message(`There are no executions in this file.${lost}${where}${takes}`);
    }
    if (loaded.newest === null) return this.#message(`No executions ${range}.`);
    const newest = localDate(response.time_zone, loaded.newest);
    const first = `${newest.slice(0, 8)}01`;
    const last = new Date(Date.UTC(Number(newest.slice(0, 4)), Number(newest.slice(5, 7)), 0)).toISOString().slice(0, 10);
    return this.#message(`No executions ${range}. The newest is from ${format.monthDay(newest)}.`,
      button(`Go to ${format.month(newest)}`, () => this.#events.goTo(first, last)));
  }

  #message(words: string, ...actions: HTMLElement[]): HTMLElement {
    return h('div', { class: 'card message' }, h('p', {}, words), actions.length > 0 && h('div', { class: 'actions' }, ...actions));
  }

  /** A source or an engine that failed. */
  failed(words: string, last: string | undefined): void {
    const text = last === undefined ? words : `${words} Last update ${last}.`;
    this.#say(h('div', { class: 'card notice', role: 'alert', part: 'error' },
      h('div', { class: 'row' }, h('p', {}, text), button('Try again', this.#events.again))));
  }
}

/** `45% of 346 MB · 620,000 rows a second · about 12 s left`. */
function rates({ bytes, total, rowsPerSecond, remaining }: Progress, format: Format): string {
  const parts = [total ? `${format.percent(Math.min(bytes / total, 1))} of ${format.bytes(total)}` : format.bytes(bytes)];
  if (rowsPerSecond >= 1) parts.push(`${format.rough(rowsPerSecond)} rows a second`);
  if (remaining !== null && remaining > 0) parts.push(`about ${format.about(remaining)} left`);
  return parts.join(' · ');
}

/** The workflow whose name was taken for its id. */
function meant(workflows: readonly Workflow[], asked: readonly string[] | undefined): Workflow | undefined {
  return asked?.length === 1 ? workflows.find(({ id, name }) => name?.toLowerCase() === asked[0]?.toLowerCase() && id !== asked[0]) : undefined;
}

function filterWords(query: Query): string {
  const list = (name: string, values: readonly string[] | undefined, quote: string) =>
    (values?.length ? [`${name} ${values.map((value) => `${quote}${value}${quote}`).join(' or ')}`] : []);
  return [...list('workflow', query.workflow_id, "'"), ...list('status', query.status, ''), ...list('tag', query.tag, "'")].join(' and ');
}

/** An error of the client as a sentence for people. */
export function errorWords(error: Error & { file?: string; startsWith?: string; hint?: string; parameter?: string; neverStarted?: boolean }, name: string): string {
  if (error.startsWith !== undefined) {
    return `${error.file ?? name} is not a log this can read. It starts with "${error.startsWith}".${error.hint ? ` ${error.hint}` : ''}`;
  }
  if (error.neverStarted) return `This browser could not start the engine: ${error.message}`;
  if (error.parameter) return sentence(error.message.replace(/\.$/, '').replace(`${error.parameter}:`, `${error.parameter.replace('_', ' ')}:`));
  return error.message;
}
