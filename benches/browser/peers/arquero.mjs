// Arquero, from each form that it reads.

import { escape, fromArrow, fromCSV, fromJSON, op, table } from 'arquero';
import { MS_PER_HOUR, cellsFrom } from '../cells.mjs';
import { serve } from '../worker.mjs';

function count(rows) {
  const counted = rows
    .filter((row) => row.started_at !== null)
    .derive({ hour: escape((row) => Math.floor(Number(row.started_at) / MS_PER_HOUR)) })
    .groupby('hour')
    .rollup({
      n: op.count(),
      completed: (row) => op.sum(row.status === 'completed'),
      failed: (row) => op.sum(row.status === 'failed'),
      mean: (row) => op.mean(row.duration_ms),
    });
  return cellsFrom(counted.objects().map(({ hour, n, completed, failed, mean }) => [hour, n, completed, failed, mean]));
}

const text = (bytes) => new TextDecoder().decode(bytes);
const instant = (value) => (value === '' || value === null ? null : Date.parse(value));

serve({
  arrow: { run: (bytes) => count(fromArrow(bytes)) },
  csv: {
    run: (bytes) => count(fromCSV(text(bytes), {
      autoType: false,
      parse: { started_at: instant, duration_ms: (value) => (value === '' || value === null ? null : Number(value)) },
    })),
  },
  ndjson: {
    run(bytes) {
      const [status, started_at, duration_ms] = [[], [], []];
      for (const line of text(bytes).trimEnd().split('\n')) {
        const row = JSON.parse(line);
        status.push(row.status);
        started_at.push(row.started_at === null ? null : Date.parse(row.started_at));
        duration_ms.push(row.duration_ms);
      }
      return count(table({ status, started_at, duration_ms }));
    },
  },
});
