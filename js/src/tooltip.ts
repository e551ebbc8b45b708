// What the pointer or the focus is on, in words. The same texts as the keyboard grid has, so it is hidden from screen
// readers. For touch it is a bar at the lower edge with buttons that step from cell to cell.

import { h } from './dom.js';
import type { CellWords } from './words.js';

const FIRST_DELAY_MS = 80;
const LEAVE_DELAY_MS = 160;

export interface TooltipEvents {
  step(rows: number, columns: number): void;
  /** Show the runs of the cell that is shown. */
  open(): void;
  close(): void;
}

export class Tooltip {
  readonly element = h('div', { class: 'tooltip', part: 'tooltip', hidden: true, 'aria-hidden': 'true' });
  readonly #events: TooltipEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(events: TooltipEvents) {
    this.#events = events;
    this.element.addEventListener('pointerenter', () => clearTimeout(this.#timer));
    this.element.addEventListener('pointerleave', () => this.leave());
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Shows a cell's words beside its box (in pixels of the element's frame), or as a bar. */
  show(words: CellWords, level: number, box: DOMRectReadOnly, frame: DOMRectReadOnly, bar: boolean): void {
    clearTimeout(this.#timer);
    const draw = () => {
      this.element.replaceChildren(...this.#content(words, level, bar));
      this.element.classList.toggle('bar', bar);
      // Without buttons there is nothing in it for a screen reader that the grid does not say.
      if (bar) this.element.removeAttribute('aria-hidden');
      else this.element.setAttribute('aria-hidden', 'true');
      this.element.hidden = false;
      if (!bar) this.#place(box, frame);
      else this.element.style.cssText = '';
    };
    if (this.open || bar) draw();
    else this.#timer = setTimeout(draw, FIRST_DELAY_MS);
  }

  /** Hides it soon, unless the pointer goes onto it. */
  leave(): void {
    clearTimeout(this.#timer);
    if (this.element.classList.contains('bar') && this.open) return;
    this.#timer = setTimeout(() => this.#events.close(), LEAVE_DELAY_MS);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  #content({ when, value, level, fraction, facts, patterns, runs }: CellWords, colour: number, bar: boolean): Node[] {
    const swatch = h('span', { class: 'swatch' });
    if (colour > 0) swatch.style.background = `var(--l${colour})`;
    const nodes: Node[] = [
      h('p', { class: 'muted' }, when),
      h('p', { class: 'value' }, colour > 0 && swatch, value),
    ];
    if (level) nodes.push(h('p', {}, level));
    if (fraction) nodes.push(h('p', {}, fraction));
    const more = facts.map(([word, text]) => h('p', {}, `${word} `, h('b', {}, text)));
    if (patterns.length > 0) more.push(h('p', {}, 'In pattern ', h('b', {}, patterns.join(', '))));
    if (more.length > 0) nodes.push(h('div', { class: 'more' }, ...more));
    if (bar) nodes.push(this.#steps(runs));
    else if (runs) nodes.push(h('p', { class: 'muted hint' }, `Enter or click: show the ${runs}`));
    return nodes;
  }

  #steps(runs: string): HTMLElement {
    const step = (sign: string, name: string, rows: number, columns: number) =>
      h('button', { type: 'button', 'aria-label': name, onclick: () => this.#events.step(rows, columns) }, sign);
    return h('div', { class: 'steps' },
      step('←', 'Cell to the left', 0, -1), step('→', 'Cell to the right', 0, 1),
      step('↑', 'Cell above', -1, 0), step('↓', 'Cell below', 1, 0),
      runs !== '' && h('button', { type: 'button', class: 'show', onclick: () => this.#events.open() }, 'Show runs'),
      h('button', { type: 'button', 'aria-label': 'Close', onclick: () => this.#events.close() }, '✕'));
  }

  /** Beside the cell, never over it; on the other side where there is no room. */
  #place(box: DOMRectReadOnly, frame: DOMRectReadOnly): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const gap = 10;
    const view = document.documentElement;
    const roomRight = Math.min(frame.right, view.clientWidth) - box.right;
    let left = roomRight >= width + gap ? box.right + gap : box.left - width - gap;
    let top = box.top + box.height / 2 - height / 2;
    if (left < Math.max(frame.left, 0)) {
      // No room on either side: below the cell, else above it.
      left = Math.min(Math.max(box.left + box.width / 2 - width / 2, 0), view.clientWidth - width);
      top = box.bottom + gap + height <= view.clientHeight ? box.bottom + gap : box.top - gap - height;
    } else {
      top = Math.max(4, Math.min(top, view.clientHeight - height - 4));
    }
    this.element.style.left = `${Math.round(left - frame.left)}px`;
    this.element.style.top = `${Math.round(top - frame.top)}px`;
  }
}
