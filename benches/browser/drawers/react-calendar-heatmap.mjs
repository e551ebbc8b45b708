// react-calendar-heatmap, which knows days alone, with React.

import { createElement } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import imported from 'react-calendar-heatmap';
import { cellsOf, firstDay, lastDay } from '../values.mjs';

// Its two builds differ in where the component is.
const Heatmap = imported.default ?? imported;
let root;

globalThis.drawer = {
  start(kind, element) {
    root = createRoot(element);
  },
  draw(element, kind, turn) {
    const values = cellsOf(kind, turn).map(({ day, value, level }) => ({ date: day, count: value, level }));
    flushSync(() => root.render(createElement(Heatmap, {
      startDate: firstDay(kind),
      endDate: lastDay(kind),
      values,
      classForValue: (value) => `level-${value?.level ?? 0}`,
      titleForValue: (value) => (value ? `${value.date}: ${value.count}` : ''),
    })));
  },
};
