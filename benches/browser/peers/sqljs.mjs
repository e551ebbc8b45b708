// SQLite compiled to WebAssembly (sql.js): an insert a row, then a query.

import initSqlJs from 'sql.js/dist/sql-wasm-browser.js';
import { MS_PER_HOUR, cellsFrom } from '../cells.mjs';
import { serve } from '../worker.mjs';

serve({
  ndjson: {
    async start() {
      this.sql = await initSqlJs({ locateFile: () => '/sqljs/sql-wasm-browser.wasm' });
    },
    run(bytes) {
      const database = new this.sql.Database();
      database.run('CREATE TABLE executions (status TEXT, started_ms INTEGER, duration_ms INTEGER); BEGIN');
      const insert = database.prepare('INSERT INTO executions VALUES (?, ?, ?)');
      for (const line of new TextDecoder().decode(bytes).trimEnd().split('\n')) {
        const { status, started_at: start, duration_ms: duration } = JSON.parse(line);
        insert.run([status, start === null ? null : Date.parse(start), duration]);
      }
      insert.free();
      const [{ values }] = database.exec(`COMMIT;
        SELECT started_ms / ${MS_PER_HOUR} AS hour, count(*), sum(status = 'completed'), sum(status = 'failed'), avg(duration_ms)
        FROM executions WHERE started_ms IS NOT NULL GROUP BY hour`);
      database.close();
      return cellsFrom(values);
    },
  },
});
