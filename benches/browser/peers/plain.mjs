// What one writes in an afternoon: lines, JSON.parse, a Map. And its parts, and the same for CSV.

import { FIRST_HOUR, HOURS, MS_PER_HOUR, cellsFrom } from '../cells.mjs';
import { COMPLETED, FAILED, typedColumns } from '../columns.mjs';
import { serve } from '../worker.mjs';

const PIECE_BYTES = 1 << 20;

function* pieces(bytes) {
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
  }
  yield decoder.decode();
}

function* batches(bytes) {
  let rest = '';
  for (const piece of pieces(bytes)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    yield lines;
  }
  if (rest !== '') yield [rest];
}

class Hours {
  #hours = new Map();

  add(start, status, duration) {
    const hour = Math.floor(start / MS_PER_HOUR);
    let cell = this.#hours.get(hour);
    if (cell === undefined) this.#hours.set(hour, cell = { executions: 0, completed: 0, failed: 0, timed: 0, duration: 0 });
    cell.executions += 1;
    if (status === 'completed') cell.completed += 1;
    else if (status === 'failed') cell.failed += 1;
    if (duration !== null) {
      cell.timed += 1;
      cell.duration += duration;
    }
  }

  cells() {
    return cellsFrom([...this.#hours].map(([hour, { executions, completed, failed, timed, duration }]) => [hour, executions, completed, failed, duration / timed]));
  }
}

const loop = {
  run(bytes) {
    const hours = new Hours();
    for (const lines of batches(bytes)) {
      for (const line of lines) {
        const row = JSON.parse(line);
        if (row.started_at !== null) hours.add(Date.parse(row.started_at), row.status, row.duration_ms);
      }
    }
    return hours.cells();
  },
};

/** One JSON.parse for all lines of a piece, put together into an array. */
const joined = {
  run(bytes) {
    const hours = new Hours();
    for (const lines of batches(bytes)) {
      for (const row of JSON.parse(`[${lines.join(',')}]`)) {
        if (row.started_at !== null) hours.add(Date.parse(row.started_at), row.status, row.duration_ms);
      }
    }
    return hours.cells();
  },
};

/** A reader of CSV by RFC 4180; only lines with a quote are looked at character by character. */
function csv(bytes) {
  const hours = new Hours();
  let place;
  let pending = '';
  const record = (fields) => {
    if (place === undefined) {
      place = { start: fields.indexOf('started_at'), status: fields.indexOf('status'), duration: fields.indexOf('duration_ms') };
      return;
    }
    const start = fields[place.start];
    const duration = fields[place.duration];
    if (start !== '') hours.add(Date.parse(start), fields[place.status], duration === '' ? null : Number(duration));
  };
  for (const lines of batches(bytes)) {
    for (const line of lines) {
      if (pending === '' && !line.includes('"')) {
        record(line.split(','));
        continue;
      }
      pending = pending === '' ? line : `${pending}\n${line}`;
      const fields = quoted(pending);
      if (fields === undefined) continue;
      pending = '';
      record(fields);
    }
  }
  return hours.cells();
}

/** The fields of a record with quotes, or undefined if it goes on in the next line. */
function quoted(text) {
  const fields = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at);
      if (comma < 0) return [...fields, text.slice(at)];
      fields.push(text.slice(at, comma));
      at = comma + 1;
      continue;
    }
    let field = '';
    for (;;) {
      const quote = text.indexOf('"', at + 1);
      if (quote < 0) return undefined;
      field += text.slice(at + 1, quote);
      at = quote + 1;
      if (text[at] !== '"') break;
      field += '"';
    }
    fields.push(field);
    if (at >= text.length) return fields;
    at += 1;
  }
}

/** Lines and nothing more; gives their number. */
const split = {
  run(bytes) {
    let count = 0;
    for (const lines of batches(bytes)) count += lines.length;
    return Float64Array.of(count);
  },
};

/** Typed columns: the loop that one writes by hand over arrays that are there already. */
const columns = {
  take(bytes) {
    this.columns = typedColumns(bytes);
  },
  run() {
    const { starts, statuses, durations } = this.columns;
    const [executions, completed, failed, timed] = Array.from({ length: 4 }, () => new Int32Array(HOURS));
    const sums = new Float64Array(HOURS);
    for (let row = 0; row < starts.length; row += 1) {
      const place = Math.floor(starts[row] / MS_PER_HOUR) - FIRST_HOUR;
      executions[place] += 1;
      if (statuses[row] === COMPLETED) completed[place] += 1;
      else if (statuses[row] === FAILED) failed[place] += 1;
      const duration = durations[row];
      if (!Number.isNaN(duration)) {
        timed[place] += 1;
        sums[place] += duration;
      }
    }
    return cellsFrom(Array.from(executions, (n, place) => [FIRST_HOUR + place, n, completed[place], failed[place], sums[place] / timed[place]]));
  },
};

serve({ loop, joined, csv: { run: csv }, split, columns });
