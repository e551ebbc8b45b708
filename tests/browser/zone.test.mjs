// The table of a zone, made by a browser: changes at the right millisecond, offsets of every kind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPage, withDemo } from './support.mjs';

let page;
const demo = withDemo(async () => {
  ({ page } = await newPage(demo.browser));
  await page.goto(`${demo.origin}/`);
});

/** Changes of a zone within a span, as [instant, minutes]; the first entry is what holds at its start. */
const table = (zone, from, until) => page.evaluate(async ([zone, from, until]) => {
  const { zoneTable } = await import('/pkg/zone.js');
  const { instants, offsets } = zoneTable(zone, Date.parse(from), Date.parse(until));
  return [...instants].map((at, i) => [new Date(at).toISOString(), offsets[i] / 60]);
}, [zone, from, until]);

function check(zone, from, until, expected) {
  test(`${zone} from ${from}`, async () => assert.deepEqual(await table(zone, from, until), expected));
}

check('UTC', '2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', [['2026-01-01T00:00:00.000Z', 0]]);
check('America/New_York', '2013-02-01T00:00:00Z', '2013-12-01T00:00:00Z', [
  ['2013-02-01T00:00:00.000Z', -300], ['2013-03-10T07:00:00.000Z', -240], ['2013-11-03T06:00:00.000Z', -300],
]);
check('Asia/Kathmandu', '2013-02-01T00:00:00Z', '2013-12-01T00:00:00Z', [['2013-02-01T00:00:00.000Z', 345]]);
check('Australia/Lord_Howe', '2025-09-01T00:00:00Z', '2026-06-01T00:00:00Z', [
  ['2025-09-01T00:00:00.000Z', 630], ['2025-10-04T15:30:00.000Z', 660], ['2026-04-04T15:00:00.000Z', 630],
]);
// A month without daylight saving time, in the middle of it.
check('Africa/Casablanca', '2024-02-01T00:00:00Z', '2024-06-01T00:00:00Z', [
  ['2024-02-01T00:00:00.000Z', 60], ['2024-03-10T02:00:00.000Z', 0], ['2024-04-14T02:00:00.000Z', 60],
]);
// Samoa left out a whole day.
check('Pacific/Apia', '2011-12-01T00:00:00Z', '2012-01-15T00:00:00Z', [
  ['2011-12-01T00:00:00.000Z', -600], ['2011-12-30T10:00:00.000Z', 840],
]);
// Before 1972 Liberia was 44 minutes and 30 seconds behind.
check('Africa/Monrovia', '1972-01-01T00:00:00Z', '1972-02-01T00:00:00Z', [
  ['1972-01-01T00:00:00.000Z', -44.5], ['1972-01-07T00:44:30.000Z', 0],
]);

for (const name of ['Mars/Olympus', '+05:45', '', ' ', '__proto__']) {
  test(`'${name}' is refused by name`, async () => {
    const error = await page.evaluate(async (zone) => {
      const { zoneTable } = await import('/pkg/zone.js');
      try {
        return zoneTable(zone, 0, 1);
      } catch ({ message, parameter }) {
        return { message, parameter };
      }
    }, name);
    assert.equal(error.parameter, 'time_zone');
    assert.ok(error.message.includes(`'${name}'`));
  });
}
