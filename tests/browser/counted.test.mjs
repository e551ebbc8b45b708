// Rows that are counted as they come and not kept: views by start are those of kept rows, single rows are refused in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankPage, withDemo } from './support.mjs';

const demo = withDemo();

/** A page in which rows of three months are made, and `answers(source, options)` is what every view of a load says. */
async function opened() {
  const it = await blankPage(demo.browser, demo.origin);
  await it.page.evaluate(async () => {
    const { HeatmapClient } = await import('/pkg/client.js');
    const statuses = ['completed', 'completed', 'completed', 'failed', 'timed_out', 'exploded'];
    const row = (i) => ({
      id: i, workflow_id: `w${i % 37}`, workflow: `Workflow ${i % 37}`, status: statuses[(i * 7) % 11] ?? 'completed',
      started_at: new Date(Date.UTC(2026, 1, 2) + ((i * 7919) % 7_800_000) * 1000).toISOString(), duration_ms: (i * 31) % 90_000,
      tags: i % 3 === 0 ? ['eu', 'nightly'] : [],
    });
    const rows = (from, until) => Array.from({ length: until - from }, (_, i) => row(from + i));
    const ndjson = (from, until) => new Blob([rows(from, until).map((row) => `${JSON.stringify(row)}\n`).join(''), 'not json\n']);
    const fields = (row) => Object.values({ ...row, tags: row.tags.join('|') }).join(',');
    const csv = (from, until) => new Blob([`${Object.keys(row(0)).join(',')}\n`, rows(from, until).map((row) => `${fields(row)}\n`).join('')]);
    const queries = [
      ...['success_rate', 'volume', 'duration', 'error_count', 'p95_duration', 'max_duration'].map((metric) => ({ metric, time_zone: 'Asia/Kathmandu', granularity: 'hourly' })),
      { time_zone: 'America/New_York', workflow_id: ['w3', 'w4'] }, { time_zone: 'UTC', status: ['!completed'] }, { time_zone: 'UTC', tag: ['eu'], days: 30 },
    ];
    const answers = async (source, options) => {
      const client = new HeatmapClient();
      await client.load(source, { deduplicate: false, ...options });
      const views = [];
      for (const query of queries) {
        const view = await client.view(query);
        // What only was counted ran from the middle of its quarter of an hour on: how many run at a time is an estimate.
        const text = view.json().replace(/"rows were counted and not kept: [^"]*",?/, '').replace(/"advice":\[.*\],"notices"/, '"notices"');
        const quiet = view.response.advice.map(({ window, evidence, cells }) => [window, evidence.executions_inside, evidence.hours_inside, cells]);
        views.push(text, JSON.stringify([view.workflows, view.tags, quiet]));
      }
      client.close();
      return views;
    };
    Object.assign(globalThis, { HeatmapClient, rows, ndjson, csv, answers });
  });
  return it;
}

for (const [name, make, workers] of [
  ['a file', () => ndjson(0, 20_000), 1],
  ['a stream', () => csv(0, 20_000).stream(), 1],
  ['rows of a program', () => rows(0, 5000), 1],
  ['several files', () => [ndjson(0, 9000), csv(8000, 20_000), new Blob([])], 1],
  ['a big file and two workers', () => ndjson(0, 110_000), 2],
  ['a big file of CSV and two workers', () => csv(0, 270_000), 2],
]) {
  test(`what is only counted gives the views of what is kept: ${name}`, async () => {
    const { page, problems, close } = await opened();
    const { differences, placed, size } = await page.evaluate(`(async () => {
      const make = ${make};
      const kept = await answers(make(), { workers: ${workers} });
      const counted = await answers(make(), { workers: ${workers}, keepRows: false });
      const differences = kept.flatMap((view, i) => (view === counted[i] ? [] : [[view.slice(0, 2000), counted[i]?.slice(0, 2000)]]));
      return { differences, placed: JSON.parse(counted[0]).rows.placed, size: make().size };
    })()`);
    assert.deepEqual(differences, []);
    assert.ok(placed > 4000, `${placed} rows`);
    if (workers > 1) assert.ok(size > 16 * 1024 * 1024, `${size} bytes are several pieces`);
    assert.deepEqual(problems, []);
    await close();
  });
}

test('single rows that are not kept are refused in words, by the client and in the panel', async () => {
  const { page, close } = await opened();
  const told = await page.evaluate(async () => {
    const client = new HeatmapClient();
    await client.load(ndjson(0, 500), { keepRows: false });
    const first = async () => {
      const view = await client.view({ time_zone: 'UTC', granularity: 'daily' });
      const cell = view.cells.executions.findIndex((count) => count > 0);
      return view.rowsAt(cell).then(({ rows }) => rows.length > 0, ({ message, notKept }) => [message, notKept]);
    };
    const counted = await first();
    const byEnd = (await client.view({ time_zone: 'UTC', by: 'end' })).response.notices;
    const both = await client.load(ndjson(0, 5), { keepRows: false, deduplicate: true }).catch(({ message, parameter }) => [message, parameter]);
    // What a refused load leaves is what was there; the next one keeps rows again.
    const still = await first();
    const refused = [await client.load(ndjson(0, 5), { form: 'nonsense' }).catch(({ message }) => message), await first()];
    await client.load(ndjson(0, 500));
    const kept = await first();
    refused.push(await client.load(ndjson(0, 5), { keepRows: false, form: 'nonsense' }).catch(({ message }) => message), await first());
    client.close();
    await import('/pkg/define.js');
    const element = document.createElement('execution-heatmap');
    document.body.append(element);
    await element.load([ndjson(0, 400), ndjson(300, 500)], { keepRows: false });
    const { date } = element.result.cells.find(({ count }) => count > 0);
    element.cell = date;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const panel = element.shadowRoot.querySelector('.panel [role=alert]')?.textContent;
    const placed = element.result.rows.placed;
    element.attempts = 'last';
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { counted, byEnd, both, still, kept, refused, panel, placed, notices: element.result.notices, state: element.state };
  });
  const words = 'The rows were counted and not kept, so that single ones cannot be shown.';
  assert.deepEqual(told.counted, [words, true]);
  assert.deepEqual(told.still, [words, true]);
  assert.equal(told.kept, true);
  assert.ok(told.byEnd.includes('rows were counted by their start and not kept, so no other moment of theirs is known'), told.byEnd.join());
  assert.match(told.both[0], /^deduplicate: it does not go with keepRows: false/);
  assert.equal(told.both[1], 'deduplicate');
  assert.equal(told.panel, words);
  assert.equal(told.placed, 600);
  assert.equal(told.state, 'ready');
  assert.ok(told.notices.includes('repeated rows were not looked for'), told.notices.join());
  assert.match(told.refused[0], /^form: /);
  assert.match(told.refused[2], /^form: /);
  assert.deepEqual([told.refused[1], told.refused[3]], [[words, true], true], 'what a refused load leaves is what was there');
  await close();
});
