// Windows as long as they may be, in zones on both sides of UTC: the page reads every row that the server's own answer
// counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDemo } from './support.mjs';
import { compare, LONG, shown } from './windows.mjs';

const demo = withDemo();

const ZONES = ['Pacific/Auckland', 'America/Los_Angeles', 'UTC'];

for (const time_zone of ZONES) {
  test(`1,096 days until an instant, ${time_zone}`, async () => {
    const query = { ...LONG, time_zone };
    const { page, close } = await shown(demo, query);
    const { cells, start_date: first } = await compare(demo, page, query);
    assert.ok(cells.some(({ date }) => date === first), 'there are rows on the first date');
    await close();
  });

  for (const to of ['2016-02-28', '2016-02-29', '2016-03-01']) {
    test(`from 2013-03-01 to ${to}, ${time_zone}`, async () => {
      const query = { from: '2013-03-01', to, time_zone };
      const { page, close } = await shown(demo, query);
      const { cells } = await compare(demo, page, query);
      assert.ok(cells.some(({ date }) => date === '2013-03-01'), 'there are rows on the first date');
      await close();
    });
  }
}
