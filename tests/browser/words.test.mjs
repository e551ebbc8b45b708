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

// Hours of 1, 2 and 5 executions, some of which fail: levels of counts begin at single numbers.
const COUNTED = Array.from({ length: 240 }, (_, i) => Array.from({ length: i % 12 === 0 ? 5 : i % 3 === 0 ? 2 : 1 }, (_, n) => line({
  status: n > 0 && i % 4 === 0 ? 'failed' : 'completed', started_at: new Date(Date.UTC(2026, 1, 2, i, n)).toISOString(),
})).join('')).join('');

for (const metric of ['volume', 'error_count']) {
  test(`levels of ${metric} are told by whole numbers, as the engine’s picture and the cells do`, async () => {
    await show(COUNTED, { metric, days: '9', 'time-zone': 'Asia/Kathmandu' });
    const buttons = await page.evaluate(() => [...document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('.legend button')].map((button) => [button.querySelector('b').textContent, button.querySelector('.range').firstChild.textContent]));
    const picture = await page.evaluate(() => document.querySelector('execution-heatmap').toSVG());
    assert.deepEqual(buttons.filter(([name, range]) => !picture.includes(`>${name}<`) || !picture.includes(`>${range} `)), metric === 'volume' ? [] : [['None', '']]);
    assert.deepEqual(buttons.filter(([name]) => name === 'Low'), []);
    // Each cell's number lies in the range of its level.
    const cells = await page.evaluate(() => document.querySelector('execution-heatmap').result.cells);
    const names = await page.evaluate(() => Object.fromEntries(document.querySelector('execution-heatmap').result.scale.levels.map(({ level, label }) => [level, label.split(' (')[0]])));
    const bounds = Object.fromEntries(buttons.map(([name, range]) => [name, range === '' ? [0, 0] : / and over/.test(range) ? [Number.parseInt(range), Infinity] : /^under/.test(range) ? [0, Number(range.slice(6)) - 1] : [Number(range.split('–')[0]), Number(range.split('–').at(-1))]]));
    assert.ok(cells.length > 200);
    assert.deepEqual(cells.filter(({ value, level }) => !(value >= bounds[names[level]][0] && value <= bounds[names[level]][1])), []);
  });
}

test('a level that nothing can be at is isolated by no address', async () => {
  await show(COUNTED, { metric: 'volume', days: '9', level: '1' });
  assert.doesNotMatch((await text('.summary')).join(), /Showing/);
  assert.equal(await page.evaluate(() => document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('.light').length), 0);
});

test('a pattern without cells leaves the picture as it is, and being chosen it tells its details', async () => {
  const hourly = Array.from({ length: 60 }, (_, i) => [
    ...Array.from({ length: 24 }, (_, hour) => line({ workflow_id: 'a', status: 'completed', started_at: new Date(Date.UTC(2026, 0, 5 + i, hour, 7)).toISOString() })),
    i < 40 ? line({ workflow_id: 'b', status: 'completed', started_at: new Date(Date.UTC(2026, 0, 5 + i, 9, 30)).toISOString() }) : '',
  ].join('')).join('');
  await show(hourly, { 'time-zone': 'Asia/Kathmandu', patterns: 'all' });
  const patterns = await page.evaluate(() => document.querySelector('execution-heatmap').result.patterns);
  // What runs at all hours marks none.
  const at = patterns.findIndex(({ kind, series }) => kind === 'schedule' && series.workflow_id === 'a');
  assert.deepEqual(patterns[at].cells, []);
  assert.deepEqual(patterns.find(({ kind }) => kind === 'stopped').cells, [['2026-02-13', 15]]);
  const more = page.locator('execution-heatmap').getByRole('button', { name: /^Show \d+ more$/ });
  if (at >= 3) await more.click();
  const row = page.locator('execution-heatmap .pattern').nth(at);
  await row.hover();
  assert.equal(await page.locator('execution-heatmap .light').count(), 0);
  assert.equal(await row.locator('.how p').isVisible(), false);
  await row.locator('.claim').click();
  assert.match(await row.locator('.how p').innerText(), /^It marks nothing in the picture\. ./);
  assert.equal(await row.locator('.claim').getAttribute('aria-pressed'), 'true');
  // What has cells says nothing of the kind.
  const marked = patterns.findIndex(({ cells }) => cells.length > 0);
  if (marked >= 0) assert.doesNotMatch(await page.locator('execution-heatmap .pattern .how p').nth(marked).textContent(), /marks nothing/);
});

test('cells of what does not recur are outlined when it is chosen', async () => {
  // Two hundred hours of silence behind two months; the picture of the engine outlines what recurs.
  await show(hours(60 * 24), { until: '2026-03-14T08:00:00Z', 'time-zone': 'Asia/Kathmandu', days: '68' });
  const { at, cells } = await page.evaluate(() => {
    const { patterns } = document.querySelector('execution-heatmap').result;
    const at = patterns.findIndex(({ kind }) => kind === 'silence');
    return { at, cells: patterns[at].cells };
  });
  assert.ok(cells.length > 150, String(cells.length));
  await page.evaluate((pattern) => { document.querySelector('execution-heatmap').pattern = pattern; }, at + 1);
  const blocks = page.locator('execution-heatmap .overlay path.hover');
  await blocks.waitFor({ state: 'attached' });
  // A point in each cell lies within a block, one beside them in none.
  const held = await page.evaluate((cells) => {
    const { shadowRoot, view } = document.querySelector('execution-heatmap');
    const [, ...boxes] = shadowRoot.querySelector('.overlay path.hover').getAttribute('d').split('M');
    const blocks = boxes.map((box) => box.match(/-?[\d.]+/g).map(Number)).map(([left, top, right, bottom]) => ({ left, top, right, bottom }));
    const { columns, rows, width, height } = view.picture.places;
    const within = ([date, hour]) => {
      const [x, y] = [columns[view.dates.indexOf(date)] + width / 2, rows[hour] + height / 2];
      return blocks.filter(({ left, top, right, bottom }) => x > left && x < right && y > top && y < bottom).length;
    };
    return { blocks: blocks.length, inside: cells.map(within), outside: within([view.dates[0], 5]) };
  }, cells);
  assert.deepEqual([...new Set(held.inside)], [1]);
  assert.equal(held.outside, 0);
  assert.ok(held.blocks <= 3, `${held.blocks} blocks`);
});

test('a workflow’s name that is asked for as an id is told, and one press shows it', async () => {
  const log = Array.from({ length: 48 }, (_, i) => line({ workflow_id: '7', workflow: 'Sync', status: 'completed', started_at: new Date(Date.UTC(2026, 1, 2, i)).toISOString() })).join('');
  await show(log, { 'workflow-id': 'sync', days: '3' });
  assert.deepEqual(await text('.message p'), ["No executions match workflow 'sync'. 'Sync' is the name of the workflow with the id '7'."]);
  await page.getByRole('button', { name: "Show 'Sync'" }).click();
  await settled(page, ['ready']);
  assert.deepEqual(await page.evaluate(() => [document.querySelector('execution-heatmap').workflowId, document.querySelector('execution-heatmap').result.totals.executions]), [['7'], 48]);
  await show(log, { 'workflow-id': 'other', days: '3' });
  assert.deepEqual(await text('.message p'), ["No executions match workflow 'other'."]);
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

const TOO_FEW_WEEKS = 'Not enough history: it needs 5 weeks to name hours that fail more, 8 for a weekday; there is 1.';
const TOO_FEW_DAYS = '14 for quiet hours, 21 for a burst, an incident or a silence, 28 for a change, 42 for a trend; there are';
for (const [days, expected] of [
  [35, ['Not enough history: it needs 8 weeks to name a weekday; there are 5.', 'Not enough history: it needs 42 whole days to name a trend; there are 35.']],
  [13, [TOO_FEW_WEEKS, `Not enough history: it needs ${TOO_FEW_DAYS.replace('for', 'whole days to name')} 13.`]],
  [3, [TOO_FEW_WEEKS, `Not enough history: it needs 10 whole days to name busy hours, ${TOO_FEW_DAYS} 3.`]],
]) {
  test(`${days} days are too little history, which is not said to be without a pattern`, async () => {
    // One more hour makes the last day a whole one.
    await show(hours(days * 24 + 1), {});
    const lines = await text('.patterns li');
    assert.deepEqual(lines.filter((line) => /Not enough|[Nn]eeds/.test(line)), expected);
    assert.deepEqual(await text('.quiet'), []);
  });
}

test('where no outcome is known, weeks are missing for days of the week alone', async () => {
  const open = (days) => Array.from({ length: days * 24 * 3 + 1 }, (_, i) => line({ status: 'running', started_at: new Date(Date.UTC(2026, 0, 6) + i * HOUR / 3).toISOString() })).join('');
  await show(open(13), { patterns: 'first' });
  const needed = 'it needs 5 weeks to name weekends with more or fewer executions, 8 for a weekday; there is 1.';
  assert.deepEqual((await text('.patterns li')).filter((line) => line.includes(' weeks ')), [`Not enough history: ${needed}`]);
  assert.deepEqual(await text('.quiet'), []);
  await show(open(63), { patterns: 'first' });
  assert.match((await text('.quiet'))[0], /^No recurring pattern found in \d+ weeks\./);
});

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
  // And once: not among the notices of the engine, too.
  assert.doesNotMatch((await text('.patterns li')).join(' '), /not known|rate known/);
});

test('a file without executions says so', async () => {
  await show('', { days: '1' });
  const takes = 'It takes rows with a start and a status, as started_at and status, as a system that is known names them, or as a mapping does, such as {"started_at": "created_at"}.';
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
  // The commonest cause stands first, in the engine's words.
  await said('{"what":1}\n{"status":"completed"}\n{"status":"failed"}\n', '3 rows read, none could be placed: 2 have no start, 1 could not be read. Line 2: the row has no start: started_at is absent, null or a zero time. ');
  const cards = () => text('[part=status] .card > p, [part=status] .row > p');
  assert.match((await cards())[0], /^There are no executions/);
  assert.deepEqual((await cards()).slice(1), ['Some rows are missing: 1 of 3 could not be read. First: line 1, the row has no status.']);
  await said('{"what":1}\n{"what":2}\n{"status":"failed"}\n', '3 rows read, none could be placed. ');
  assert.match((await cards())[0], /^Some rows are missing: 2 of 3 could not be read/);
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
