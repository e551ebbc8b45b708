// Static files from several folders, uncompressed, never cached, isolated from other origins so that clocks are fine.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };

/** Serves `folders` (prefix → folder) on a free port of the loopback; gives origin, `stop`, and which files it `served`. */
export async function serveFolders(folders) {
  const served = new Set();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://bench');
    const prefix = Object.keys(folders).find((name) => pathname.startsWith(name));
    const path = prefix && join(folders[prefix], normalize(pathname.slice(prefix.length - 1)));
    const found = path && statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) return response.writeHead(404).end();
    served.add(path);
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-length': found.size,
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    served: () => [...served],
    forget: () => served.clear(),
    stop: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}
