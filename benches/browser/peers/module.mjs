// serde_json in a module of WebAssembly, built with the engine's flags; and the copy with a look at every byte.

import init, { Reading } from '/module/execution_heatmap_bench_module.js';
import { FIRST_HOUR, HOURS } from '../cells.mjs';
import { serve } from '../worker.mjs';

const PIECE_BYTES = 1 << 20;
let memory;

const way = (name, result) => ({
  async start() {
    memory = (await init()).memory;
  },
  run(bytes) {
    const reading = new Reading(name, FIRST_HOUR, HOURS);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const place = reading.reserve(piece.length);
      new Uint8Array(memory.buffer, place, piece.length).set(piece);
      reading.feed(piece.length);
    }
    const done = result(reading);
    reading.free();
    return done;
  },
});

serve({
  owned: way('owned', (reading) => reading.cells()),
  borrowed: way('borrowed', (reading) => reading.cells()),
  lean: way('lean', (reading) => reading.cells()),
  scan: way('scan', (reading) => Float64Array.of(reading.lines())),
});
