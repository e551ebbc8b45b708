// The engine, as the package ships it.

import { initSync, Engine } from '/pkg/execution_heatmap_wasm.js';
import { HeatmapEngine } from '/pkg/engine.js';
import { FROM, TO, HOURS, WIDTH } from '../cells.mjs';
import { STATUSES, typedColumns } from '../columns.mjs';
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

/** The bench's four numbers a cell of columns by name. */
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

/** The places of the columns that the bench looks at among those that the module hands over one after the other. */
const PLACES = { executions: 4, timed: 6, averageDuration: 7, completed: 8, failed: 9 };

function named(columns) {
  const column = (place) => columns.subarray(HOURS * place, HOURS * (place + 1));
  return Object.fromEntries(Object.entries(PLACES).map(([name, place]) => [name, column(place)]));
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
  return narrowed(named(cells));
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

/** A stream over bytes that are there, in pieces. */
function streamOf(bytes) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
    },
  });
}

/** Through the package's own `load`, which gives way to other work every 40 ms. */
const loaded = {
  async start() {
    this.engine = await HeatmapEngine.create();
  },
  async run(bytes) {
    await this.engine.load(streamOf(bytes));
    return narrowed(this.engine.view(WINDOW, { patterns: false }).cells);
  },
};

const columns = {
  async start() {
    this.engine = await HeatmapEngine.create();
    const one = { started_at: Float64Array.of(1), status: { codes: Uint8Array.of(0), dictionary: STATUSES } };
    await this.engine.load({ columns: one }).catch((error) => {
      throw new Error(`not built yet: ${error.message}`);
    });
  },
  take(bytes) {
    const { starts, statuses, durations } = typedColumns(bytes);
    this.columns = { started_at: starts, status: { codes: statuses, dictionary: STATUSES }, duration_ms: durations };
  },
  async run() {
    await this.engine.load({ columns: this.columns });
    return narrowed(this.engine.view(WINDOW, { patterns: false }).cells);
  },
};

serve({ ndjson: module('auto'), csv: module('auto'), arrow: module('auto'), columns, loaded });
