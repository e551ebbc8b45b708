// The engine as the package ships it: its own `load` and its own answer, JSON included. In a page the same code runs in
// the package's worker.

import { HeatmapEngine, start } from '/pkg/engine.js';
import { FROM, TO, HOURS, WIDTH } from '../cells.mjs';
import { STATUSES, typedColumns } from '../columns.mjs';
import { serve } from '../worker.mjs';

const PIECE_BYTES = 1 << 20;
const WINDOW = { from: FROM, to: TO, granularity: 'hourly', time_zone: 'UTC' };
const NO_PATTERNS = { patterns: false };

/** A stream over bytes that are there, so many times, in pieces. */
function streamOf(bytes, copies = 1) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length * copies) return controller.close();
      const from = at % bytes.length;
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      controller.enqueue(piece);
      at += piece.length;
    },
  });
}

function cellsOf(engine, filter = {}) {
  const { workflow, status, tag } = filter;
  const query = {
    ...WINDOW,
    ...(workflow && { workflow_id: [workflow] }),
    ...(status && { status: [status] }),
    ...(tag && { tag: [tag] }),
  };
  const { executions, completed, failed, averageDuration, timed } = engine.view(query, NO_PATTERNS).cells;
  const cells = new Float64Array(HOURS * WIDTH);
  for (let hour = 0; hour < HOURS; hour += 1) {
    cells[hour * WIDTH] = executions[hour];
    cells[hour * WIDTH + 1] = completed[hour];
    cells[hour * WIDTH + 2] = failed[hour];
    cells[hour * WIDTH + 3] = timed[hour] > 0 ? averageDuration[hour] : NaN;
  }
  return cells;
}

/** A form that the engine does not know, or a source that `load` does not take, is one that is not built yet. */
async function loadOrNotYet(engine, source, options) {
  try {
    return await engine.load(source, options);
  } catch (error) {
    throw new Error(`not built yet: ${error.message}`);
  }
}

const bytes = {
  async start() {
    ({ memory: this.memory } = await start());
    this.engine = await HeatmapEngine.create();
  },
  async run(source) {
    await loadOrNotYet(this.engine, streamOf(source));
    return cellsOf(this.engine);
  },
  async hold(source, copies) {
    const before = this.memory.buffer.byteLength;
    const { rows } = await this.engine.load(streamOf(source, copies));
    return { rows, grown: this.memory.buffer.byteLength - before };
  },
  filter(filter) {
    return cellsOf(this.engine, filter);
  },
};

/** The same, without keeping rows. */
const counted = {
  start: bytes.start,
  async run(source) {
    await loadOrNotYet(this.engine, streamOf(source), { keepRows: false });
    return cellsOf(this.engine);
  },
};

const columns = {
  async start() {
    this.engine = await HeatmapEngine.create();
    await loadOrNotYet(this.engine, { columns: { started_at: Float64Array.of(1), status: { codes: Uint8Array.of(0), dictionary: STATUSES } } });
  },
  take(source) {
    const { starts, statuses, durations } = typedColumns(source);
    this.columns = { started_at: starts, status: { codes: statuses, dictionary: STATUSES }, duration_ms: durations };
  },
  async run() {
    await this.engine.load({ columns: this.columns });
    return cellsOf(this.engine);
  },
};

serve({ bytes, counted, columns });
