// The engine: an answer that is held is laid out in the module and becomes nodes. In a page the first half happens in the
// worker; here it is counted.

import { HeatmapEngine } from '/pkg/engine.js';
import { drawing } from '/pkg/scene.js';
import { firstDay, isoDate, lastDay, rowsOf } from './data.mjs';

const WIDTH = 1000;
const engines = [];

const sceneOf = (turn) => {
  const { engine, query } = engines[turn % engines.length];
  return engine.scene(query, { patterns: false }, { width: WIDTH, layout: 'wide' });
};

globalThis.drawer = {
  /** Two engines, so that two answers are held and no turn has to count rows. */
  async start(kind) {
    for (const metric of ['success_rate', 'duration']) {
      const engine = await HeatmapEngine.create();
      await engine.load(rowsOf(kind));
      const query = { metric, granularity: kind === 'hours' ? 'hourly' : 'daily', from: isoDate(firstDay(kind)), to: isoDate(lastDay(kind)) };
      engine.view(query, { patterns: false });
      engines.push({ engine, query });
    }
  },
  draw(element, kind, turn) {
    element.replaceChildren(drawing(sceneOf(turn)));
  },
};
