// Perspective, from its own build for the web: a table, a view grouped by hour.

import { MS_PER_HOUR, cellsFrom } from '../cells.mjs';
import { serve } from '../worker.mjs';

const VIEW = {
  group_by: ['hour'],
  columns: ['status', 'completed', 'failed', 'duration_ms'],
  aggregates: { status: 'count', completed: 'sum', failed: 'sum', duration_ms: 'avg' },
  filter: [['started_at', 'is not null', null]],
  expressions: {
    hour: `bucket("started_at", 'h')`,
    completed: `if ("status" == 'completed') 1; else 0;`,
    failed: `if ("status" == 'failed') 1; else 0;`,
  },
};

const reader = (source) => ({
  async start() {
    // It asks the page's elements for its modules first; in a worker there are none.
    globalThis.customElements ??= { get: () => undefined };
    const { default: perspective } = await import('/npm/@perspective-dev/client/dist/cdn/perspective.js');
    perspective.init_client(fetch('/npm/@perspective-dev/client/dist/wasm/perspective-js.wasm'));
    perspective.init_server(fetch('/npm/@perspective-dev/server/dist/wasm/perspective-server.wasm'));
    this.client = await perspective.worker();
  },
  async run(bytes) {
    const table = await this.client.table(source(bytes));
    const view = await table.view(VIEW);
    const { __ROW_PATH__: paths, ...columns } = await view.to_columns();
    await view.delete();
    await table.delete();
    // The first path is that of all rows together.
    return cellsFrom(paths.flatMap((path, at) => (path.length === 0 ? [] : [[
      Math.floor(Number(path[0]) / MS_PER_HOUR), columns.status[at], columns.completed[at], columns.failed[at], columns.duration_ms[at],
    ]])));
  },
});

serve({ arrow: reader((bytes) => bytes.slice().buffer), csv: reader((bytes) => new TextDecoder().decode(bytes)) });
