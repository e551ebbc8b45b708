// One script a peer, minified, as a site would ship it. What comes from the package itself is left as it is published.

import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Bundles each of `entries` (name → source) on its own; one that cannot be bundled is told by `absent(name, why)`. */
export async function bundle(entries, output, modules, absent) {
  const { build } = createRequire(join(modules, '/'))('esbuild');
  for (const [name, source] of Object.entries(entries)) {
    try {
      await build({
        entryPoints: { [name]: source },
        outdir: output,
        bundle: true,
        format: 'esm',
        minify: true,
        external: ['/pkg/*', '/module/*', '/npm/*', 'fs', 'path', 'crypto'],
        nodePaths: [modules],
        // The package exports its build for use within a worker to Node.js alone.
        alias: { 'duckdb-blocking': join(modules, '@duckdb/duckdb-wasm/dist/duckdb-browser-blocking.mjs') },
        define: { 'process.env.NODE_ENV': '"production"' },
        logLevel: 'silent',
      });
    } catch (error) {
      absent(name, error.message.split('\n').slice(0, 3).join(' '));
    }
  }
}
