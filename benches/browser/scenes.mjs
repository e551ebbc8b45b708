// Two answers of the engine, held as its worker holds them, so that no turn of a drawing has to count rows.

import { HeatmapEngine } from '/pkg/engine.js';
import { firstDay, isoDate, lastDay, rowsOf } from './values.mjs';

const WIDTH = 1000;
const METRICS = ['success_rate', 'duration'];
const held = [];

/** Reads rows for `kind` and answers a query for each of two metrics. */
export async function hold(kind) {
  for (const metric of METRICS) {
    const engine = await HeatmapEngine.create();
    await engine.load(rowsOf(kind));
    const query = { metric, granularity: kind === 'hours' ? 'hourly' : 'daily', from: isoDate(firstDay(kind)), to: isoDate(lastDay(kind)) };
    engine.view(query, { patterns: false });
    held.push({ engine, query });
  }
}

/** The picture of a turn, laid out anew. */
export function sceneOf(turn) {
  const { engine, query } = held[turn % held.length];
  return engine.scene(query, { patterns: false }, { width: WIDTH, layout: 'wide' });
}
