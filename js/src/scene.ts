// A scene as nodes of SVG. Roles are classes; colours come from the sheet, so a theme changes without a new picture.

import { s } from './dom.js';
import type { Scene, SceneNode } from './types.js';

/** The share of a cell, in each direction, that a mark of few runs takes. */
const FEW_SHARE = 0.56;

function node(item: SceneNode): SVGElement {
  if (item.kind === 'text') {
    return s('text', { class: item.class, x: item.x, y: item.y, 'text-anchor': item.anchor }, item.content);
  }
  const path = s('path', { class: item.class, d: item.data });
  if (item.stroke) path.setAttribute('stroke-width', String(item.stroke));
  if (item.dash) path.setAttribute('stroke-dasharray', item.dash.join(' '));
  return path;
}

/** The numbers that stand in cells, one for each of up to a thousand cells. */
const isNumber = ({ class: name }: SceneNode): boolean => /^xh-t\d$/.test(name);

/**
 * The picture. What it says is said beside it in words, so it is hidden from screen readers. Laying out its numbers takes
 * as long as all the rest: their group is empty until {@link writeNumbers}, so that one frame need not do both.
 */
export function drawing(scene: Scene): SVGSVGElement {
  const { width, height, nodes } = scene;
  const first = nodes.findIndex(isNumber);
  const children = nodes.filter((item) => !isNumber(item)).map(node);
  if (first >= 0) children.splice(first, 0, s('g', { class: 'numbers' }));
  return s('svg', { class: 'drawing', viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' }, ...children);
}

/** Numbers that are written between two frames. */
const MOST_NUMBERS = 150;

/** Writes the numbers in the cells of a drawing, some in each frame, for as long as it stands. */
export function writeNumbers(drawing: SVGSVGElement, scene: Scene, stands: () => boolean): void {
  const numbers = scene.nodes.filter(isNumber);
  const write = () => {
    if (!stands()) return;
    drawing.querySelector('.numbers')?.append(...numbers.splice(0, MOST_NUMBERS).map(node));
    if (numbers.length > 0) requestAnimationFrame(write);
  };
  if (numbers.length > 0) requestAnimationFrame(write);
}

/** Where the cells of a picture lie. */
export class Places {
  readonly columns: number;
  readonly rows: number;
  readonly #places: Scene['places'];
  readonly #at = new Map<number, number>();

  constructor(scene: Scene) {
    this.#places = scene.places;
    this.columns = scene.places.columns.length;
    this.rows = scene.places.rows.length;
    scene.places.cells.forEach((cell, place) => cell >= 0 && this.#at.set(cell, place));
  }

  /** The cell in a row and a column, or −1. */
  cell(row: number, column: number): number {
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return -1;
    return this.#places.cells[row * this.columns + column] ?? -1;
  }

  /** Row and column of a cell. */
  where(cell: number): { row: number; column: number } | undefined {
    const place = this.#at.get(cell);
    return place === undefined ? undefined : { row: Math.floor(place / this.columns), column: place % this.columns };
  }

  /** The rectangle of a cell. */
  box(cell: number): { x: number; y: number; width: number; height: number } | undefined {
    const at = this.where(cell);
    if (!at) return undefined;
    const { columns, rows, width, height } = this.#places;
    return { x: columns[at.column] ?? 0, y: rows[at.row] ?? 0, width, height };
  }

  /** The cell nearest to a point, so that gaps are not dead; −1 away from the cells. */
  nearest(x: number, y: number): number {
    const { columns, rows, width, height } = this.#places;
    const slack = 4;
    return this.cell(closest(rows, height, y, slack), closest(columns, width, x, slack));
  }

  /** The rectangle round all cells. */
  bounds(): { x: number; y: number; width: number; height: number } {
    const { columns, rows, width, height } = this.#places;
    const [x, y] = [columns[0] ?? 0, rows[0] ?? 0];
    return { x, y, width: (columns.at(-1) ?? 0) + width - x, height: (rows.at(-1) ?? 0) + height - y };
  }

  /** One path over some cells, rounded as in the drawing; those of `isSmall` as small as cells of few runs are. */
  path(cells: Iterable<number>, isSmall: (cell: number) => boolean): string {
    let data = '';
    for (const cell of cells) {
      const box = this.box(cell);
      if (!box) continue;
      const share = isSmall(cell) ? FEW_SHARE : 1;
      const [w, h] = [box.width * share, box.height * share];
      const r = Math.min(2, w / 3);
      data += `M${box.x + (box.width - w) / 2 + r} ${box.y + (box.height - h) / 2}h${w - 2 * r}q${r} 0 ${r} ${r}v${h - 2 * r}q0 ${r} ${-r} ${r}h${2 * r - w}q${-r} 0 ${-r} ${-r}v${2 * r - h}q0 ${-r} ${r} ${-r}z`;
    }
    return data;
  }

  /** A line round each block of some cells, which come in the order of time. */
  outline(cells: Iterable<number>): string {
    const blocks: [left: number, top: number, right: number, bottom: number][] = [];
    const add = (next: [number, number, number, number]): void => {
      const last = blocks.at(-1);
      // Two blocks are one if two of their sides are one line and the others touch; weeks lie a little apart.
      const joins = (across: number, along: number) => last && last[across] === next[across] && last[across + 2] === next[across + 2]
        && next[along]! - last[along + 2]! < 8 && last[along]! - next[along + 2]! < 8;
      if (!last || !(joins(0, 1) || joins(1, 0))) blocks.push(next);
      else {
        blocks.pop();
        add([Math.min(last[0], next[0]), Math.min(last[1], next[1]), Math.max(last[2], next[2]), Math.max(last[3], next[3])]);
      }
    };
    for (const cell of cells) {
      const box = this.box(cell);
      if (box) add([box.x - 1, box.y - 1, box.x + box.width + 1, box.y + box.height + 1]);
    }
    return blocks.map(([left, top, right, bottom]) => `M${left} ${top}H${right}V${bottom}H${left}z`).join('');
  }

  /** A point in the middle of each of some cells, to be drawn with a round line. */
  dots(cells: Iterable<number>): string {
    let data = '';
    for (const cell of cells) {
      const box = this.box(cell);
      if (box) data += `M${box.x + box.width / 2} ${box.y + box.height / 2}h0`;
    }
    return data;
  }
}

/** The position whose stretch is nearest to a point; −1 if it is further than the slack outside all of them. */
function closest(starts: Float64Array, length: number, point: number, slack: number): number {
  let best = -1;
  let least = Infinity;
  starts.forEach((start, i) => {
    const distance = Math.max(start - point, point - start - length, 0);
    if (distance < least) [best, least] = [i, distance];
  });
  const inside = point >= (starts[0] ?? 0) - slack && point <= (starts.at(-1) ?? 0) + length + slack;
  return inside ? best : -1;
}
