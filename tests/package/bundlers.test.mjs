// The package in pages that bundlers make, as a consumer builds them: with nothing configured, and opened in a browser.
// Each page reads lines, a JSON document, gzip, objects, columns and a big file: all that is loaded late is loaded.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const { EXECUTION_HEATMAP_NODE_MODULES: tools, EXECUTION_HEATMAP_BUNDLERS: bundlers, CHROMIUM } = process.env;
const { chromium } = createRequire(`${tools}/`)('playwright-core');
const esbuild = createRequire(`${tools}/`)('esbuild');
const resolved = createRequire(`${bundlers}/`).resolve;
const consumer = fileURLToPath(new URL('.', import.meta.url));
const installed = join(consumer, 'node_modules/execution-heatmap');

const PAGE = '<!doctype html><meta charset="utf-8"><title>page</title><execution-heatmap></execution-heatmap>';
const SCRIPT = `
import 'execution-heatmap/define';
import { HeatmapClient } from 'execution-heatmap';

const row = (hour, status) => ({ id: hour, status, started_at: '2026-02-16T' + hour + ':10:00Z' });
const ndjson = ['09', '10'].map((hour) => JSON.stringify(row(hour, 'failed')) + '\\n').join('');
const gzip = (text) => new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
async function counted(source, options) {
  const client = new HeatmapClient();
  try {
    await client.load(source, options);
    return (await client.view({ metric: 'volume' })).response.totals.executions;
  } finally {
    client.close();
  }
}
globalThis.outcome = (async () => {
  const element = document.querySelector('execution-heatmap');
  await element.load(new File([ndjson], 'a.ndjson'));
  return {
    element: element.result.totals.executions,
    lines: await counted(new Blob([ndjson])),
    document: await counted(new Blob([JSON.stringify([row('09', 'failed')])])),
    gzip: await counted(await gzip(ndjson)),
    objects: await counted([row('09', 'failed')]),
    columns: await counted({ columns: { status: ['failed'], started_at: ['2026-02-16T09:10:00Z'] } }),
    big: await counted(new Blob(Array.from({ length: 150000 }, () => ndjson)), { workers: 2 }),
  };
})();
`;
const EXPECTED = { element: 2, lines: 2, document: 1, gzip: 2, objects: 1, columns: 1, big: 300_000 };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

let browser;
let folder;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  // Within the consumer, so that bundlers find what it installed.
  folder = mkdtempSync(join(consumer, 'page-'));
  writeFileSync(join(folder, 'main.js'), SCRIPT);
  writeFileSync(join(folder, 'index.html'), `${PAGE}<script type="module" src="./main.js"></script>`);
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a page says that it counted. */
async function outcomeOf(address) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => response.status() >= 400 && !response.url().endsWith('/favicon.ico') && problems.push(`${response.status()} ${response.url()}`));
  try {
    await page.goto(address);
    await page.waitForFunction(() => globalThis.outcome, null, { timeout: 60_000 }).catch((error) => problems.push(String(error)));
    const outcome = await page.evaluate(() => globalThis.outcome?.catch((error) => String(error)));
    assert.deepEqual(problems, [], JSON.stringify(outcome));
    return outcome;
  } finally {
    await page.close();
  }
}

/** Opens a folder as a static server serves it. */
async function opened(root) {
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url, 'http://page').pathname.replace(/\/$/, '/index.html'));
    try {
      const bytes = readFileSync(path);
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await outcomeOf(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const vite = () => import(pathToFileURL(join(bundlers, 'vite/dist/node/index.js')));

test('Vite builds a page with nothing configured', async () => {
  const outDir = join(folder, 'vite');
  await (await vite()).build({ root: folder, configFile: false, logLevel: 'error', build: { outDir } });
  assert.deepEqual(await opened(outDir), EXPECTED);
});

test("Vite's development server serves a page with nothing configured", async () => {
  const pages = join(consumer, 'served');
  rmSync(pages, { recursive: true, force: true });
  // A project of its own, as most are: the package is installed where its manifest lies.
  mkdirSync(join(pages, 'node_modules/execution-heatmap'), { recursive: true });
  for (const name of readdirSync(installed)) copyFileSync(join(installed, name), join(pages, 'node_modules/execution-heatmap', name));
  writeFileSync(join(pages, 'package.json'), '{ "private": true, "type": "module" }');
  for (const name of ['main.js', 'index.html']) copyFileSync(join(folder, name), join(pages, name));
  const server = await (await vite()).createServer({ root: pages, configFile: false, logLevel: 'error', server: { host: '127.0.0.1', port: 0, ws: false, hmr: false } });
  try {
    await server.listen();
    assert.deepEqual(await outcomeOf(`http://127.0.0.1:${server.httpServer.address().port}/`), EXPECTED);
  } finally {
    await server.close();
    rmSync(pages, { recursive: true, force: true });
  }
});

test('webpack builds a page with nothing configured', async () => {
  const { default: webpack } = await import(pathToFileURL(resolved('webpack')));
  const path = join(folder, 'webpack');
  const stats = await new Promise((resolve, reject) => {
    webpack({ mode: 'production', context: folder, entry: './main.js', output: { path }, performance: { hints: false } }, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  assert.equal(stats.hasErrors(), false, stats.toString());
  writeFileSync(join(path, 'index.html'), `${PAGE}<script src="./main.js"></script>`);
  assert.deepEqual(await opened(path), EXPECTED);
});

test('esbuild builds a page, beside which the worker and the modules are copied', async () => {
  const outdir = join(folder, 'esbuild');
  await esbuild.build({ entryPoints: [join(folder, 'main.js')], bundle: true, format: 'esm', outdir, logLevel: 'error' });
  for (const name of readdirSync(installed)) {
    if (name === 'worker.bundle.js' || name.endsWith('.wasm')) copyFileSync(join(installed, name), join(outdir, name));
  }
  writeFileSync(join(outdir, 'index.html'), `${PAGE}<script type="module" src="./main.js"></script>`);
  assert.deepEqual(await opened(outdir), EXPECTED);
});

test('a page takes the files as they are', async () => {
  const root = join(folder, 'raw');
  mkdirSync(join(root, 'package'), { recursive: true });
  for (const name of readdirSync(installed)) copyFileSync(join(installed, name), join(root, 'package', name));
  copyFileSync(join(folder, 'main.js'), join(root, 'main.js'));
  const imports = { 'execution-heatmap': './package/client.js', 'execution-heatmap/define': './package/define.js' };
  writeFileSync(join(root, 'index.html'), `${PAGE}<script type="importmap">${JSON.stringify({ imports })}</script><script type="module" src="./main.js"></script>`);
  assert.deepEqual(await opened(root), EXPECTED);
});
