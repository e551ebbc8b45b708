// Observable Plot: cells with titles.

import { cell, plot } from '@observablehq/plot';
import { COLORS, cellsOf } from '../values.mjs';

globalThis.drawer = {
  start() {},
  draw(element, kind, turn) {
    const cells = cellsOf(kind, turn);
    const week = (index) => Math.floor(index / 7);
    const [x, y] = kind === 'hours'
      ? ['day', 'hour']
      : [(_, index) => week(index), (_, index) => index % 7];
    element.replaceChildren(plot({
      width: 1000,
      height: 300,
      x: { ticks: [] },
      color: { type: 'ordinal', domain: [0, 1, 2, 3, 4], range: COLORS },
      marks: [cell(cells, { x, y, fill: 'level', title: ({ day, hour, value }) => `${day} ${hour}: ${value}` })],
    }));
  },
};
