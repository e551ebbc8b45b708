// The runs of a cell, below the picture: failed first, then slowest, a page at a time. On narrow screens a sheet over
// the whole page. Texts of rows become text nodes.

import { h } from './dom.js';
import type { Format } from './format.js';
import { PATIENCE_MS } from './status.js';
import type { Row, Rows } from './types.js';

/** Runs that are asked for at a time. */
export const PAGE_ROWS = 50;
/** An error that is longer is folded to its first line. */
const LONG_ERROR = 90;
/** How a status looks beside its word: never by colour alone. */
const SHAPES: Record<string, string> = { completed: '✓', failed: '✕', timed_out: '◷', cancelled: '–', skipped: '–' };

/** What the panel is opened with. */
export interface Opening {
  heading: string;
  line: string;
  zone: string;
  format: Format;
  rows(offset: number, limit: number): Promise<Rows>;
}

export class Panel {
  readonly #heading = h('h2', { id: 'panel-heading', tabindex: -1 });
  readonly #line = h('p', { class: 'muted' });
  readonly #body = h('div', { class: 'runs' });
  readonly element = h('dialog', { class: 'panel card', part: 'panel', 'aria-labelledby': 'panel-heading' },
    h('div', { class: 'row' }, h('div', { class: 'title' }, this.#heading, this.#line),
      h('button', { type: 'button', class: 'plain', part: 'button', 'aria-label': 'Close', onclick: () => this.#events.close() }, '✕')),
    this.#body);
  readonly #events: { close(): void; say(words: string): void };
  /** Counts openings, so that rows of one that was left are not drawn. */
  #turn = 0;

  constructor(events: { close(): void; say(words: string): void }) {
    this.#events = events;
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      events.close();
    });
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault();
      events.close();
    });
  }

  get isOpen(): boolean {
    return this.element.open;
  }

  /** Shows the runs of an opening. `isSheet` covers the page. `takesFocus` puts the focus on the heading. */
  show(opening: Opening, isSheet: boolean, takesFocus: boolean): void {
    this.#turn += 1;
    this.#heading.textContent = opening.heading;
    this.#line.textContent = opening.line;
    this.#body.replaceChildren();
    if (this.element.open && this.element.classList.contains('sheet') !== isSheet) this.element.close();
    this.element.classList.toggle('sheet', isSheet);
    if (!this.element.open && isSheet) this.element.showModal();
    // A dialog that is shown takes the focus; attributes alone do not.
    else if (!this.element.open) this.element.setAttribute('open', '');
    if (takesFocus) this.#heading.focus({ preventScroll: !isSheet });
    if (takesFocus && !isSheet) this.element.scrollIntoView({ block: 'nearest' });
    void this.#more(opening, [], this.#turn);
  }

  hide(): void {
    this.#turn += 1;
    if (this.element.matches(':modal')) this.element.close();
    else this.element.removeAttribute('open');
  }

  /** Asks for the rows behind those that stand. */
  async #more(opening: Opening, shown: readonly Row[], turn: number): Promise<void> {
    const patience = setTimeout(() => turn === this.#turn && shown.length === 0 && this.#body.replaceChildren(h('p', { class: 'muted' }, 'Reading the runs.')), PATIENCE_MS);
    try {
      const { rows, total } = await opening.rows(shown.length, PAGE_ROWS);
      if (turn === this.#turn) this.#draw(opening, [...shown, ...rows], total, shown.length, turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#body.append(h('p', { role: 'alert' }, (error as Error).message));
    } finally {
      clearTimeout(patience);
    }
  }

  #draw(opening: Opening, rows: readonly Row[], total: number, before: number, turn: number): void {
    const { format, zone } = opening;
    const caption = `Runs, ${opening.heading}`;
    const lines = rows.map((row) => line(row, format, zone));
    const more = total - rows.length;
    const button = more > 0 && h('button', { type: 'button', class: 'link', part: 'button', onclick: () => {
      button && (button.disabled = true);
      void this.#more(opening, rows, turn);
    } }, `Show ${format.count(Math.min(more, PAGE_ROWS))} more`);
    const seen = `${format.count(rows.length)} of ${format.plural(total, 'run')} shown.`;
    this.#body.replaceChildren(
      h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, h('table', { class: 'data', role: 'table', 'aria-label': caption },
        h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...['Started', 'Workflow', 'Status', 'Duration', 'Error'].map((name) => h('th', { scope: 'col', role: 'columnheader' }, name)))),
        h('tbody', { role: 'rowgroup' }, ...lines))),
      h('p', { class: 'muted foot' }, `Failed runs first. ${seen} `, button));
    this.#events.say(seen);
    // The reader who asked for more goes on with the first of them.
    if (before > 0) lines[before]?.focus();
  }
}

function line(row: Row, format: Format, zone: string): HTMLTableRowElement {
  const { id: run, status, status_word: word, workflow, workflow_id: id, duration_ms: duration, error, attempt = 1 } = row;
  const at = row.started_at ?? row.due_at;
  const shape = SHAPES[status] ?? '…';
  // Narrow, a row is laid out as a block; its roles say what it still is.
  return h('tr', { tabindex: -1, role: 'row' },
    h('td', { role: 'cell', class: 'at' }, at === undefined ? '–' : `${row.started_at === undefined ? 'due ' : ''}${format.moment(at, zone)}`),
    h('th', { scope: 'row', role: 'rowheader' }, h('bdi', { title: id ?? undefined }, workflow ?? id ?? '–'), !!run && h('span', { class: 'muted' }, ' ', h('bdi', { title: 'Id of the run' }, run)), attempt > 1 && h('span', { class: 'muted' }, ` attempt ${format.count(attempt)}`)),
    h('td', { role: 'cell', class: 'how' }, h('span', { class: `status ${status}` }, h('span', { 'aria-hidden': 'true' }, `${shape} `), h('bdi', {}, word.replace('_', ' ')))),
    h('td', { role: 'cell', class: 'number' }, duration === null ? '–' : format.duration(duration)),
    h('td', { role: 'cell', class: 'error' }, ...(error === undefined ? [h('span', { class: 'muted' }, 'not kept')] : errorNodes(error))));
}

/** One line, and the rest where the reader asks for it. */
function errorNodes(error: string | null): (Node | string)[] {
  if (error === null || error === '') return ['–'];
  const [first = ''] = error.trim().split('\n', 1);
  if (first.length <= LONG_ERROR && first === error.trim()) return [h('bdi', {}, first)];
  return [h('details', {}, h('summary', {}, h('bdi', {}, first.slice(0, LONG_ERROR)), '…'), h('pre', {}, error))];
}
