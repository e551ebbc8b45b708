// The dashboard on the real server: what is drawn, that its numbers are right, that settings live in the address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flights, newPage, newYork, redrawn, result, settled, VIEW, withDemo } from './support.mjs';

const demo = withDemo();

async function open(query = VIEW, options) {
  const opened = await newPage(demo.browser, options);
  await opened.page.goto(`${demo.origin}/?${query}`);
  await settled(opened.page);
  return opened;
}
const rowsRequests = (requests) => requests.filter((url) => /\/executions\?/.test(url)).length;

test('the first screen holds sentences, legend and the hours until evening', async () => {
  const { page, problems, close } = await open();
  const shown = await page.evaluate(() => {
    const root = document.querySelector('execution-heatmap').shadowRoot;
    const bottom = (selector) => root.querySelector(selector).getBoundingClientRect().bottom;
    const label = [...root.querySelectorAll('.drawing text')].find((text) => text.textContent === '9 PM');
    return {
      sentences: [...root.querySelectorAll('.sentence')].map((element) => element.textContent),
      order: [bottom('.summary'), bottom('.patterns'), bottom('.legend'), label.getBoundingClientRect().bottom],
      levels: [1, 2, 3, 4].map((level) => root.querySelectorAll(`.drawing .xh-l${level}`).length > 0),
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });
  assert.match(shown.sentences[0], /^Higher failure rate on weekdays between /);
  assert.match(shown.sentences[1], /^Execution volume drops every day between 10 PM–6 AM: /);
  assert.deepEqual(shown.order, [...shown.order].sort((a, b) => a - b));
  assert.ok(shown.order.at(-1) < 800, `9 PM lies at ${shown.order.at(-1)}`);
  assert.deepEqual(shown.levels, [true, true, true, true]);
  assert.equal(shown.sideways, 0);
  assert.deepEqual(problems, []);
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
  await close();
});

test('every cell equals a recount of the file and the server’s own answer', async () => {
  const { page, close } = await open();
  const drawn = await result(page);
  const expected = new Map();
  for (const row of flights()) {
    const { date, hour } = newYork(row.started_at);
    if (date < drawn.start_date || date > drawn.end_date) continue;
    const cell = expected.get(`${date} ${hour}`) ?? { count: 0, completed: 0 };
    cell.count += 1;
    cell.completed += row.status === 'completed' ? 1 : 0;
    expected.set(`${date} ${hour}`, cell);
  }
  assert.equal(drawn.cells.length, expected.size);
  for (const { date, hour, count, value } of drawn.cells) {
    const { count: rows, completed } = expected.get(`${date} ${hour}`) ?? {};
    assert.deepEqual([count, value], [rows, completed / rows], `${date} ${hour}`);
  }
  const total = [...expected.values()].reduce((sum, { count }) => sum + count, 0);
  assert.equal(drawn.totals.executions, total);
  const summary = await page.locator('execution-heatmap .summary strong').textContent();
  assert.equal(summary, `${total.toLocaleString('en-US')} executions`);
  const served = await (await fetch(`${demo.origin}/api/v1/workspaces/demo/executions/heatmap?${VIEW.replace('workspace=demo&', '')}`)).json();
  for (const field of ['metric', 'granularity', 'start_date', 'end_date', 'cells', 'scale', 'patterns_detected', 'patterns', 'totals', 'until']) {
    assert.deepEqual(drawn[field], served[field], field);
  }
  await close();
});

test('the legend counts the coloured cells', async () => {
  const { page, close } = await open();
  const { cells } = await result(page);
  const counts = await page.locator('execution-heatmap .legend button .cells').allTextContents();
  const expected = [1, 2, 3, 4].map((level) => `${cells.filter((cell) => cell.level === level).length} h`);
  assert.deepEqual(counts, expected);
  await close();
});

test('metric, granularity, zone, filters and a shorter window ask for no rows again', async () => {
  const { page, requests, close } = await open();
  assert.equal(rowsRequests(requests), 1);
  const states = [];
  const note = async () => states.push(await result(page));
  await redrawn(page, () => page.click('#metric [value=volume]'));
  await note();
  await redrawn(page, () => page.click('#granularity [value=daily]'));
  await note();
  await redrawn(page, () => page.click('#granularity [value=hourly]'));
  await redrawn(page, () => page.selectOption('#window', '30'));
  await note();
  await page.click('#filters');
  await redrawn(page, () => page.getByLabel('failed', { exact: true }).check());
  await note();
  await page.keyboard.press('Escape');
  await page.click('#workflows');
  await page.fill('#controls [popover]:popover-open input[type=search]', 'UA 15');
  const first = page.locator('#controls [popover]:popover-open label').first();
  await redrawn(page, () => first.click());
  await note();
  await page.keyboard.press('Escape');
  await page.click('#zone');
  await page.fill('#controls [popover]:popover-open input[type=search]', 'mandu');
  await redrawn(page, () => page.locator('#controls [popover]:popover-open label').first().click());
  await note();
  assert.deepEqual(states.map(({ metric, granularity, days, time_zone: zone }) => [metric, granularity, days, zone]), [
    ['volume', 'hourly', 90, 'America/New_York'], ['volume', 'daily', 90, 'America/New_York'], ['volume', 'hourly', 30, 'America/New_York'],
    ['volume', 'hourly', 30, 'America/New_York'], ['volume', 'hourly', 30, 'America/New_York'], ['volume', 'hourly', 30, states[5].time_zone],
  ]);
  // The browser may know it by its older name.
  assert.match(states[5].time_zone, /^Asia\/Kath?mandu$/);
  assert.equal(states[3].totals.executions, states[2].totals.failed);
  assert.ok(states[4].totals.executions < states[3].totals.executions);
  assert.ok(states[4].rows.filtered > 0);
  assert.equal(rowsRequests(requests), 1, requests.filter((url) => /executions/.test(url)).join('\n'));
  await close();
});

test('a larger window asks once more', async () => {
  const { page, requests, close } = await open(VIEW.replace('days=90', 'days=7'));
  await redrawn(page, () => page.selectOption('#window', '60'));
  await settled(page, ['ready']);
  assert.equal(rowsRequests(requests), 2);
  assert.equal((await result(page)).days, 60);
  await close();
});

test('the address restores what is shown, keeps keys of others, and names the zone always', async () => {
  const { page, close } = await open(`${VIEW}&theirs=1`);
  await redrawn(page, () => page.click('#metric [value=duration]'));
  await redrawn(page, () => page.selectOption('#window', '30'));
  await page.locator('execution-heatmap .legend button').first().click();
  // Below the pointer a sentence may have come to lie, which lights its cells.
  await page.mouse.move(0, 0);
  const address = page.url();
  const parameters = new URL(address).searchParams;
  assert.deepEqual(['metric', 'days', 'level', 'theirs', 'time_zone'].map((name) => parameters.get(name)), ['duration', '30', '4', '1', 'America/New_York']);
  const picture = () => page.evaluate(() => {
    const root = document.querySelector('execution-heatmap').shadowRoot;
    return [...root.querySelectorAll('.drawing path, .legend button')].map((node) => node.getAttribute('d') ?? `${node.textContent} ${node.getAttribute('aria-pressed')}`);
  });
  const before = await picture();
  await page.goto('about:blank');
  await page.goto(address);
  await settled(page);
  await page.waitForFunction(() => document.querySelector('execution-heatmap').shadowRoot.querySelector('.legend [aria-pressed=true]'));
  assert.deepEqual(await picture(), before);
  await page.goto(`${demo.origin}/?workspace=demo`);
  await page.waitForURL(/time_zone=Asia%2FKat/);
  await close();
});

test('back closes what choosing a workflow opened', async () => {
  const { page, close } = await open();
  const everything = (await result(page)).totals.executions;
  await page.click('#workflows');
  await redrawn(page, () => page.locator('#controls [popover]:popover-open label').first().click());
  assert.match(page.url(), /workflow_id=/);
  assert.ok((await result(page)).totals.executions < everything);
  await redrawn(page, () => page.goBack());
  assert.doesNotMatch(page.url(), /workflow_id=/);
  assert.equal((await result(page)).totals.executions, everything);
  assert.equal(await page.textContent('#workflows'), 'All workflows');
  await close();
});

test('a filter that leaves nothing says so and can be cleared', async () => {
  const { page, close } = await open(`${VIEW}&workflow_id=billing-sync&status=failed`);
  const message = page.locator('execution-heatmap .message p');
  assert.equal(await message.textContent(), "No executions match workflow 'billing-sync' and status failed.");
  await redrawn(page, () => page.getByRole('button', { name: 'Clear filters' }).click());
  assert.ok((await result(page)).totals.executions > 0);
  assert.doesNotMatch(page.url(), /workflow_id|status/);
  await close();
});

test('an address with wrong values is shown with defaults, or says what is wrong', async () => {
  const { page, problems, close } = await open('workspace=demo&metric=joy&granularity=yearly&days=0&pattern=x&theme=pink&level=9&time_zone=UTC&from=2013-05-01&to=2013-02-01');
  const { metric, granularity, days } = await result(page);
  assert.deepEqual([metric, granularity, days], ['success_rate', 'hourly', 90]);
  await page.goto(`${demo.origin}/?${VIEW.replace('America%2FNew_York', 'Mars%2FOlympus')}`);
  await settled(page, ['error']);
  assert.match(await page.locator('execution-heatmap .notice p').textContent(), /^Time zone: 'Mars\/Olympus' is /);
  assert.deepEqual(problems, []);
  await close();
});

test('what an address asks in vain is said, with what is shown instead, and stays in it', async () => {
  const until = 'workspace=demo&until=2013-05-06T04%3A00%3A00.000Z&time_zone=America%2FNew_York';
  const { page, problems, close } = await open(`${until}&metric=joy&days=9999&dyas=7&utm_source=x`);
  const said = () => page.locator('#faults p').allTextContents();
  const misspelt = 'dyas: there is no such parameter, so it changes nothing. It is nearly days.';
  const days = "days: '9999' cannot be used; it takes a whole number from 1 to 1096. Shown instead: the last 90 days.";
  const metric = "metric: 'joy' cannot be used; it takes success_rate, volume, duration, error_count, p50_duration, p95_duration, p99_duration, max_duration, queue_wait. Shown instead: success rate.";
  assert.deepEqual(await said(), [metric, days, misspelt]);
  assert.equal(await page.getByRole('status').filter({ hasText: 'joy' }).isVisible(), true);
  const parameters = new URL(page.url()).searchParams;
  assert.deepEqual(['metric', 'days', 'dyas', 'utm_source'].map((name) => parameters.get(name)), ['joy', '9999', '7', 'x']);
  // What the reader chooses is right, so nothing is said of it any more.
  await redrawn(page, () => page.click('#metric [value=volume]'));
  assert.deepEqual(await said(), [days, misspelt]);
  await redrawn(page, () => page.selectOption('#window', '30'));
  assert.deepEqual(await said(), [misspelt]);
  for (const [query, expected] of [
    ['from=2013-04-01', ["from: '2013-04-01' cannot be used; it takes `to` beside it, a date such as 2026-02-18. Shown instead: the last 90 days."]],
    ['to=2013-04-01', ["to: '2013-04-01' cannot be used; it takes `from` beside it, a date such as 2026-02-18. Shown instead: the last 90 days."]],
    ['from=2013-04-02&to=2013-04-01', ["from: '2013-04-02' cannot be used; it takes a date that is not after 2013-04-01. Shown instead: the last 90 days."]],
    ['from=2013-04-01&to=2013-04-20', []],
    ['level=9&cell=zz&Timezone=UTC&workflow=7', ["cell: 'zz' cannot be used; it takes a date or an hour such as 2026-02-18T19. Shown instead: no cell.", "level: '9' cannot be used; it takes 1 to 4. Shown instead: all levels.",
      'Timezone: there is no such parameter, so it changes nothing. It is nearly time_zone.', 'workflow: there is no such parameter, so it changes nothing. It is nearly workflow_id.']],
    ['theirs=1&data=2&ref=3&page=4&gclid=5&fbclid=6', []],
  ]) {
    await page.goto(`${demo.origin}/?${until}&${query}`);
    await settled(page);
    assert.deepEqual(await said(), expected, query);
  }
  assert.deepEqual(problems, []);
  await close();
});

test('a name is cut off only where there is no room', async () => {
  const { page, close } = await newPage(demo.browser);
  for (const file of ['nightly-e2e', 'a-name-of-a-file-that-is-much-too-long-for-one-line.json']) {
    await page.goto(`${demo.origin}/?file=${file}`);
    await page.waitForFunction((file) => document.querySelector('#name').textContent === file, file);
    const { isWhole, room } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.querySelector('h1');
      return { isWhole: scrollWidth <= clientWidth, room: document.querySelector('#controls .space').offsetWidth };
    });
    assert.ok(isWhole || room < 2, `${file}: ${room} px are left`);
  }
  await close();
});

test('durations have a menu of their own, and the address keeps which one', async () => {
  const { page, close } = await open();
  await redrawn(page, () => page.click('#metric [value=duration]'));
  assert.equal(await page.isVisible('#statistic'), true);
  const mean = await result(page);
  await redrawn(page, () => page.selectOption('#statistic', 'max_duration'));
  assert.match(page.url(), /metric=max_duration/);
  const longest = await result(page);
  assert.equal(longest.metric, 'max_duration');
  assert.ok(longest.cells.every(({ value }, i) => value === null || value >= mean.cells[i].value));
  assert.equal(await page.getAttribute('#metric [value=duration]', 'aria-pressed'), 'true');
  await page.evaluate((name) => document.querySelector('execution-heatmap').focusCell(name), `${longest.cells[5].date}T${longest.cells[5].hour}`);
  assert.match(await page.evaluate(() => document.querySelector('execution-heatmap').shadowRoot.activeElement.textContent), /at the longest/);
  await redrawn(page, () => page.click('#metric [value=volume]'));
  assert.equal(await page.isVisible('#statistic'), false);
  await close();
});
