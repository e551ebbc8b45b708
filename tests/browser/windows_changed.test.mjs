// Windows as long as they may be: the page reads every row that the server's own answer counts, also after the zone or the
// window was changed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './support.mjs';
import { compare, LONG, shown } from './windows.mjs';

const demo = withDemo();

test('another zone or window is read again where its rows are not held, and only there', async () => {
  const { page, asked, close } = await shown(demo, { ...LONG, time_zone: 'UTC' });
  const change = async (settings, query, requests) => {
    await page.evaluate((settings) => {
      globalThis.before = document.querySelector('execution-heatmap').view;
      Object.assign(document.querySelector('execution-heatmap'), settings);
    }, settings);
    await page.waitForFunction(() => {
      const { state, view } = document.querySelector('execution-heatmap');
      return view !== globalThis.before && (state === 'ready' || state === 'error');
    });
    await compare(demo, page, query);
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
