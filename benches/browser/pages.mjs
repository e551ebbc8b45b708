// The two parts whose every measurement is a page of its own: cold starts and drawings.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { FROM, TO } from './cells.mjs';

const COLD = [
  { name: 'engine', bundle: 'package', form: 'ndjson' },
  { name: 'JS loop', bundle: 'plain', peer: 'loop', form: 'ndjson' },
  { name: 'crossfilter2', bundle: 'crossfilter', peer: 'ndjson', form: 'ndjson' },
  { name: 'arquero', bundle: 'arquero', peer: 'csv', form: 'csv' },
  { name: 'sql.js', bundle: 'sqljs', peer: 'ndjson', form: 'ndjson' },
  { name: 'Perspective', bundle: 'perspective', peer: 'arrow', form: 'arrow' },
  { name: 'DuckDB-wasm', bundle: 'duckdb', peer: 'csv', form: 'csv' },
];
const DRAWERS = [
  { name: 'engine', bundle: 'engine', kinds: ['hours', 'days'] },
  { name: 'engine, nodes alone', bundle: 'engine-nodes', kinds: ['hours', 'days'] },
  { name: 'd3 join', bundle: 'd3', kinds: ['hours', 'days'] },
  { name: 'Observable Plot', bundle: 'plot', kinds: ['hours', 'days'] },
  { name: 'cal-heatmap', bundle: 'cal-heatmap', kinds: ['hours', 'days'] },
  { name: 'react-calendar-heatmap', bundle: 'react-calendar-heatmap', kinds: ['days'] },
];
const LATER_TURNS = 8;
const VIEWPORT = { width: 1280, height: 800 };

const words = (error) => String(error.message ?? error).replace(/\s+/g, ' ').slice(0, 200);

/** Rounds over `entries`; one that fails is told to be absent and left out from then on. */
async function inTurn(part, entries, rounds, say, work) {
  const failed = new Set();
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of entries) {
      if (failed.has(entry)) continue;
      try {
        await work(entry, round);
      } catch (error) {
        failed.add(entry);
        say(`absent\t${part}\t${entry.name}\t${words(error)}`);
      }
    }
  }
}

/** Blank page → first result, in a new context each; and what each peer loads for it. */
export async function cold({ browser, server, rows, rounds, say }) {
  let expected;
  await inTurn('cold', COLD, rounds, say, async ({ name, bundle, peer, form }, round) => {
    const context = await browser.newContext({ viewport: VIEWPORT });
    try {
      const page = await context.newPage();
      server.forget();
      const query = new URLSearchParams({ bundle, peer: peer ?? '', address: `/data/rows-${rows}.${form}`, from: FROM, to: TO });
      await page.goto(`${server.origin}/cold.html?${query}`);
      const { ms, executions } = await page.evaluate(() => globalThis.outcome);
      expected ??= executions;
      if (executions !== expected) throw new Error(`${executions} executions, not ${expected}`);
      if (round === 0) {
        const files = server.served().filter((path) => !/\/(cold\.\w+|rows-\d+\.\w+)$/.test(path)).map((path) => readFileSync(path));
        say(`fact\tcold bytes ${name}\t${files.reduce((sum, file) => sum + file.length, 0)}`);
        say(`fact\tcold gzip ${name}\t${files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)}`);
        say(`same\tcold\t${name}`);
      }
      say(`time\tcold\t${name}\t${ms}`);
    } finally {
      await context.close();
    }
  });
}

/** Values → nodes that have been laid out. */
export async function drawing({ browser, server, rounds, say }) {
  for (const kind of ['hours', 'days']) {
    const entries = DRAWERS.filter(({ kinds }) => kinds.includes(kind));
    await inTurn(`drawing ${kind}`, entries, rounds, say, async ({ name, bundle }, round) => {
      const context = await browser.newContext({ viewport: VIEWPORT, timezoneId: 'UTC' });
      try {
        const page = await context.newPage();
        await page.goto(`${server.origin}/draw.html`);
        await page.waitForFunction(() => globalThis.draw !== undefined);
        const { first, later, nodes } = await page.evaluate(([it, what, turns]) => globalThis.draw(it, what, turns), [`draw-${bundle}`, kind, LATER_TURNS]);
        if (round === 0) {
          say(`fact\tnodes ${kind} ${name}\t${nodes}`);
          say(`same\tdrawing ${kind}\t${name} (it has drawn)`);
        }
        say(`time\tdrawing ${kind}, first\t${name}\t${first}`);
        for (const time of later) say(`time\tdrawing ${kind}, later\t${name}\t${time}`);
      } finally {
        await context.close();
      }
    });
  }
}
