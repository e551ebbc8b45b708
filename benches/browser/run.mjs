// Drives the bench in the browser: `node run.mjs NAME=VALUE …`. Takes `parts` (separated by commas), folders (`sources`,
// `package`, `data`, `module`, `peers`, `tools`, `output`), `chromium`, `rows`, `smallRows`, `warmRows`, `copies`,
// `rounds`, `history` (a file of `data`) and `only`. Prints lines of words separated by tabs: `same PART PEER`, `absent PART PEER WHY`,
// `time PART PEER MILLISECONDS` and `processor PART PEER MILLISECONDS`, `fact NAME VALUE`.

import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { HOLDERS, READERS, REFERENCE } from './readers.mjs';
import { cold, drawing } from './pages.mjs';
import { processorClock } from './processor.mjs';
import { reports } from './reports.mjs';
import { serveFolders } from './server.mjs';

const options = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split(/=(.*)/s).slice(0, 2)));
const number = (name) => Number(options[name]);
const say = (line) => process.stdout.write(`${line}\n`);
const { chromium } = createRequire(join(options.tools, '/'))('playwright-core');

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--js-flags=--expose-gc',
];

const sourcesIn = (folder, prefix) => readdirSync(join(options.sources, folder))
  .map((name) => [prefix + name.replace('.mjs', ''), join(options.sources, folder, name)]);
const entries = Object.fromEntries([...sourcesIn('peers', ''), ...sourcesIn('drawers', 'draw-')]);
await bundle(entries, options.output, options.peers, (name, why) => say(`absent\tbundle\t${name}\tcannot be bundled: ${why}`));

const folders = {
  '/pkg/': options.package,
  '/data/': options.data,
  '/module/': options.module,
  '/bundle/': options.output,
  '/duckdb/': join(options.peers, '@duckdb/duckdb-wasm/dist'),
  '/sqljs/': join(options.peers, 'sql.js/dist'),
  '/npm/': options.peers,
  '/': options.sources,
};
const server = await serveFolders(folders);
const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS });
const processor = await processorClock(browser);
say(`fact\tChromium\t${browser.version()}`);

const isWanted = ({ name }) => name === REFERENCE || name.includes(options.only ?? '');

/** One part, or a piece of one, in a page of its own, which ends with it. */
async function inPage(name, argument) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && process.stderr.write(`${message.text()}\n`));
  await page.exposeFunction('report', say);
  await page.exposeFunction('processor', processor);
  await page.goto(`${server.origin}/page.html`);
  await page.waitForFunction(() => globalThis.reading !== undefined);
  try {
    return await page.evaluate(([call, rest]) => globalThis[call](rest), [name, argument]);
  } finally {
    await context.close();
  }
}

const small = { warmRows: number('warmRows'), reference: REFERENCE, rows: number('smallRows'), rounds: number('rounds') };
const parts = {
  small: () => inPage('reading', { ...small, part: 'reading small', entries: READERS.filter(isWanted) }),
  large: () => inPage('reading', { ...small, part: 'reading large', rows: number('rows'), entries: READERS.filter(({ large }) => large).filter(isWanted) }),
  filters: () => inPage('filters', { part: 'filters small', rows: number('rows'), copies: 1, rounds: number('rounds'), entries: HOLDERS }),
  held: () => inPage('filters', {
    part: 'filters large', rows: number('rows'), copies: number('copies'), rounds: number('rounds'),
    entries: HOLDERS.filter(({ millions }) => millions > 1),
  }),
  async workers() {
    const some = { part: 'workers', rows: number('rows'), rounds: number('rounds') };
    await inPage('halves', { ...some, entry: READERS[0] });
    // The part of the package that has several workers read a file.
    const { ok } = await fetch(`${server.origin}/pkg/pool.js`);
    if (ok) await inPage('workers', some);
    else say('absent\tworkers\tload() with two workers\tnot built yet');
  },
  reports: () => reports({ part: 'reports', inPage, file: options.history, rounds: number('rounds'), say }),
  cold: () => cold({ browser, server, rows: number('warmRows'), rounds: number('rounds'), say }),
  drawing: () => drawing({ browser, server, rounds: number('rounds') + 3, say }),
};
try {
  for (const part of options.parts.split(',')) await parts[part]();
} finally {
  await browser.close();
  await server.stop();
}
