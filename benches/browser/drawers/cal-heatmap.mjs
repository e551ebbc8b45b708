// cal-heatmap: days of hours, or months of days; without animation.

import CalHeatmap from 'cal-heatmap';
// Its module build leaves out the import that gives selections their transitions.
import 'd3-transition';
import { COLORS, cellsOf, firstDay } from '../values.mjs';

let heatmap;

globalThis.drawer = {
  start(kind, element) {
    element.id = 'cal-heatmap';
    heatmap = new CalHeatmap();
  },
  async draw(element, kind, turn) {
    const source = cellsOf(kind, turn).map(({ at, value }) => ({ date: at, value }));
    if (turn > 0) return heatmap.fill(source);
    return heatmap.paint({
      itemSelector: '#cal-heatmap',
      animationDuration: 0,
      range: kind === 'hours' ? 90 : 12,
      date: { start: firstDay(kind), timezone: 'UTC' },
      domain: { type: kind === 'hours' ? 'day' : 'month', gutter: 1 },
      subDomain: { type: kind === 'hours' ? 'hour' : 'day', width: 8, height: 8, gutter: 1 },
      data: { source, x: 'date', y: 'value' },
      scale: { color: { type: 'threshold', range: COLORS, domain: [20, 40, 60, 80] } },
    });
  },
};
