// The engine, as the package ships it.

import { initSync, Engine } from '/pkg/execution_heatmap_wasm.js';
import { HeatmapEngine } from '/pkg/engine.js';
import { FROM, TO, HOURS, WIDTH } from '../cells.mjs';
import { serve } from '../worker.mjs';

const PIECE_BYTES = 1 << 20;
const WINDOW = { from: FROM, to: TO, granularity: 'hourly', time_zone: 'UTC' };
const UTC = { instants: Float64Array.of(-8.64e15), offsets: Int32Array.of(0) };

let memory;

async function startModule() {
  const response = await fetch('/pkg/execution_heatmap_wasm_bg.wasm');
  memory = initSync({ module: new WebAssembly.Module(await response.arrayBuffer()) }).memory;
}

function feed(engine, bytes) {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    const place = engine.reserve(piece.length);
    new Uint8Array(memory.buffer, place, piece.length).set(piece);
    engine.feed(piece.length);
  }
}

function narrowed({ executions, completed, failed, averageDuration, timed }) {
  const cells = new Float64Array(HOURS * WIDTH);
  for (let hour = 0; hour < HOURS; hour += 1) {
    cells[hour * WIDTH] = executions[hour];
    cells[hour * WIDTH + 1] = completed[hour];
    cells[hour * WIDTH + 2] = failed[hour];
    cells[hour * WIDTH + 3] = timed[hour] > 0 ? averageDuration[hour] : NaN;
  }
  return cells;
}

const queryOf = ({ workflow, status, tag }) => ({
  ...WINDOW,
  ...(workflow && { workflow_id: [workflow] }),
  ...(status && { status: [status] }),
  ...(tag && { tag: [tag] }),
});

function answer(engine, filter = {}) {
  const view = engine.view(queryOf(filter), UTC.instants, UTC.offsets, undefined, false);
  const cells = view.cells();
  view.free();
  return narrowed(cells);
}

/** Straight into the module: what the worker of the package does, without its turns for other work. */
const module = (form) => {
  let held;
  return {
    start: startModule,
    run(bytes) {
      const engine = new Engine();
      engine.begin(form, false);
      feed(engine, bytes);
      engine.finish(undefined);
      if (engine.unrecognised() !== undefined) throw new Error('not built yet: the engine does not know this form');
      const cells = answer(engine);
      engine.free();
      return cells;
    },
    hold(bytes, copies) {
      const before = memory.buffer.byteLength;
      held = new Engine();
      held.begin(form, false);
      for (let copy = 0; copy < copies; copy += 1) feed(held, bytes);
      held.finish(undefined);
      return { rows: held.progress()[0], grown: memory.buffer.byteLength - before };
    },
    filter: (filter) => answer(held, filter),
  };
};

/** Through the package's own `load`, which gives way to other work every 40 ms. */
const loaded = {
  async start() {
    this.engine = await HeatmapEngine.create();
  },
  async run(bytes) {
    await this.engine.load(bytes);
    return narrowed(this.engine.view(WINDOW, { patterns: false }).cells);
  },
};

const columns = {
  start() {
    throw new Error('not built yet: the package takes no typed columns');
  },
};

serve({ ndjson: module('auto'), csv: module('auto'), arrow: module('auto'), columns, loaded });
