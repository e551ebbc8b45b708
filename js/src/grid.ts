// The picture as a grid for the keyboard and for screen readers: a transparent table over the drawing, one tab stop,
// texts that are hidden from the eye. Rows are filled in when there is time, the focused one first.

import { h } from './dom.js';
import type { Places } from './scene.js';
import { hottest, type CellTexts } from './words.js';

export interface GridEvents {
  /** The focus came to a cell by the keyboard or by a screen reader. */
  focus(cell: number): void;
  blur(): void;
  /** Enter or Space on a cell. */
  open(cell: number): void;
  escape(): void;
}

/** Rows that are written between two frames. */
const MOST_ROWS = 4;

type Idle = (work: (deadline: { timeRemaining(): number }) => void) => unknown;
const idle: Idle = (work) => (typeof requestIdleCallback === 'function' ? requestIdleCallback(work) : setTimeout(() => work({ timeRemaining: () => 8 }), 1));

export class KeyboardGrid {
  readonly element = h('table', { class: 'grid', part: 'grid', role: 'grid' });
  readonly #events: GridEvents;
  #map: Places | undefined;
  #texts: CellTexts | undefined;
  #cells: (HTMLTableCellElement[] | undefined)[] = [];
  #current = -1;
  #filling = 0;

  constructor(events: GridEvents) {
    this.#events = events;
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('focusin', (event) => {
      const cell = Number((event.target as HTMLElement).dataset.cell ?? -1);
      if (cell < 0) return;
      this.#take(cell);
      events.focus(cell);
    });
    this.element.addEventListener('focusout', () => events.blur());
  }

  get focused(): number {
    return this.element.matches(':focus-within') ? this.#current : -1;
  }

  /** Empties the table: shown again all at once, its cells would hold up a frame. */
  clear(): void {
    this.#filling += 1;
    [this.#map, this.#texts, this.#cells, this.#current] = [undefined, undefined, [], -1];
    this.element.replaceChildren();
  }

  /**
   * Lays the table over a picture and writes the row with the tab stop; the others {@link fill} does. A picture of the same
   * shape keeps its nodes; while one is still filling there is no other row, since it would tell of another picture.
   */
  update(map: Places, texts: CellTexts, name: string, description: string, isFilling: boolean): void {
    const same = this.#map?.rows === map.rows && this.#map.columns === map.columns && this.#cells.length > 0;
    [this.#map, this.#texts] = [map, texts];
    this.element.setAttribute('aria-label', name);
    this.element.setAttribute('aria-description', description);
    const { x, y, width, height } = map.bounds();
    const px = (value: number) => `${value}px`;
    Object.assign(this.element.style, { left: px(x), top: px(y), width: px(width), height: px(height) });
    if (!same) {
      const held = this.element.matches(':focus-within');
      this.#cells = [];
      this.element.replaceChildren();
      if (!map.where(this.#current)) this.#current = -1;
      if (held && this.#current < 0) this.#events.blur();
    }
    if (!map.where(this.#current)) this.#current = this.#newest();
    this.#begin(isFilling);
  }

  /** Puts the focus on a cell. */
  focusCell(cell: number): void {
    const at = this.#map?.where(cell);
    if (!at) return;
    this.#write(at.row);
    this.#take(cell);
    this.#cells[at.row]?.[at.column]?.focus({ preventScroll: true });
  }

  /** The cell so many rows and columns away, if there is one. */
  neighbour(cell: number, rows: number, columns: number): number {
    const at = this.#map?.where(cell);
    return at && this.#map ? this.#map.cell(at.row + rows, at.column + columns) : -1;
  }

  /** The newest cell in which something ran. */
  #newest(): number {
    const { executions } = this.#texts!.view.cells;
    for (let cell = executions.length - 1; cell >= 0; cell -= 1) {
      if (executions[cell] && this.#map?.where(cell)) return cell;
    }
    return this.#map?.cell(0, 0) ?? -1;
  }

  /** Makes a cell the one that Tab comes to. */
  #take(cell: number): void {
    const set = (of: number, value: string) => {
      const at = this.#map?.where(of);
      if (at) this.#cells[at.row]?.[at.column]?.setAttribute('tabindex', value);
    };
    set(this.#current, '-1');
    this.#current = cell;
    set(cell, '0');
  }

  /** The row of the tab stop. */
  #first(): number {
    return this.#map?.where(this.#current)?.row ?? 0;
  }

  /** Rows have to stand in order, so all are made at once, empty and hidden; the words of most come later. */
  #begin(isFilling: boolean): void {
    this.#filling += 1;
    const rows = this.#map?.rows ?? 0;
    const first = this.#first();
    if (this.#cells.length === 0) {
      const height = 100 / rows;
      this.element.append(h('tbody', { role: 'rowgroup' }, ...Array.from({ length: rows }, (_, row) => {
        const line = h('tr', { role: 'row', hidden: true });
        Object.assign(line.style, { top: `${row * height}%`, height: `${height}%` });
        return line;
      })));
    }
    if (isFilling) {
      for (let row = 0; row < rows; row += 1) if (row !== first) this.#empty(row);
    }
    this.#write(first);
  }

  #empty(row: number): void {
    const line = this.element.rows[row];
    if (!line || !this.#cells[row]) return;
    line.replaceChildren();
    line.hidden = true;
    this.#cells[row] = undefined;
  }

  /** Writes all other rows, some between two frames. */
  fill(): void {
    const turn = ++this.#filling;
    const first = this.#first();
    const rows = Array.from({ length: this.#map?.rows ?? 0 }, (_, row) => row).filter((row) => row !== first);
    const work = (deadline: { timeRemaining(): number }) => {
      if (turn !== this.#filling) return;
      let written = 0;
      do {
        const row = rows.shift();
        if (row === undefined) return;
        this.#write(row);
        written += 1;
      } while (written < MOST_ROWS && deadline.timeRemaining() > 6);
      // What was written is laid out before more comes, or the next frame has it all to do.
      requestAnimationFrame(() => idle(work));
    };
    idle(work);
  }

  /** Makes or renews the cells of one row. */
  #write(row: number): void {
    const [map, texts] = [this.#map!, this.#texts!];
    const line = this.element.rows[row];
    if (!line) return;
    let cells = this.#cells[row];
    if (!cells) {
      cells = Array.from({ length: map.columns }, () => h('td', { role: 'gridcell' }, h('span', { class: 'sr' })));
      this.#cells[row] = cells;
      line.replaceChildren(...cells);
      line.hidden = false;
    }
    cells.forEach((element, column) => {
      const cell = map.cell(row, column);
      const words = cell < 0 ? '' : texts.spoken(cell);
      const span = element.firstElementChild as HTMLElement;
      if (span.textContent !== words) span.textContent = words;
      if (cell < 0) {
        element.removeAttribute('tabindex');
        delete element.dataset.cell;
      } else {
        element.setAttribute('tabindex', cell === this.#current ? '0' : '-1');
        element.dataset.cell = String(cell);
      }
    });
  }

  #key(event: KeyboardEvent): void {
    const at = this.#map?.where(this.#current);
    const map = this.#map;
    if (!at || !map || !this.#texts || event.metaKey) return;
    if (event.key === 'Escape') return this.#events.escape();
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return this.#events.open(this.#current);
    }
    const { hourly } = this.#texts;
    const transposed = hourly ? map.rows !== 24 : map.columns === 7;
    const edge = (row: number, column: number, rows: number, columns: number): number => {
      let last = -1;
      for (; row >= 0 && column >= 0 && row < map.rows && column < map.columns; row += rows, column += columns) {
        if (map.cell(row, column) >= 0) last = map.cell(row, column);
      }
      return last;
    };
    const first = (cells: Iterable<number>) => [...cells].find((cell) => cell >= 0) ?? -1;
    const all = () => Array.from({ length: map.rows * map.columns }, (_, i) => map.cell(Math.floor(i / map.columns), i % map.columns));
    const week = hourly ? 7 : 1;
    const page = (sign: number): number => {
      if (event.altKey) return transposed ? this.neighbour(this.#current, -sign * week, 0) : this.neighbour(this.#current, 0, sign * week);
      if (!hourly) return edge(at.row, at.column, sign, 0);
      for (let steps = 6; steps > 0; steps -= 1) {
        const cell = this.neighbour(this.#current, sign * steps, 0);
        if (cell >= 0) return cell;
      }
      return -1;
    };
    const targets: Record<string, () => number> = {
      ArrowLeft: () => this.neighbour(this.#current, 0, -1),
      ArrowRight: () => this.neighbour(this.#current, 0, 1),
      ArrowUp: () => this.neighbour(this.#current, -1, 0),
      ArrowDown: () => this.neighbour(this.#current, 1, 0),
      Home: () => (event.ctrlKey ? first(all()) : edge(at.row, at.column, 0, -1)),
      End: () => (event.ctrlKey ? first(all().reverse()) : edge(at.row, at.column, 0, 1)),
      PageUp: () => page(-1),
      PageDown: () => page(1),
      n: () => this.#hot(1),
      N: () => this.#hot(-1),
    };
    const target = targets[event.key];
    if (!target) return;
    event.preventDefault();
    const cell = target();
    if (cell >= 0) this.focusCell(cell);
  }

  /** The next or previous cell of the hottest level, in the order of time. */
  #hot(sign: number): number {
    const { level } = this.#texts!.view.cells;
    const wanted = hottest(this.#texts!.response.metric);
    for (let cell = this.#current + sign; cell >= 0 && cell < level.length; cell += sign) {
      if (level[cell] === wanted) return cell;
    }
    return -1;
  }
}
