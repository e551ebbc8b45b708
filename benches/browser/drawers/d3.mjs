// A join of d3: a rectangle with its title for every cell.

import { select } from 'd3';
import { COLORS, cellsOf } from '../values.mjs';

const SIDE = 10;

globalThis.drawer = {
  start() {},
  draw(element, kind, turn) {
    const place = kind === 'hours'
      ? ({ hour }, index) => [Math.floor(index / 24) * SIDE, hour * SIDE]
      : (_, index) => [Math.floor(index / 7) * SIDE, (index % 7) * SIDE];
    const svg = select(element).selectAll('svg').data([0]).join('svg').attr('width', 1000).attr('height', 300);
    svg.selectAll('rect')
      .data(cellsOf(kind, turn))
      .join((enter) => {
        const rect = enter.append('rect').attr('width', SIDE - 1).attr('height', SIDE - 1);
        rect.append('title');
        return rect;
      })
      .attr('x', (cell, index) => place(cell, index)[0])
      .attr('y', (cell, index) => place(cell, index)[1])
      .attr('fill', ({ level }) => COLORS[level])
      .select('title')
      .text(({ day, hour, value }) => `${day} ${hour}: ${value}`);
  },
};
