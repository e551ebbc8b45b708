// Windows as long as they may be: what a page shows of one against what the server answers to the same query.

import assert from 'node:assert/strict';
import { newPage, result, settled } from './support.mjs';

const ROWS = '/api/v1/workspaces/demo/executions';

/** The first local date of these windows lies among the flights of early 2013. */
export const LONG = { days: '1096', until: '2016-03-01T05:00:00.000Z' };

export async function shown(demo, query) {
  const { page, requests, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?${new URLSearchParams({ workspace: 'demo', metric: 'volume', ...query })}`);
  await settled(page);
  const asked = () => requests.filter((url) => url.includes('/executions?')).length;
  return { page, asked, close };
}

/** What the page shows against what the server answers to the same query. */
export async function compare(demo, page, query) {
  const drawn = await result(page);
  const answer = await fetch(`${demo.origin}${ROWS}/heatmap?${new URLSearchParams({ metric: 'volume', ...query })}`);
  assert.equal(answer.status, 200);
  const expected = await answer.json();
  assert.ok(expected.totals.executions > 0);
  for (const name of ['start_date', 'end_date', 'time_zone', 'totals', 'cells', 'scale', 'complete']) assert.deepEqual(drawn[name], expected[name], name);
  return expected;
}
