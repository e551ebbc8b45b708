// DuckDB-wasm, the exceptions build, driven without its own worker: this is one already.

import { BROWSER_RUNTIME, ConsoleLogger, LogLevel, createDuckDB } from 'duckdb-blocking';
import { MS_PER_HOUR, cellsFrom } from '../cells.mjs';
import { serve } from '../worker.mjs';

const BUNDLES = {
  mvp: { mainModule: '/duckdb/duckdb-mvp.wasm', mainWorker: '' },
  eh: { mainModule: '/duckdb/duckdb-eh.wasm', mainWorker: '' },
};
const CSV = "read_csv('rows.csv', header = true, types = {started_at: 'TIMESTAMP', tags: 'VARCHAR', error: 'VARCHAR'})";

let database;
let connection;

async function start() {
  database = await createDuckDB(BUNDLES, new ConsoleLogger(LogLevel.WARNING), BROWSER_RUNTIME);
  await database.instantiate(() => {});
  connection = database.connect();
}

function query(source, where = 'started_at IS NOT NULL') {
  const table = connection.query(`
    SELECT (epoch_ms(started_at) // ${MS_PER_HOUR})::INTEGER AS hour, count(*)::DOUBLE AS n,
           (count(*) FILTER (status = 'completed'))::DOUBLE AS completed,
           (count(*) FILTER (status = 'failed'))::DOUBLE AS failed, avg(duration_ms)::DOUBLE AS mean
    FROM ${source} WHERE ${where} GROUP BY hour`);
  const [hour, n, completed, failed, mean] = ['hour', 'n', 'completed', 'failed', 'mean'].map((name) => table.getChild(name));
  return cellsFrom(Array.from({ length: table.numRows }, (_, row) => [hour.get(row), n.get(row), completed.get(row), failed.get(row), mean.get(row)]));
}

function withFile(name, bytes, work) {
  database.registerFileBuffer(name, bytes);
  try {
    return work();
  } finally {
    database.dropFile(name);
  }
}

const csv = {
  start,
  // Registering takes the buffer as it is; DuckDB copies what it reads into its memory.
  run: (bytes) => withFile('rows.csv', bytes, () => query(CSV)),
  hold(bytes, copies) {
    withFile('rows.csv', bytes, () => connection.query(`
      CREATE TABLE once AS SELECT workflow_id, status, started_at, duration_ms, string_split(coalesce(tags, ''), '|') AS tags FROM ${CSV}`));
    connection.query(`CREATE TABLE held AS SELECT once.* FROM once, range(${copies})`);
    connection.query('DROP TABLE once');
    return { rows: Number(connection.query('SELECT count(*)::DOUBLE AS n FROM held').getChild('n').get(0)) };
  },
  filter({ workflow, status, tag }) {
    const conditions = ['started_at IS NOT NULL'];
    if (workflow) conditions.push(`workflow_id = '${workflow}'`);
    if (status) conditions.push(`status = '${status}'`);
    if (tag) conditions.push(`list_contains(tags, '${tag}')`);
    return query('held', conditions.join(' AND '));
  },
};

const arrow = {
  start,
  run(bytes) {
    connection.insertArrowFromIPCStream(bytes, { name: 'arrow_rows', create: true });
    const cells = query('arrow_rows');
    connection.query('DROP TABLE arrow_rows');
    return cells;
  },
};

/** A JSON array made in JavaScript: the only way without an extension that is fetched from DuckDB's own host. */
const array = {
  start,
  run(bytes) {
    const rows = new TextDecoder().decode(bytes).trimEnd().split('\n').map((line) => {
      const { status, started_at: start, duration_ms: duration } = JSON.parse(line);
      return { status, started_ms: start === null ? null : Date.parse(start), duration_ms: duration };
    });
    database.registerFileText('rows.json', JSON.stringify(rows));
    try {
      connection.insertJSONFromPath('rows.json', { name: 'json_rows' });
    } finally {
      database.dropFile('rows.json');
    }
    const cells = query('(SELECT make_timestamp((started_ms * 1000)::BIGINT) AS started_at, status, duration_ms FROM json_rows WHERE started_ms IS NOT NULL)');
    connection.query('DROP TABLE json_rows');
    return cells;
  },
};

serve({ csv, arrow, array });
