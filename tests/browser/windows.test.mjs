// Windows as long as they may be, in zones on both sides of UTC: the page reads every row that the server's own answer
// counts, also after the zone or the window was changed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPage, result, settled, withDemo } from './support.mjs';

const demo = withDemo();

const ROWS = '/api/v1/workspaces/demo/executions';

/** The first local date of these windows lies among the flights of early 2013. */
const LONG = { days: '1096', until: '2016-03-01T05:00:00.000Z' };
const ZONES = ['Pacific/Auckland', 'America/Los_Angeles', 'UTC'];

async function shown(query) {
  const { page, requests, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?${new URLSearchParams({ workspace: 'demo', metric: 'volume', ...query })}`);
  await settled(page);
  const asked = () => requests.filter((url) => url.includes('/executions?')).length;
  return { page, asked, close };
}

/** What the page shows against what the server answers to the same query. */
async function compare(page, query) {
  const drawn = await result(page);
  const answer = await fetch(`${demo.origin}${ROWS}/heatmap?${new URLSearchParams({ metric: 'volume', ...query })}`);
  assert.equal(answer.status, 200);
  const expected = await answer.json();
  assert.ok(expected.totals.executions > 0);
  for (const name of ['start_date', 'end_date', 'time_zone', 'totals', 'cells', 'scale', 'complete']) assert.deepEqual(drawn[name], expected[name], name);
  return expected;
}

for (const time_zone of ZONES) {
  test(`1,096 days until an instant, ${time_zone}`, async () => {
    const query = { ...LONG, time_zone };
    const { page, close } = await shown(query);
    const { cells, start_date: first } = await compare(page, query);
    assert.ok(cells.some(({ date }) => date === first), 'there are rows on the first date');
    await close();
  });

  for (const to of ['2016-02-28', '2016-02-29', '2016-03-01']) {
    test(`from 2013-03-01 to ${to}, ${time_zone}`, async () => {
      const query = { from: '2013-03-01', to, time_zone };
      const { page, close } = await shown(query);
      const { cells } = await compare(page, query);
      assert.ok(cells.some(({ date }) => date === '2013-03-01'), 'there are rows on the first date');
      await close();
    });
  }
}

test('another zone or window is read again where its rows are not held, and only there', async () => {
  const { page, asked, close } = await shown({ ...LONG, time_zone: 'UTC' });
  const change = async (settings, query, requests) => {
    await page.evaluate((settings) => {
      globalThis.before = document.querySelector('execution-heatmap').view;
      Object.assign(document.querySelector('execution-heatmap'), settings);
    }, settings);
    await page.waitForFunction(() => {
      const { state, view } = document.querySelector('execution-heatmap');
      return view !== globalThis.before && (state === 'ready' || state === 'error');
    });
    await compare(page, query);
    assert.equal(asked(), requests, JSON.stringify(settings));
  };
  assert.equal(asked(), 1);
  await change({ timeZone: 'America/Los_Angeles' }, { ...LONG, time_zone: 'America/Los_Angeles' }, 2);
  // A shorter window lies inside what is held, whatever the zone.
  await change({ days: 1090 }, { ...LONG, days: '1090', time_zone: 'America/Los_Angeles' }, 2);
  await change({ timeZone: 'Pacific/Auckland' }, { ...LONG, days: '1090', time_zone: 'Pacific/Auckland' }, 2);
  await change({ from: '2013-03-04', to: '2013-04-01' }, { from: '2013-03-04', to: '2013-04-01', time_zone: 'Pacific/Auckland' }, 2);
  await change({ from: '2013-02-10' }, { from: '2013-02-10', to: '2013-04-01', time_zone: 'Pacific/Auckland' }, 3);
  await close();
});
