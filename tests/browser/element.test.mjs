// The element alone: keyboard, tooltip, upgrade, moves, removal, several on a page, and what axe-core finds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeSource, blankPage, newPage, redrawn, result, settled, VIEW, withDemo } from './support.mjs';

const demo = withDemo();

async function dashboard(query = VIEW, options) {
  const opened = await newPage(demo.browser, options);
  await opened.page.goto(`${demo.origin}/?${query}`);
  await settled(opened.page);
  return opened;
}

const blank = () => blankPage(demo.browser, demo.origin);

const focused = (page) => page.evaluate(() => {
  const element = document.querySelector('execution-heatmap');
  const cell = Number(element.shadowRoot.activeElement?.dataset.cell ?? -1);
  return cell < 0 ? null : { date: element.view.dates[Math.floor(cell / 24)], hour: cell % 24, level: element.view.cells.level[cell], text: element.shadowRoot.activeElement.textContent };
});

test('the grid is one tab stop and arrow keys walk it', async () => {
  const { page, close } = await dashboard();
  await page.evaluate(() => document.querySelector('execution-heatmap').focusCell('2013-03-05T12'));
  const walk = async (key) => {
    await page.keyboard.press(key);
    const { date, hour } = await focused(page);
    return `${date} ${hour}`;
  };
  assert.equal(await walk('ArrowRight'), '2013-03-06 12');
  assert.equal(await walk('ArrowDown'), '2013-03-06 13');
  assert.equal(await walk('ArrowLeft'), '2013-03-05 13');
  assert.equal(await walk('ArrowUp'), '2013-03-05 12');
  assert.equal(await walk('PageDown'), '2013-03-05 18');
  assert.equal(await walk('PageUp'), '2013-03-05 12');
  assert.equal(await walk('Alt+PageDown'), '2013-03-12 12');
  assert.equal(await walk('Alt+PageUp'), '2013-03-05 12');
  const { start_date: first, end_date: last } = await result(page);
  assert.equal(await walk('Home'), `${first} 12`);
  assert.equal(await walk('End'), `${last} 12`);
  assert.equal(await walk('Control+Home'), `${first} 0`);
  assert.equal(await walk('Control+End'), `${last} 23`);
  await page.evaluate(() => document.querySelector('execution-heatmap').focusCell('2013-03-05T12'));
  await page.keyboard.press('n');
  const hot = await focused(page);
  assert.equal(hot.level, 1);
  await page.keyboard.press('Shift+N');
  assert.ok((await focused(page)).date <= '2013-03-05');
  const stops = await page.evaluate(() => document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('.grid [tabindex="0"]').length);
  assert.equal(stops, 1);
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), null);
  await close();
});

test('a cell is read value first, and its numbers are those of the response', async () => {
  const { page, close } = await dashboard();
  const { cells } = await result(page);
  const cell = cells.find(({ level, count, value }) => level === 1 && count > 20 && value > 0);
  await page.evaluate((name) => document.querySelector('execution-heatmap').focusCell(name), `${cell.date}T${cell.hour}`);
  const failed = Math.round(cell.count * (1 - cell.value));
  const { text } = await focused(page);
  assert.match(text, new RegExp(`^[\\d.]+% succeeded, critical\\. ${failed} of ${cell.count} runs failed\\. [A-Z][a-z]+, [A-Z][a-z]+ \\d+, .*[AP]M to .*[AP]M\\.`));
  const tooltip = page.locator('execution-heatmap .tooltip');
  await tooltip.waitFor({ state: 'visible' });
  assert.match(await tooltip.textContent(), new RegExp(`${failed} of ${cell.count} runs failed`));
  const { apart, ring } = await page.evaluate(() => {
    const root = document.querySelector('execution-heatmap').shadowRoot;
    const box = (selector) => root.querySelector(selector).getBoundingClientRect();
    const [a, b] = [box('.tooltip'), box('.overlay .ring')];
    return { apart: a.right < b.left || a.left > b.right || a.bottom < b.top || a.top > b.bottom, ring: b.width > 0 };
  });
  assert.ok(apart && ring);
  await page.keyboard.press('Escape');
  assert.equal(await tooltip.isVisible(), false);
  await close();
});

test('numbers stand in all cells of a small picture, and in none while it fills', async () => {
  const { page, close } = await blank();
  const { filling, written, executions } = await page.evaluate(async () => {
    await import('/pkg/define.js');
    const start = Date.UTC(2026, 1, 2);
    const line = (i) => `${JSON.stringify({ started_at: new Date(start + ((i * 7919) % 1_200_000) * 1000).toISOString(), status: 'completed' })}\n`;
    const bytes = new TextEncoder().encode(Array.from({ length: 100_000 }, (_, i) => line(i)).join(''));
    const element = document.createElement('execution-heatmap');
    element.metric = 'volume';
    document.body.append(element);
    const numbers = () => [...element.shadowRoot.querySelectorAll('.drawing .numbers text')].map(({ textContent }) => textContent);
    const filling = [];
    let partials = 0;
    element.addEventListener('heatmap-partial', () => {
      partials += 1;
      filling.push(numbers().length);
    });
    const streamOf = (pieces) => new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
    const soon = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    // Rows trickle until a picture of some has stood for a while.
    const rows = async function* () {
      let at = 0;
      for (const step = Math.floor(bytes.length / 200); at < bytes.length / 2 && partials === 0; at += step) {
        yield bytes.subarray(at, at + step);
        await soon(20);
      }
      await soon(200);
      filling.push(numbers().length);
      yield bytes.subarray(at);
    };
    await element.load(streamOf(rows()));
    const executions = [...element.view.cells.executions].filter((count) => count > 0).length;
    for (let tries = 0; numbers().length < executions && tries < 100; tries += 1) await new Promise(requestAnimationFrame);
    return { filling, written: numbers(), executions };
  });
  assert.ok(filling.length > 0 && filling.every((count) => count === 0), filling.join());
  assert.ok(executions > 300, `${executions} cells`);
  assert.equal(written.length, executions);
  assert.ok(written.every((number) => /^\d/.test(number)), written.slice(0, 9).join());
  await close();
});

test('a picture that breaks while it fills keeps its numbers and words', async () => {
  const { page, close } = await blank();
  await page.evaluate(async () => {
    await import('/pkg/define.js');
    const start = Date.UTC(2026, 1, 2);
    const element = document.createElement('execution-heatmap');
    element.metric = 'volume';
    document.body.append(element);
    const partials = new Promise((resolve) => element.addEventListener('heatmap-partial', resolve));
    const encoder = new TextEncoder();
    let at = 0;
    const stream = new ReadableStream({
      pull: async (controller) => {
        const line = (i) => `${JSON.stringify({ started_at: new Date(start + ((i * 7919) % 1_200_000) * 1000).toISOString(), status: 'completed' })}\n`;
        controller.enqueue(encoder.encode(Array.from({ length: 500 }, (_, i) => line(at + i)).join('')));
        at += 500;
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    Object.assign(globalThis, { element, loading: element.load(stream).catch(({ message }) => message) });
    await partials;
  });
  await page.workers()[0].evaluate('setTimeout(() => { throw new Error("struck down"); })').catch(() => {});
  assert.match(await page.evaluate(() => loading), /struck down/);
  const { state, numbers, rows, words } = await page.evaluate(async () => {
    const root = element.shadowRoot;
    const executions = [...element.view.cells.executions].filter((count) => count > 0).length;
    const all = () => ({
      numbers: root.querySelectorAll('.drawing .numbers text').length / executions,
      rows: root.querySelectorAll('.grid tr:not([hidden])').length,
      words: [...root.querySelectorAll('.grid td[data-cell] span')].every((span) => span.textContent !== ''),
    });
    for (let tries = 0; (all().numbers < 1 || all().rows < 24) && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    return { state: element.state, ...all() };
  });
  assert.deepEqual({ state, numbers, rows, words }, { state: 'error', numbers: 1, rows: 24, words: true });
  await close();
});

test('what is told of all executions stands while each workflow is still looked at', async () => {
  const { page, close } = await blank();
  const { seen, last } = await page.evaluate(async () => {
    await import('/pkg/define.js');
    const monday = Date.UTC(2026, 1, 2);
    const hour = 3_600_000;
    const lines = ['workflow,status,started_at,duration_ms\n'];
    for (let i = 0; i < 13 * 168 * 30; i += 1) {
      const at = i % (13 * 168);
      const isBad = at % 168 === 9 || at % 168 === 10;
      const failed = (i * 7919) % 100 < (isBad ? 40 : 5);
      const started = new Date(monday + at * hour + (i * 104_729) % hour).toISOString();
      lines.push(`w${(i * 31) % 101},${failed ? 'failed' : 'completed'},${started},${1000 + (i * 17) % 900}\n`);
    }
    const element = document.createElement('execution-heatmap');
    element.days = 91;
    document.body.append(element);
    const seen = [];
    new MutationObserver(() => {
      const list = element.shadowRoot.querySelector('.patterns');
      const said = list?.hidden === false ? list.textContent : '';
      if (said && seen.at(-1) !== said) seen.push(said);
    }).observe(element.shadowRoot, { childList: true, subtree: true, attributes: true });
    await element.load(new Blob(lines));
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { seen, last: element.shadowRoot.querySelector('.patterns').textContent };
  });
  const window = 'Higher failure rate on Mondays between 9–11 AM';
  const meanwhile = seen.filter((said) => said.includes('Still looking'));
  assert.ok(meanwhile.length > 0, seen.join('\n'));
  assert.ok(meanwhile.every((said) => said.includes(window)), meanwhile.join('\n'));
  assert.ok(last.includes(window) && !last.includes('Still looking'), last);
  await close();
});

test('a pattern that is chosen while workflows are looked at stays chosen', async () => {
  const { page, close } = await blank();
  const { early, late, said, told } = await page.evaluate(async () => {
    await import('/pkg/define.js');
    const [monday, hour] = [Date.UTC(2026, 1, 2), 3_600_000];
    const lines = ['workflow,status,started_at,duration_ms\n'];
    const line = (workflow, failed, at) => lines.push(`${workflow},${failed ? 'failed' : 'completed'},${new Date(monday + at).toISOString()},1000\n`);
    for (let i = 0; i < 13 * 168 * 30; i += 1) {
      const at = i % (13 * 168);
      const isBad = at % 168 === 9 || at % 168 === 10;
      line(`w${(i * 31) % 101}`, (i * 7919) % 100 < (isBad ? 40 : 5), at * hour + (i * 104_729) % hour);
    }
    // What one workflow does every afternoon comes before what all do on Mondays, and shows only once it is looked at.
    for (let i = 0; i < 91 * 24 * 3; i += 1) line('big', Math.floor(i / 3) % 24 === 15, Math.floor(i / 3) * hour + (i % 3) * 60_000);
    const element = document.createElement('execution-heatmap');
    element.days = 91;
    document.body.append(element);
    let early;
    const told = [];
    element.addEventListener('heatmap-change', ({ detail }) => told.push(detail.pattern));
    new MutationObserver(() => {
      const list = element.shadowRoot.querySelector('.patterns');
      if (early !== undefined || !list?.textContent.includes('Still looking')) return;
      early = list.querySelector('.claim').textContent;
      list.querySelector('.claim').click();
    }).observe(element.shadowRoot, { childList: true, subtree: true, attributes: true });
    await element.load(new Blob(lines));
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { early, late: element.pattern, said: [...element.shadowRoot.querySelectorAll('.claim')].map((claim) => claim.textContent), told };
  });
  assert.ok(early?.includes('Mondays'), `${early}`);
  assert.deepEqual([late, told], [2, ['1', '2']]);
  assert.ok(said[0].includes('big') && said[1].includes('Mondays'), said.join('\n'));
  await close();
});

test('every cell gets its words, the skipped hour too', async () => {
  const { page, close } = await dashboard();
  await page.waitForFunction(() => {
    const texts = document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('.grid td[data-cell] span');
    return texts.length >= 24 * 91 && [...texts].every((span) => span.textContent !== '');
  }, null, { timeout: 15_000 });
  const skipped = await page.evaluate(() => {
    const { view, shadowRoot } = document.querySelector('execution-heatmap');
    const cell = view.dates.indexOf('2013-03-10') * 24 + 2;
    return shadowRoot.querySelector(`.grid td[data-cell="${cell}"]`).textContent;
  });
  assert.equal(skipped, 'Does not exist: clocks went forward. Sunday, March 10, 2 AM to 3 AM.');
  await close();
});

test('a sentence shows its cells by pointer and by keyboard', async () => {
  const { page, close } = await dashboard();
  const lit = () => page.evaluate(() => {
    const paths = document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('.light path[class^=l]');
    return [...paths].reduce((sum, path) => sum + (path.getAttribute('d').match(/M/g) ?? []).length, 0);
  });
  const { patterns, cells } = await result(page);
  const leveled = new Set(cells.filter(({ level }) => level > 0).map(({ date, hour }) => `${date} ${hour}`));
  const expected = patterns.map((pattern) => pattern.cells.filter(([date, hour]) => leveled.has(`${date} ${hour}`)).length);
  assert.equal(await lit(), 0);
  await page.locator('execution-heatmap .pattern').first().hover();
  assert.equal(await lit(), expected[0]);
  await page.mouse.move(5, 5);
  assert.equal(await lit(), 0);
  await page.locator('execution-heatmap .claim').nth(1).focus();
  assert.equal(await lit(), expected[1]);
  await page.keyboard.press('Enter');
  assert.match(page.url(), /pattern=2/);
  const inside = patterns[0].cells[0];
  await page.evaluate((name) => document.querySelector('execution-heatmap').focusCell(name), `${inside[0]}T${inside[1]}`);
  await page.waitForFunction(() => document.querySelector('execution-heatmap').shadowRoot.querySelector('.pattern.touched .here'));
  await close();
});

test('levels are isolated by their legend, and Escape shows all again', async () => {
  const { page, close } = await dashboard();
  const legend = page.locator('execution-heatmap .legend button');
  await legend.nth(0).click();
  await legend.nth(1).click();
  assert.match(page.url(), /level=1&level=2/);
  assert.match(await page.locator('execution-heatmap .summary').textContent(), /Showing \d+ critical and warning hours/);
  await page.evaluate(() => document.querySelector('execution-heatmap').focusCell('2013-03-05T12'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.doesNotMatch(page.url(), /level=/);
  await close();
});

test('it takes properties from before its definition, is moved, and is freed', async () => {
  const { page, problems, requests, close } = await blank();
  await page.evaluate(async () => {
    const element = document.createElement('execution-heatmap');
    element.metric = 'volume';
    element.tag = ['two words', 'one'];
    element.src = '/api/v1/workspaces/demo/executions';
    element.until = '2013-05-06T04:00:00Z';
    document.body.append(element);
    await import('/pkg/define.js');
  });
  await settled(page, ['empty']);
  const state = await page.evaluate(() => {
    const { metric, tag } = document.querySelector('execution-heatmap');
    return { metric, tag, attribute: document.querySelector('execution-heatmap').getAttribute('metric') };
  });
  assert.deepEqual(state, { metric: 'volume', tag: ['two words', 'one'], attribute: 'volume' });
  const asked = () => requests.filter((url) => /executions\?/.test(url)).length;
  assert.equal(asked(), 1);
  await page.evaluate(() => {
    const element = document.querySelector('execution-heatmap');
    const box = document.createElement('div');
    document.body.append(box);
    box.append(element);
  });
  await redrawn(page, () => page.evaluate(() => (document.querySelector('execution-heatmap').tag = [])));
  assert.equal((await result(page)).metric, 'volume');
  assert.equal(asked(), 1);
  assert.equal(page.workers().length, 1);
  await page.evaluate(() => {
    const other = document.createElement('execution-heatmap');
    other.id = 'other';
    document.body.append(other);
    return other.load(new Blob(['{"started_at":"2026-02-02T00:00:00Z","status":"completed"}\n']));
  });
  assert.equal(page.workers().length, 1, 'one worker serves both');
  await page.evaluate(() => (globalThis.kept = document.querySelector('execution-heatmap')).remove());
  assert.equal(page.workers().length, 1);
  assert.equal(await page.evaluate(() => document.querySelector('#other').result.totals.executions), 1);
  await page.evaluate(() => document.querySelector('#other').remove());
  for (let tries = 0; page.workers().length > 0 && tries < 50; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(page.workers().length, 0, 'the worker goes with the last of them');
  await page.evaluate(() => document.body.append(globalThis.kept));
  await settled(page, ['ready']);
  assert.deepEqual(problems, []);
  await close();
});

test('wrong values fall back and are said once', async () => {
  const { page, close } = await blank();
  const warnings = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  const metric = await page.evaluate(async () => {
    await import('/pkg/define.js');
    const element = document.createElement('execution-heatmap');
    element.setAttribute('metric', 'happiness');
    document.body.append(element);
    return [element.metric, element.metric];
  });
  assert.deepEqual(metric, ['success_rate', 'success_rate']);
  assert.deepEqual(warnings, ['<execution-heatmap> metric="happiness": it takes success_rate, volume, duration, error_count, p50_duration, p95_duration, p99_duration, max_duration, queue_wait']);
  await close();
});

test('a load that is given up rejects at once', async () => {
  const { page, close } = await blank();
  const outcome = await page.evaluate(async () => {
    const { HeatmapClient } = await import('/pkg/client.js');
    const client = new HeatmapClient();
    const endless = new ReadableStream({ pull: async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(new TextEncoder().encode('{"started_at":"2026-02-02T00:00:00Z","status":"completed"}\n'.repeat(500)));
    } });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const started = performance.now();
    const name = await client.load(endless, { signal: abort.signal }).then(() => 'loaded', (error) => error.name);
    const took = performance.now() - started - 300;
    await client.load(new Blob(['{"started_at":"2026-02-02T00:00:00Z","status":"failed"}\n']));
    const view = await client.view({ metric: 'error_count' });
    const wrong = await client.view({ time_zone: 'Mars/Olympus' }).catch((error) => ({ message: error.message, parameter: error.parameter }));
    client.close();
    return { name, took, failed: view.response.totals.failed, frozen: Object.isFrozen(view.response.totals), wrong };
  });
  assert.equal(outcome.name, 'AbortError');
  assert.ok(outcome.took < 200, `it took ${outcome.took} ms`);
  assert.deepEqual([outcome.failed, outcome.frozen], [1, true]);
  assert.equal(outcome.wrong.parameter, 'time_zone');
  assert.match(outcome.wrong.message, /Mars\/Olympus/);
  await close();
});

for (const [name, options, query] of [
  ['light', {}, VIEW],
  ['dark', { colorScheme: 'dark' }, `${VIEW}&metric=volume`],
  ['narrow', { viewport: { width: 390, height: 844 }, hasTouch: true }, VIEW],
  ['narrow dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, `${VIEW}&metric=error_count`],
  ['daily', { viewport: { width: 768, height: 900 } }, `${VIEW}&granularity=daily&metric=duration`],
  ['empty', {}, `${VIEW}&workflow_id=nothing`],
  ['error', {}, 'workspace=nothing'],
]) {
  test(`axe-core finds nothing: ${name}`, async () => {
    const { page, close } = await dashboard(query, { bypassCSP: true, ...options });
    await page.waitForTimeout(300);
    const state = await page.evaluate(() => document.querySelector('execution-heatmap').state);
    if (state === 'ready') {
      await page.evaluate(() => document.querySelector('execution-heatmap').focusCell(document.querySelector('execution-heatmap').result.granularity === 'daily' ? '2013-03-05' : '2013-03-05T12'));
      // Patterns beyond the first three are folded away.
      // A button that was clicked has another name.
      const more = page.getByRole('button', { name: /^Show \d+ more$/ });
      for (let left = await more.count(); left > 0; left -= 1) await more.first().click();
      assert.equal(await more.count(), 0);
      for (const summary of await page.locator('execution-heatmap summary').all()) await summary.click();
    }
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
