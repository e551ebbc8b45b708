// What the page says, on rows that are made for it: cells that tell nothing, months in the view's zone, too little
// history, parts of a file, names of zones, pictures of rows that are gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newPage, settled, withDemo } from './support.mjs';

let page;
const demo = withDemo(async () => {
  ({ page } = await newPage(demo.browser));
  await page.route('**/dashboard.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await page.goto(`${demo.origin}/`);
});

const line = (fields) => `${JSON.stringify(fields)}\n`;
const completed = (at) => line({ status: 'completed', started_at: new Date(at).toISOString(), duration_ms: 1000 });

/** Shows a log in an element with these attributes. */
async function show(bytes, attributes) {
  await page.evaluate(async ([base64, attributes]) => {
    await import('/pkg/define.js');
    const element = document.createElement('execution-heatmap');
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.body.replaceChildren(element);
    await element.load(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], 'made.ndjson'));
  }, [Buffer.from(bytes).toString('base64'), attributes]);
  await settled(page, ['ready', 'empty']);
}
const text = (selector) => page.locator(`execution-heatmap ${selector}`).allTextContents();
const cellAt = (name) => page.evaluate((name) => {
  const element = document.querySelector('execution-heatmap');
  element.focusCell(name);
  return element.shadowRoot.activeElement.textContent.split('. ')[0];
}, name);

// One hour each in which nothing can be told, beside one that has a value.
const UNTOLD = [
  line({ status: 'completed', started_at: '2026-02-02T00:10:00Z', duration_ms: 5 }),
  line({ status: 'running', started_at: '2026-02-02T01:10:00Z' }),
  line({ status: 'cancelled', started_at: '2026-02-02T02:10:00Z' }),
  line({ status: 'running', started_at: '2026-02-02T03:10:00Z' }), line({ status: 'skipped', started_at: '2026-02-02T03:20:00Z' }),
  line({ status: 'completed', started_at: '2026-02-02T04:10:00Z' }),
].join('');

for (const [metric, key, expected] of [
  ['success_rate', 'no outcome', ['1 run, no outcome yet', '1 run, no outcome', '2 runs, no outcome']],
  ['error_count', 'no outcome', ['1 run, no outcome yet', '1 run, no outcome', '2 runs, no outcome']],
  ['duration', 'no duration', ['1 run, no duration', '1 run, no duration', '2 runs, no duration', '1 run, no duration']],
]) {
  test(`executions of which ${metric} tells nothing`, async () => {
    await show(UNTOLD, { metric, days: '1' });
    const said = [];
    for (const i of expected.keys()) said.push(await cellAt(`2026-02-02T${i + 1}`));
    assert.deepEqual(said, expected);
    const keys = await text('.legend .key');
    assert.ok(keys.includes(key), keys.join(', '));
  });
}

test('the keys of the legend say what those of the engine’s picture say', async () => {
  const log = UNTOLD + completed('2026-03-08T12:00:00Z');
  for (const metric of ['success_rate', 'duration']) {
    await show(log, { metric, granularity: 'hourly', days: '60', 'time-zone': 'America/New_York' });
    const keys = await text('.legend .key');
    assert.ok(keys.includes('skipped hour') && keys.length >= 4, keys.join(', '));
    const picture = await page.evaluate(() => document.querySelector('execution-heatmap').toSVG());
    assert.deepEqual(keys.filter((key) => !picture.includes(`>${key}<`)), []);
  }
});

test('the month to go to is that of the view’s zone', async () => {
  const log = completed('2026-03-31T23:30:00Z');
  for (const [zone, month, from, to] of [['UTC', 'March', '2026-03-01', '2026-03-31'], ['Pacific/Auckland', 'April', '2026-04-01', '2026-04-30']]) {
    await show(log, { 'time-zone': zone, from: '2026-01-01', to: '2026-01-31' });
    const newest = month === 'March' ? 'Mar 31' : 'Apr 1';
    assert.deepEqual(await text('.message p'), [`No executions from Jan 1 to Jan 31. The newest is from ${newest}.`]);
    await page.getByRole('button', { name: `Go to ${month}` }).click();
    await settled(page, ['ready']);
    const shown = await page.evaluate(() => {
      const { from, to, result } = document.querySelector('execution-heatmap');
      return [from, to, result.totals.executions];
    });
    assert.deepEqual(shown, [from, to, 1]);
  }
});

test('dates that were not read are those of the view’s zone', async () => {
  await page.evaluate(async () => {
    await import('/pkg/define.js');
    const element = document.createElement('execution-heatmap');
    element.timeZone = 'Pacific/Auckland';
    document.body.replaceChildren(element);
    const rows = new TextEncoder().encode('{"status":"completed","started_at":"2026-03-31T23:30:00Z"}\n'.repeat(3000));
    element.load(new ReadableStream({ pull: (controller) => new Promise((resolve) => setTimeout(resolve, 20)).then(() => controller.enqueue(rows)) })).catch(() => {});
  });
  await settled(page, ['streaming']);
  assert.match((await text('[part=status]'))[0], /rows so far, Apr 1/);
  await page.getByRole('button', { name: 'Stop here' }).click();
  await settled(page, ['ready']);
  assert.match((await text('.notice p'))[0], /Dates after Apr 1 are not read\. A stream cannot be read on\.$/);
});

const HOUR = 3_600_000;
const hours = (count) => Array.from({ length: count }, (_, i) => completed(Date.UTC(2026, 0, 5) + i * HOUR)).join('');

const TOO_FEW_WEEKS = 'Not enough history to name a weekday: that needs 8 weeks, this has';
for (const [days, expected] of [
  [35, [`${TOO_FEW_WEEKS} 5.`]],
  [3, ['Needs 5 weeks to name hours that fail more, 8 to name a weekday; there is 1.', 'Not enough history to name an hour of the day: that needs 10 whole days with 3 or more executions, this has 3.']],
]) {
  test(`${days} days are too little history, which is not said to be without a pattern`, async () => {
    // One more hour makes the last day a whole one.
    await show(hours(days * 24 + 1), {});
    const lines = await text('.patterns li');
    assert.deepEqual(lines.filter((line) => /^Not enough|^Needs/.test(line)), expected);
    assert.deepEqual(await text('.quiet'), []);
  });
}

test('enough history without a pattern is said to be that', async () => {
  await show(hours(12 * 7 * 24), { days: '84' });
  assert.match((await text('.quiet'))[0], /^No recurring pattern found in 1[12] weeks\./);
});

test('a file in several compressed parts is read whole, and one that is cut off is told to be', async () => {
  const parts = Buffer.concat([hours(48), hours(96)].map((part) => gzipSync(part)));
  const read = () => page.evaluate(() => {
    const { rows, complete } = document.querySelector('execution-heatmap').result;
    return [rows.read, complete];
  });
  await show(parts, { days: '7' });
  assert.deepEqual(await read(), [144, true]);
  assert.deepEqual(await text('.notice p'), []);
  await show(parts.subarray(0, -4), { days: '7' });
  assert.deepEqual(await read(), [144, false]);
  assert.deepEqual(await text('.notice p'), [`Some rows are missing: the source broke off after 144 rows: the gzip data is cut off at byte ${parts.length - 4}.`]);
});

test('zones are taken and refused as the server does', async () => {
  const names = ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT+5', 'GMT0', 'Zulu', 'Europe/Berlin', 'Asia/Calcutta', 'Asia/Kolkata', 'US/Pacific', 'GB-Eire', 'NZ-CHAT',
    'EST5EDT', 'W-SU', 'PRC', 'America/Port-au-Prince', 'America/Port_of_Spain', 'Africa/Dar_es_Salaam', 'Europe/Isle_of_Man', 'America/Knox_IN', 'Asia/Ust-Nera',
    'America/Argentina/ComodRivadavia', 'Antarctica/McMurdo', 'Antarctica/DumontDUrville', 'Australia/ACT', 'Mexico/BajaNorte', 'Brazil/DeNoronha', 'America/St_Johns'];
  const wrong = names.flatMap((name) => [name.toLowerCase(), name.toUpperCase(), name[0].toLowerCase() + name.slice(1)]).filter((name) => !names.includes(name));
  const all = [...names, ...wrong, 'Mars/Olympus', '+05:45', 'Europe/berlin'];
  const pages = await page.evaluate(async (all) => {
    const { zoneTable } = await import('/pkg/zone.js');
    return all.map((zone) => {
      try {
        return zoneTable(zone, 0, 1) && 'known';
      } catch ({ message }) {
        return message;
      }
    });
  }, all);
  const servers = [];
  for (const zone of all) {
    const answer = await fetch(`${demo.origin}/api/v1/workspaces/demo/executions/heatmap?days=1&time_zone=${encodeURIComponent(zone)}`);
    servers.push(answer.ok ? 'known' : (await answer.json()).detail);
  }
  const verdicts = (said) => Object.fromEntries(all.map((zone, i) => [zone, said[i]]));
  assert.deepEqual(verdicts(pages), verdicts(servers));
  assert.deepEqual(pages.slice(0, names.length).filter((verdict) => verdict !== 'known'), []);
  assert.ok(pages.slice(names.length).every((verdict) => verdict !== 'known'));
});

test('a view does not draw the rows of a later load', async () => {
  const said = await page.evaluate(async ([one, other]) => {
    const { HeatmapClient } = await import('/pkg/client.js');
    const client = new HeatmapClient();
    await client.load(new Blob([one]));
    const view = await client.view();
    const before = await view.svg();
    await client.load(new Blob([other]));
    const outcome = (asked) => asked.then(() => 'drawn', ({ message, stale }) => `${stale} ${message}`);
    const stale = [await outcome(view.svg()), await outcome(view.scene({ width: 600 }))];
    const next = await client.view();
    const fresh = [await outcome(next.svg()), await outcome(next.scene({ width: 600 })), (await next.svg()) === before];
    client.close();
    return { stale, fresh };
  }, [hours(24), hours(48)]);
  const words = 'true The rows of this view are gone: another load took their place. Ask for a new view.';
  assert.deepEqual(said, { stale: [words, words], fresh: ['drawn', 'drawn', false] });
});

test('an element whose rows were replaced is resized all the same', async () => {
  await show(hours(48), { days: '7' });
  const outcome = await page.evaluate(async () => {
    const element = document.querySelector('execution-heatmap');
    const rejections = [];
    addEventListener('unhandledrejection', ({ reason }) => rejections.push(String(reason)));
    let end;
    const loading = element.load(new ReadableStream({ start: (controller) => (end = () => controller.close(), controller.enqueue(new TextEncoder().encode('{"status":"completed","started_at":"2026-02-02T00:00:00Z"}\n'))) }));
    element.style.width = '700px';
    await new Promise((resolve) => setTimeout(resolve, 300));
    end();
    await loading;
    element.style.width = '900px';
    await new Promise((resolve) => setTimeout(resolve, 300));
    const width = Number(element.shadowRoot.querySelector('.drawing').getAttribute('width'));
    element.style.width = '';
    return { rejections, width, executions: element.result.totals.executions };
  });
  assert.deepEqual(outcome, { rejections: [], width: 900, executions: 1 });
});

test('statuses that are not known are named where the rate is shown', async () => {
  const status = (word) => line({ status: word, started_at: '2026-02-02T00:10:00Z' });
  await show(['success', 'success', 'error', 'completed'].map(status).join(''), { days: '1' });
  const said = (await text('[part=notice] p')).join(' ');
  assert.equal(said, 'Status not known, so in no success rate: 3 of 4 executions, “success” (2), “error” (1).');
  assert.match((await text('[part=summary]')).join(' '), /^4 executions, .* · success rate known of 1 of 4$/);
});

test('a file without executions says so', async () => {
  await show('', { days: '1' });
  const takes = 'It takes rows with a start and a status, as started_at and status, as a system that is known names them, or as a mapping does.';
  const said = async (content, words) => {
    await show(content, { days: '1' });
    assert.deepEqual(await text('.message p'), [`There are no executions in this file. ${words}${takes}`]);
    // And draws no picture of the beginning of 1970.
    const drawn = await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { shadowRoot, state } = document.querySelector('execution-heatmap');
      return [state, shadowRoot.querySelector('.drawing')?.checkVisibility() ?? false, shadowRoot.textContent.includes('1969')];
    });
    assert.deepEqual(drawn, ['empty', false, false], content);
  };
  await said('', '');
  await said('id,status,started_at\n', '');
  await said('{"status":"completed"}\n', '1 row read, none could be placed. Line 1: the row has no start: started_at is absent, null or a zero time. ');
  await said('{"what":1}\n', '1 row read, none could be placed. ');
  assert.deepEqual(await text('[part=notice] p'), ['Some rows are missing: 1 of 1 could not be read. First: line 1, the row has no status.']);
  // A picture comes back with rows, and one of a time that is asked for stands empty.
  await show(completed('2026-02-02T00:10:00Z'), { days: '1' });
  const drawing = () => page.locator('execution-heatmap .drawing').waitFor({ state: 'visible', timeout: 5000 });
  await drawing();
  await show('', { from: '2026-02-01', to: '2026-02-02' });
  await drawing();
});

test('a source that looks familiar is told what it looks like', async () => {
  const said = await page.evaluate(async () => {
    const element = document.createElement('execution-heatmap');
    document.body.replaceChildren(element);
    await element.load(new File(['id,workflow,status\n1,a,failed\n'], 'made.csv')).catch(() => {});
    return element.shadowRoot.querySelector('[part=error] p').textContent;
  });
  assert.equal(said, 'made.csv is not a log this can read. It starts with "id,workflow,". It looks like CSV, but its header has no column \'started_at\', nor the columns of a system that is known; a mapping can say what its columns mean.');
});

test('a view that the reader changed is told to those who cannot see it', async () => {
  const status = (word) => line({ status: word, started_at: '2026-02-02T00:10:00Z' });
  await show(['failed', 'failed', 'completed'].map(status).join(''), { days: '1' });
  const told = () => page.evaluate(() => document.querySelector('execution-heatmap').shadowRoot.querySelector('[role=status]').textContent);
  const first = await told();
  assert.match(first, /^3 executions, .* 33\.3% succeeded\. 0 patterns found\.$/);
  await page.evaluate(() => { document.querySelector('execution-heatmap').status = ['failed']; });
  await page.waitForFunction((first) => document.querySelector('execution-heatmap').shadowRoot.querySelector('[role=status]').textContent !== first, first);
  assert.match(await told(), /^2 executions, .* 0% succeeded\. 0 patterns found\.$/);
});
