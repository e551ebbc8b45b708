// crossfilter2: objects, dimensions, a group by hour.

import crossfilter from 'crossfilter2';
import { MS_PER_HOUR, cellsFrom } from '../cells.mjs';
import { serve } from '../worker.mjs';

function objects(bytes) {
  const rows = [];
  for (const line of new TextDecoder().decode(bytes).trimEnd().split('\n')) {
    const { workflow_id: workflow, status, started_at: start, duration_ms: duration, tags } = JSON.parse(line);
    if (start !== null) rows.push({ workflow, status, hour: Math.floor(Date.parse(start) / MS_PER_HOUR), duration, tags });
  }
  return rows;
}

function grouped(filtered) {
  const change = (sign) => (cell, { status, duration }) => {
    cell.n += sign;
    if (status === 'completed') cell.completed += sign;
    else if (status === 'failed') cell.failed += sign;
    if (duration !== null) {
      cell.timed += sign;
      cell.duration += sign * duration;
    }
    return cell;
  };
  return filtered
    .dimension((row) => row.hour)
    .group()
    .reduce(change(1), change(-1), () => ({ n: 0, completed: 0, failed: 0, timed: 0, duration: 0 }));
}

const cellsOf = (group) => cellsFrom(group.all().map(({ key, value: { n, completed, failed, timed, duration } }) => [key, n, completed, failed, duration / timed]));

serve({
  ndjson: {
    run: (bytes) => cellsOf(grouped(crossfilter(objects(bytes)))),
    hold(bytes) {
      const filtered = crossfilter(objects(bytes));
      this.group = grouped(filtered);
      this.dimensions = {
        workflow: filtered.dimension((row) => row.workflow),
        status: filtered.dimension((row) => row.status),
        tag: filtered.dimension((row) => row.tags, true),
      };
      return { rows: filtered.size() };
    },
    filter(wanted) {
      for (const [name, dimension] of Object.entries(this.dimensions)) {
        if (wanted[name] !== undefined) dimension.filterExact(wanted[name]);
        else if (dimension.hasCurrentFilter()) dimension.filterAll();
      }
      return cellsOf(this.group);
    },
  },
});
