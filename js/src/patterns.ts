// The list of what recurs: sentence, evidence, one square a week. Hovering or focusing a row shows its cells.

import { h } from './dom.js';
import type { Format } from './format.js';
import type { HeatmapResponse, Pattern } from './types.js';
import { wholeWeeks } from './words.js';

const SHOWN = 3;

export interface PatternEvents {
  /** The pointer or the focus is on a row, or has left it. */
  preview(pattern: number | undefined): void;
  select(pattern: number): void;
  copy(pattern: number): Promise<void>;
  /** All that was found is wanted. */
  all(): void;
}

/** The sentence and, apart, the numbers in brackets behind it. */
export function parts(sentence: string): { claim: string; evidence: string } {
  const match = /^(.*) \(([^()]*)\)$/.exec(sentence);
  return { claim: match?.[1] ?? sentence, evidence: match?.[2] ?? '' };
}

function squares({ evidence }: Pattern, format: Format): HTMLElement {
  const held = evidence.by_week.filter((week) => week.held).length;
  const known = evidence.by_week.filter((week) => week.held !== null).length;
  const element = h('span', { class: 'weeks', part: 'weeks', role: 'img', 'aria-label': `held in ${held} of ${format.plural(known, 'week')}` });
  for (const { week, held } of evidence.by_week) {
    const word = held === null ? 'too little data' : held ? 'held' : 'did not hold';
    element.append(h('i', { class: held === null ? 'unknown' : held ? 'held' : '', title: `Week of ${format.monthDay(week)}: ${word}`, 'data-week': week }));
  }
  return element;
}

/** How it is known, and which other pattern tells the same, where the reader asks for it. */
function how({ how_we_know: words, explained_by: explained }: Pattern, isUnmarked = false): HTMLDetailsElement {
  let by = explained === undefined ? '' : `Pattern ${explained + 1} tells the same from another side. `;
  if (isUnmarked) by += 'It marks nothing in the picture. ';
  return h('details', { class: 'how' }, h('summary', {}, 'How we know'), h('p', {}, by + words));
}

/** When there is room for another job. It is no pattern: nothing marks its cells. */
function quiet(advice: Pattern): HTMLElement {
  const { claim, evidence } = parts(advice.sentence);
  return h('li', {}, h('p', {}, claim), h('p', { class: 'evidence' }, evidence), how(advice));
}

const claimOf = (row: HTMLElement): string | undefined => row.querySelector('.sentence')?.textContent ?? undefined;

/** The claim of the row that something lies in. */
const before = (inside: HTMLElement | null): string | undefined => {
  const row = inside?.closest('li');
  return row ? claimOf(row) : undefined;
};

/** How far a view is: rows still arrive, workflows are still looked at one by one, or all is there. */
export type Stage = 'filling' | 'looking' | 'whole';

export class PatternList {
  readonly element = h('section', { class: 'patterns', part: 'patterns', 'aria-label': 'Patterns' });
  /** When there is room for another job; it stands below the picture. */
  readonly advice = h('ul', { class: 'advice', part: 'advice', 'aria-label': 'Advice' });
  readonly #events: PatternEvents;
  #rows: HTMLLIElement[] = [];
  #open = false;

  constructor(events: PatternEvents) {
    this.#events = events;
  }

  /** Draws what was found, or says that nothing was and why, or that there is more to look at. */
  update(response: HeatmapResponse, dates: readonly string[], format: Format, stage: Stage): void {
    const { patterns, advice, notices } = response;
    const ready = stage === 'whole';
    this.#rows = patterns.map((pattern, i) => this.#row(pattern, i + 1, format));
    const content: (Node | string)[] = [];
    if (patterns.length > 0) {
      const hint = notices.find((notice) => /^exploratory:/.test(notice));
      if (hint !== undefined) content.push(h('p', { class: 'muted' }, sentence(hint)));
      content.push(h('ol', {}, ...this.#rows));
      if (patterns.length > SHOWN) content.push(this.#more());
      const left = notices.map((notice) => MORE.exec(notice)?.[1]).find((count) => count !== undefined);
      if (left !== undefined) content.push(h('button', { type: 'button', class: 'link', part: 'button', onclick: () => {
        this.#open = true;
        this.#events.all();
      } }, `Show ${format.plural(Number(left), 'other pattern')}`));
    } else if (ready) {
      const tooShort = notices.some((notice) => TOO_SHORT.test(notice));
      const weeks = wholeWeeks(dates);
      const span = weeks < 2 ? format.plural(dates.length, 'day') : format.plural(weeks, 'week');
      if (!tooShort && response.totals.executions > 0) {
        content.push(h('div', { class: 'quiet' },
          h('p', { class: 'sentence' }, `No recurring pattern found in ${span}.`),
          h('p', { class: 'evidence' }, 'The differences between hours here could be chance.')));
      }
    }
    this.advice.replaceChildren(...(ready ? advice.map(quiet) : []));
    const lines = ready ? notices.filter((notice) => !TOLD.test(notice)).map(sentence) : [];
    const span = patterns[0]?.evidence;
    if (span && (span.from !== response.start_date || span.to !== response.end_date)) {
      lines.unshift(`Found in ${format.range(span.from, span.to)}.`);
    }
    if (stage === 'looking') lines.push(patterns.length > 0 ? 'Still looking at each workflow: this list may change.' : 'Still looking for patterns in each workflow.');
    if (lines.length > 0) content.push(h('ul', { class: 'after' }, ...lines.map((line) => h('li', {}, line))));
    const held = before(this.element.querySelector<HTMLElement>('.claim:focus'));
    const opened = [...this.element.querySelectorAll<HTMLElement>('details[open]')].map((details) => before(details));
    this.element.replaceChildren(...content);
    this.element.hidden = content.length === 0;
    // Who reads a claim goes on where the same one stands now.
    for (const row of this.#rows) {
      const said = claimOf(row);
      if (opened.includes(said)) row.querySelector('details')?.setAttribute('open', '');
      if (said === held) row.querySelector<HTMLElement>('.claim')?.focus({ preventScroll: true });
    }
  }

  /** Marks the active pattern, those that a cell lies in, and that cell's week. */
  mark(active: number | undefined, touched: readonly number[], monday: string | undefined): void {
    this.#rows.forEach((row, i) => {
      row.classList.toggle('active', i + 1 === active);
      row.classList.toggle('touched', touched.includes(i + 1));
      row.querySelector('.claim')?.setAttribute('aria-pressed', String(i + 1 === active));
      for (const square of row.querySelectorAll<HTMLElement>('.weeks i')) {
        square.classList.toggle('here', touched.includes(i + 1) && square.dataset.week === monday);
      }
    });
  }

  #row(pattern: Pattern, number: number, format: Format): HTMLLIElement {
    const { claim, evidence } = parts(pattern.sentence);
    const isUnmarked = pattern.cells.length === 0;
    const details = how(pattern, isUnmarked);
    const select = () => {
      // What cannot be shown in the picture is told.
      if (isUnmarked) details.open = true;
      this.#events.select(number);
    };
    const copy = h('button', { type: 'button', class: 'link', part: 'button', 'aria-label': `Copy pattern ${number}`, onclick: async () => {
      await this.#events.copy(number);
      copy.textContent = 'Copied';
      setTimeout(() => (copy.textContent = 'Copy'), 2000);
    } }, 'Copy');
    const button = h('button', { type: 'button', class: 'claim', 'aria-pressed': 'false', onclick: select, onfocus: () => this.#events.preview(number), onblur: () => this.#events.preview(undefined) },
      h('span', { class: 'disc', 'aria-hidden': 'true' }, String(number)),
      h('span', {},
        h('span', { class: 'sentence', part: 'sentence' }, claim),
        h('span', { class: 'evidence', part: 'evidence' }, evidence)));
    const row = h('li', { class: 'pattern', part: 'pattern', onpointerenter: () => this.#events.preview(number), onpointerleave: () => this.#events.preview(undefined) },
      button, pattern.evidence.by_week.length > 0 && squares(pattern, format), copy, details);
    if (number > SHOWN && !this.#open) row.hidden = true;
    return row;
  }

  #more(): HTMLElement {
    const rest = this.#rows.slice(SHOWN);
    const button = h('button', { type: 'button', class: 'link', 'aria-expanded': String(this.#open), onclick: () => {
      this.#open = !this.#open;
      for (const row of rest) row.hidden = !this.#open;
      button.textContent = label();
      button.setAttribute('aria-expanded', String(this.#open));
    } });
    const label = () => (this.#open ? 'Show fewer' : `Show ${rest.length} more`);
    button.textContent = label();
    return button;
  }
}

/** How the engine says that there is too little for a kind of pattern. */
const TOO_LITTLE = /^needs \d/;

/** That it is too little for what recurs by the week, or by the day: then nobody can say that nothing does. */
const TOO_SHORT = /^needs \d+ (?:weeks|whole days(?: to name busy hours| with .* an hour of the day))/;

/** What stands elsewhere: above the patterns, behind them, in the summary, on a card. */
const TOLD = /^exploratory:|^\d+ more patterns? w|^success rate known|a status that is not known/;

/** How it says that there are more patterns than are told. */
const MORE = /^(\d+) more patterns? (?:was|were) found/;

/** A notice of the engine as a sentence of its own. */
export function sentence(notice: string): string {
  if (TOO_LITTLE.test(notice)) return `Not enough history: it ${notice}.`;
  return `${notice.charAt(0).toUpperCase()}${notice.slice(1)}.`;
}
