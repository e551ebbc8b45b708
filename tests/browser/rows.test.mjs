// The runs of a cell, in the panel and by method: exactly those of the cell, with what only their source says of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { axeSource, blankPage, FLIGHTS, flights, newPage, newYork, redrawn, result, settled, withDemo } from './support.mjs';
import { readFileSync } from 'node:fs';

const demo = withDemo();

/** The dashboard with the flights in it, as a file of a kind. */
async function withFile(file, options) {
  const opened = await newPage(demo.browser, options);
  // The zone of a link to a file is that of the file.
  await opened.page.goto(`${demo.origin}/?file=flights&time_zone=America%2FNew_York`);
  await opened.page.setInputFiles('#file', file);
  await settled(opened.page, ['ready']);
  return opened;
}
const csv = () => ({ name: 'flights.csv.gz', mimeType: '', buffer: readFileSync(FLIGHTS) });
const ndjson = () => ({ name: 'flights.ndjson', mimeType: '', buffer: Buffer.from(flights().map((row) => `${JSON.stringify(row)}\n`).join('')) });
const panel = (page) => page.locator('execution-heatmap .panel');
const focused = (page) => page.evaluate(() => document.querySelector('execution-heatmap').shadowRoot.activeElement?.outerHTML ?? '');

/** The flights of an hour, failed first, then slowest, then earliest. */
function expected(date, hour) {
  const isFailed = ({ status }) => ['failed', 'timed_out'].includes(status);
  const of = flights().filter((row) => {
    const at = newYork(row.started_at);
    return at.date === date && at.hour === hour;
  });
  const duration = ({ duration_ms: ms }) => (ms === '' || ms === undefined ? -1 : Number(ms));
  return of.sort((a, b) => Number(isFailed(b)) - Number(isFailed(a)) || duration(b) - duration(a) || Date.parse(a.started_at) - Date.parse(b.started_at));
}

for (const [name, file] of [['CSV that is compressed', csv], ['NDJSON', ndjson]]) {
  test(`a cell's rows are exactly its executions: ${name}`, async () => {
    const { page, problems, requests, close } = await withFile(file());
    const before = requests.length;
    const { cells } = await result(page).then(async () => {
      await redrawn(page, () => page.evaluate(() => (document.querySelector('execution-heatmap').granularity = 'hourly')));
      return result(page);
    });
    const cell = cells.find(({ count, level }) => count > 60 && level === 1);
    const { rows, total } = await page.evaluate(async ({ date, hour }) => {
      const element = document.querySelector('execution-heatmap');
      const name = `${date}T${String(hour).padStart(2, '0')}`;
      const pages = [];
      for (let offset = 0; ; offset += 20) {
        const { rows, total } = await element.rowsAt(name, { offset, limit: 20 });
        pages.push(...rows);
        if (rows.length < 20) return { rows: pages, total };
      }
    }, cell);
    const wanted = expected(cell.date, cell.hour);
    assert.equal(total, cell.count);
    assert.equal(rows.length, wanted.length);
    assert.deepEqual(rows.map(({ status }) => status), wanted.map(({ status }) => status));
    assert.deepEqual(rows.map(({ duration_ms: ms }) => ms ?? -1), wanted.map(({ duration_ms: ms }) => (ms === '' ? -1 : Number(ms))));
    assert.deepEqual(rows.map(({ id }) => id).sort(), wanted.map(({ id }) => id).sort());
    assert.deepEqual(rows.map(({ error }) => error ?? '').sort(), wanted.map(({ error }) => error ?? '').sort());
    assert.ok(rows.some(({ error }) => error), 'an error is told');
    assert.deepEqual(requests.slice(before), [], 'no other request was made');
    assert.deepEqual(problems, []);
    await close();
  });
}

test('Enter opens the runs of a cell, more are shown on request, and Escape goes back to it', async () => {
  const { page, problems, close } = await withFile(ndjson());
  await redrawn(page, () => page.click('#granularity [value=hourly]'));
  const { cells } = await result(page);
  const cell = cells.find(({ count, level }) => count > 60 && level === 1);
  const name = `${cell.date}T${String(cell.hour).padStart(2, '0')}`;
  await page.evaluate((name) => document.querySelector('execution-heatmap').focusCell(name), name);
  await page.keyboard.press('Enter');
  await panel(page).locator('tbody tr').first().waitFor();
  assert.match(await focused(page), /panel-heading/);
  assert.match(page.url(), new RegExp(`cell=${name}`));
  assert.equal(await panel(page).locator('tbody tr').count(), 50);
  assert.match(await panel(page).locator('.foot').textContent(), new RegExp(`^Failed runs first\\. 50 of ${cell.count} runs shown\\. Show ${Math.min(50, cell.count - 50)} more$`));
  assert.deepEqual(await panel(page).locator('thead th').allTextContents(), ['Started', 'Workflow', 'Status', 'Duration', 'Error']);
  const [first] = expected(cell.date, cell.hour);
  const shown = await panel(page).locator('tbody tr').first().textContent();
  assert.ok(shown.includes(first.workflow) && shown.includes(first.error) && shown.includes(` ${first.id}`), shown);
  await panel(page).getByRole('button', { name: /^Show \d+ more$/ }).click();
  await page.waitForFunction((count) => document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('.panel tbody tr').length === count, Math.min(100, cell.count));
  assert.match(await focused(page), /^<tr/);
  await page.keyboard.press('Escape');
  assert.equal(await panel(page).isVisible(), false);
  assert.match(await focused(page), /^<td/);
  assert.doesNotMatch(page.url(), /cell=/);
  // A link with the cell opens it; going back closes it.
  await page.keyboard.press('Enter');
  await panel(page).locator('tbody tr').first().waitFor();
  await page.goBack();
  await page.waitForFunction(() => !document.querySelector('execution-heatmap').shadowRoot.querySelector('.panel').open);
  assert.deepEqual(problems, []);
  await close();
});

test('a click opens them too, under other filters they are others, and a listener may prevent it', async () => {
  const { page, close } = await withFile(ndjson());
  await redrawn(page, () => page.click('#granularity [value=hourly]'));
  const place = async () => page.evaluate(() => {
    const element = document.querySelector('execution-heatmap');
    const cell = element.view.cells.executions.findIndex((count, i) => count > 20 && element.view.cells.failed[i] > 2);
    const box = element.shadowRoot.querySelector(`.grid td[data-cell="${cell}"]`)?.getBoundingClientRect();
    return box && { cell, x: box.x + box.width / 2, y: box.y + box.height / 2, count: element.view.cells.executions[cell], failed: element.view.cells.failed[cell] };
  });
  let at;
  for (let tries = 0; !(at = await place()) && tries < 100; tries += 1) await page.waitForTimeout(50);
  await page.mouse.click(at.x, at.y);
  await panel(page).locator('tbody tr').first().waitFor();
  assert.match(await panel(page).locator('.foot').textContent(), new RegExp(`of ${at.count} runs shown`));
  await redrawn(page, () => page.evaluate(() => (document.querySelector('execution-heatmap').status = ['failed'])));
  await page.waitForFunction((failed) => document.querySelector('execution-heatmap').shadowRoot.querySelector('.panel .foot')?.textContent.includes(`of ${failed} run`), at.failed);
  const detail = await page.evaluate(async (cell) => {
    const element = document.querySelector('execution-heatmap');
    element.cell = undefined;
    let detail;
    element.addEventListener('heatmap-open', (event) => {
      event.preventDefault();
      detail = event.detail;
    }, { once: true });
    element.shadowRoot.querySelector(`.grid td[data-cell="${cell}"]`).focus();
    element.shadowRoot.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
    const { total } = await detail.rows({ limit: 1 });
    return { count: detail.count, total, open: element.shadowRoot.querySelector('.panel').open };
  }, at.cell);
  assert.deepEqual(detail, { count: at.failed, total: at.failed, open: false });
  await close();
});

test('rows of a stream keep their errors, and of several files each knows its own', async () => {
  const { page, close } = await blankPage(demo.browser, demo.origin);
  const seen = await page.evaluate(async () => {
    const { HeatmapClient } = await import('/pkg/client.js');
    const line = (id, error) => `${JSON.stringify({ id, status: 'failed', started_at: '2026-02-02T00:10:00Z', error })}\n`;
    const text = Array.from({ length: 30 }, (_, i) => line(`s${i}`, `error ${i}\nsecond line`)).join('');
    const client = new HeatmapClient();
    const read = async (source, options) => {
      await client.load(source, options);
      const view = await client.view({ granularity: 'hourly' });
      const cell = view.cells.executions.findIndex((count) => count > 0);
      const { rows, total } = await view.rowsAt(cell, { offset: 0, limit: 1000 });
      return { total, texts: rows.map(({ id, error }) => `${id}: ${error}`).sort() };
    };
    const stream = await read(new Blob([text]).stream());
    const gzip = await read(await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob());
    const long = line('long', 'x'.repeat(200_000));
    const csv = 'id,error,status,started_at\n7,"of, csv",failed,2026-02-02T00:20:00Z\n8,,failed,2026-02-02T00:20:01Z\n';
    const several = await read([new Blob([text.slice(0, text.indexOf('\n') + 1)]), new Blob([csv]), new Blob(['\n\n', long])]);
    // One that is cut into stretches.
    const filler = `${JSON.stringify({ status: 'completed', started_at: '2026-02-02T05:00:00Z' })}\n`.repeat(200_000);
    const big = await read(new Blob([line('first', 'at the beginning'), filler, line('middle', 'in between'), filler, line('last', 'at the end')]), { workers: 2 });
    client.close();
    return { stream, gzip, several: { ...several, texts: several.texts.map((text) => text.slice(0, 20)) }, big };
  });
  const wanted = Array.from({ length: 30 }, (_, i) => `s${i}: error ${i}\nsecond line`).sort();
  assert.deepEqual(seen.stream, { total: 30, texts: wanted });
  assert.deepEqual(seen.gzip, { total: 30, texts: wanted });
  assert.deepEqual(seen.several, { total: 4, texts: ['7: of, csv', '8: null', `long: ${'x'.repeat(14)}`, 's0: error 0\nsecond l'] });
  assert.deepEqual(seen.big, { total: 3, texts: ['first: at the beginning', 'last: at the end', 'middle: in between'] });
  await close();
});

for (const [name, options] of [['wide', {}], ['narrow', { viewport: { width: 390, height: 844 } }], ['dark', { colorScheme: 'dark' }]]) {
  test(`axe-core finds nothing in an open panel: ${name}`, async () => {
    const { page, close } = await withFile(ndjson(), { bypassCSP: true, ...options });
    await page.evaluate(() => {
      const element = document.querySelector('execution-heatmap');
      element.cell = element.view.dates[element.view.cells.failed.findIndex((failed) => failed > 60)];
    });
    await panel(page).locator('tbody tr').first().waitFor();
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`);
    });
    assert.deepEqual(violations, []);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(sideways, 0);
    await close();
  });
}

test('names and errors of rows are text and nothing else', async () => {
  const hostile = '<img src=x onerror=console.log("HACKED")>';
  const row = JSON.stringify({ id: hostile, workflow_id: hostile, workflow: hostile, status: hostile, started_at: '2026-02-02T00:00:00Z', error: `${hostile}\n${hostile.repeat(9)}` });
  const { page, problems, close } = await withFile({ name: 'hostile.ndjson.gz', mimeType: '', buffer: gzipSync(`${row}\n`) });
  await page.evaluate(() => (document.querySelector('execution-heatmap').cell = document.querySelector('execution-heatmap').result.cells[0].hour === undefined ? document.querySelector('execution-heatmap').view.dates.at(-1) : `${document.querySelector('execution-heatmap').result.cells[0].date}T${String(document.querySelector('execution-heatmap').result.cells[0].hour).padStart(2, '0')}`));
  await panel(page).locator('tbody tr').first().waitFor();
  await panel(page).locator('.error summary').click();
  assert.ok((await panel(page).locator('pre').textContent()).startsWith(hostile));
  assert.equal(await page.evaluate(() => document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('img').length), 0);
  assert.deepEqual(problems, []);
  await close();
});

test('rows of forms that cannot be read again row by row keep their texts', async () => {
  const { page, close } = await blankPage(demo.browser, demo.origin);
  // Six failed rows, each with an error: from `0` with "err 0" to `5`.
  const arrow = '/////3gBAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAYAAAAgAQAA5AAAALQAAACIAAAATAAAAAQAAAAI////AAABChAAAAAkAAAABAAAAAAAAAAKAAAAc3RhcnRlZF9hdAAACAAMAAYACAAIAAAAAAABAAQAAAADAAAAVVRDAEz///8AAAECEAAAACAAAAAEAAAAAAAAAAcAAABhdHRlbXB0AAgADAAIAAcACAAAAAAAAAFAAAAAhP///wAAAQUQAAAAGAAAAAQAAAAAAAAABQAAAGVycm9yAAAAeP///6z///8AAAEFEAAAABwAAAAEAAAAAAAAAAgAAAB3b3JrZmxvdwAAAACk////2P///wAAAQUQAAAAGAAAAAQAAAAAAAAABgAAAHN0YXR1cwAAzP///xAAFAAIAAYABwAMAAAAEAAQAAAAAAABBRAAAAAYAAAABAAAAAAAAAACAAAAaWQAAAQABAAEAAAA/////7gBAAAUAAAAAAAAAAwAFgAGAAUACAAMAAwAAAAAAwQAGAAAADgBAAAAAAAAAAAKABgADAAEAAgACgAAABwBAAAQAAAABgAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABwAAAAAAAAAIAAAAAAAAAAGAAAAAAAAACgAAAAAAAAAAAAAAAAAAAAoAAAAAAAAABwAAAAAAAAASAAAAAAAAAAkAAAAAAAAAHAAAAAAAAAAAAAAAAAAAABwAAAAAAAAABwAAAAAAAAAkAAAAAAAAAAGAAAAAAAAAJgAAAAAAAAAAAAAAAAAAACYAAAAAAAAABwAAAAAAAAAuAAAAAAAAAAeAAAAAAAAANgAAAAAAAAAAAAAAAAAAADYAAAAAAAAADAAAAAAAAAACAEAAAAAAAAAAAAAAAAAAAgBAAAAAAAAMAAAAAAAAAAAAAAABgAAAAYAAAAAAAAAAAAAAAAAAAAGAAAAAAAAAAAAAAAAAAAABgAAAAAAAAAAAAAAAAAAAAYAAAAAAAAAAAAAAAAAAAAGAAAAAAAAAAAAAAAAAAAABgAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAgAAAAMAAAAEAAAABQAAAAYAAAAAAAAAMDEyMzQ1AAAAAAAABgAAAAwAAAASAAAAGAAAAB4AAAAkAAAAAAAAAGZhaWxlZGZhaWxlZGZhaWxlZGZhaWxlZGZhaWxlZGZhaWxlZAAAAAAAAAAAAQAAAAIAAAADAAAABAAAAAUAAAAGAAAAAAAAAHd3d3d3dwAAAAAAAAUAAAAKAAAADwAAABQAAAAZAAAAHgAAAAAAAABlcnIgMGVyciAxZXJyIDJlcnIgM2VyciA0ZXJyIDUAAAEAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAEAAAAAAAAAAwAAAAAAAAABAAAAAAAAAACo2nabAQAAYJLbdpsBAADAfNx2mwEAACBn3XabAQAAgFHedpsBAADgO992mwEAAP////8AAAAA';
  const seen = await page.evaluate(async (arrow) => {
    const { HeatmapClient } = await import('/pkg/client.js');
    const client = new HeatmapClient();
    const read = async (source, options) => {
      await client.load(source, options);
      const view = await client.view({ granularity: 'hourly' });
      const cell = view.cells.executions.findIndex((count) => count > 0);
      const { rows } = await view.rowsAt(cell, { offset: 0, limit: 1000 });
      return rows.map(({ id, error }) => `${id}: ${error}`).sort();
    };
    const bytes = Uint8Array.from(atob(arrow), (character) => character.charCodeAt(0));
    const swf = '; UnixStartTime: 1000000000\n1 0 5 60 1 -1 -1 4 -1 -1 1 4 2 3 1 -1 -1 -1\n2 9 5 60 1 -1 -1 4 -1 -1 0 4 2 3 1 -1 -1 -1\n';
    const event = (id, what, at, more) => `${JSON.stringify({
      context: { specversion: '0.4', id: `${id}${what}`, source: '/ci', type: `dev.cdevents.pipelinerun.${what}.0.2.0`, timestamp: `2026-02-12T04:${at}Z` },
      subject: { id, type: 'pipelineRun', content: { pipelineName: 'build', ...more } },
    })}\n`;
    const events = ['r1', 'r2'].map((id) => event(id, 'started', '30:00') + event(id, 'finished', '31:00', { outcome: 'failure', errors: `broke ${id}` })).join('');
    const json = JSON.stringify({ data: [{ id: 'j1', status: 'failed', started_at: '2026-01-01T00:10:00Z', error: 'in a document' }] });
    const found = { arrow: await read(new Blob([bytes])), swf: await read(new Blob([swf])), events: await read(new Blob([events])), json: await read(new Blob([json])) };
    const mixed = await read([new Blob([bytes]), new Blob([json])]);
    client.close();
    return { ...found, mixed };
  }, arrow);
  const six = Array.from({ length: 6 }, (_, i) => `${i}: err ${i}`);
  assert.deepEqual(seen, {
    arrow: six, swf: ['1: null', '2: null'], events: ['/ci r1: broke r1', '/ci r2: broke r2'], json: ['j1: in a document'],
    mixed: [...six, 'j1: in a document'],
  });
  await close();
});
