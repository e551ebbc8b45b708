// Rows from everywhere, good and bad: files that are dropped, streams that break off, names that are markup, workers
// that die.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FLIGHTS, flights, newPage, result, settled, startFront, withDemo } from './support.mjs';

let front;
/** What the front server answers to a request for rows: set by each test. */
let rows = () => false;
const demo = withDemo(async () => {
  front = await startFront(demo.origin, (url, response, request) => (url.pathname.endsWith('/executions') ? rows(response, request) : false));
});
after(() => front?.stop());

const line = (fields) => `${JSON.stringify({ status: 'completed', ...fields })}\n`;
const hour = (i) => new Date(Date.parse('2026-02-02T00:00:00Z') + i * 3_600_000).toISOString();
const many = (count) => Array.from({ length: count }, (_, i) => line({ id: String(i), started_at: hour(i % 300) })).join('');
const FIXED = 'workspace=w&days=14&until=2026-02-16T00%3A00%3A00Z&time_zone=UTC';

function streams(...chunks) {
  rows = async (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const chunk of chunks) {
      if (chunk === 'cut') return response.destroy(), true;
      if (chunk === 'wait') await new Promise((resolve) => setTimeout(resolve, 700));
      else response.write(chunk);
    }
    response.end();
    return true;
  };
}

async function drop(page, name, bytes) {
  const data = await page.evaluateHandle(([name, base64]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    return transfer;
  }, [name, Buffer.from(bytes).toString('base64')]);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  assert.equal(await page.isVisible('#dropping'), true);
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  assert.equal(await page.isVisible('#dropping'), false);
}

async function shown(query, options) {
  const opened = await newPage(demo.browser, options);
  await opened.page.goto(`${front.origin}/?${query}`);
  await settled(opened.page);
  return opened;
}

const notice = (page) => page.locator('execution-heatmap .notice p').first().textContent();

test('a file that is dropped is drawn without the server', async () => {
  const { page, problems, requests, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?time_zone=America%2FNew_York`);
  await page.waitForURL(/workspace=demo/);
  await settled(page);
  const before = requests.length;
  await page.context().setOffline(true);
  await drop(page, 'flights.csv.gz', readFileSync(FLIGHTS));
  await page.waitForFunction(() => document.querySelector('#name').textContent === 'flights.csv.gz');
  await page.waitForFunction(() => document.querySelector('execution-heatmap').result?.days === 93);
  await settled(page, ['ready']);
  const drawn = await result(page);
  assert.equal(drawn.totals.executions, flights().length);
  assert.equal(drawn.rows.read, drawn.rows.placed);
  assert.deepEqual(requests.slice(before), []);
  assert.match(page.url(), /file=flights\.csv\.gz/);
  assert.doesNotMatch(page.url(), /workspace=/);
  assert.deepEqual(problems, []);
  await close();
});

test('of several sources in a hurry the last one stands', async () => {
  const { page, close } = await newPage(demo.browser);
  for (let round = 0; round < 5; round += 1) {
    // The server's rows are on their way, and the engine still starts, when a file is chosen.
    await page.goto(`${demo.origin}/?workspace=demo&time_zone=UTC&round=${round}`);
    await page.setInputFiles('#file', { name: 'first.ndjson', mimeType: '', buffer: Buffer.from(many(5000)) });
    await page.setInputFiles('#file', { name: 'last.ndjson', mimeType: '', buffer: Buffer.from(many(10)) });
    await page.waitForFunction(() => document.querySelector('execution-heatmap').result?.totals.executions === 10);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { rows: account, complete } = await result(page);
    assert.deepEqual([account.read, account.unreadable, complete], [10, 0, true]);
    assert.equal(await page.evaluate(() => document.querySelector('execution-heatmap').state), 'ready');
  }
  await close();
});

test('a chosen file is read too, and a second one takes its place', async () => {
  const { page, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?time_zone=UTC`);
  await page.setInputFiles('#file', fileURLToPath(FLIGHTS));
  await page.waitForFunction((rows) => document.querySelector('execution-heatmap').result?.totals.executions === rows, flights().length);
  await page.setInputFiles('#file', { name: 'small.ndjson', mimeType: '', buffer: Buffer.from(many(10)) });
  await page.waitForFunction(() => document.querySelector('execution-heatmap').result?.totals.executions === 10);
  assert.equal(await page.textContent('#name'), 'small.ndjson');
  await close();
});

test('what is no log is refused in words', async () => {
  const { page, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?workspace=none`);
  await settled(page, ['error']);
  await drop(page, 'executions.pdf', '%PDF-1.7\nbinary');
  await page.waitForFunction(() => document.querySelector('#name').textContent === 'executions.pdf');
  await page.waitForFunction(() => /is not a log/.test(document.querySelector('execution-heatmap').error?.message ?? ''));
  assert.match(await notice(page), /^executions\.pdf is not a log this can read\. It starts with "%PDF/);
  await close();
});

test('a dropped file is read in the zone of its viewer, and nothing of the workspace before stays beside it', async () => {
  const { page, close } = await newPage(demo.browser);
  const zone = () => new URL(page.url()).searchParams.get('time_zone');
  // The last 90 days of the demonstration are empty.
  await page.goto(`${demo.origin}/?workspace=demo&time_zone=America%2FNew_York`);
  await page.waitForSelector('#newest');
  await drop(page, 'executions.pdf', '%PDF-1.7\nbinary');
  await page.waitForFunction(() => /is not a log/.test(document.querySelector('execution-heatmap').error?.message ?? ''));
  assert.equal(await page.locator('#newest').count(), 0);
  assert.match(zone(), /^Asia\/Kat/);
  await drop(page, 'runs.ndjson', many(10));
  await page.waitForFunction(() => document.querySelector('execution-heatmap').result?.totals.executions === 10);
  assert.match((await result(page)).time_zone, /^Asia\/Kat/);
  // Who chose a zone gets it for a file, too; a link to a file has the one that it says.
  await page.goto(`${demo.origin}/?workspace=demo&time_zone=America%2FNew_York`);
  await page.waitForSelector('#newest');
  await page.click('#zone');
  await page.getByRole('radio', { name: 'UTC', exact: true }).click();
  await drop(page, 'runs.ndjson', many(10));
  await page.waitForFunction(() => document.querySelector('execution-heatmap').result?.totals.executions === 10);
  assert.equal(zone(), 'UTC');
  await page.goto(`${demo.origin}/?file=runs.ndjson&time_zone=Europe%2FBerlin`);
  await drop(page, 'runs.ndjson', many(10));
  await page.waitForFunction(() => document.querySelector('execution-heatmap').result?.totals.executions === 10);
  assert.equal(zone(), 'Europe/Berlin');
  await close();
});

test('a bare address says what there is to open', async () => {
  const { page, close } = await newPage(demo.browser);
  await page.route('**/api/v1/workspaces', (route) => route.fulfill({ json: { workspaces: [{ id: 'demo', newest: '2013-05-06T03:00:00.000Z' }, { id: 'sales' }] } }));
  await page.goto(`${demo.origin}/`);
  await page.getByRole('button', { name: 'sales' }).waitFor();
  assert.equal(await page.textContent('#invitation'), 'Open one of the workspaces, or drop a log file here.');
  // Nothing is being read, so nothing looks as if it were.
  assert.equal(await page.locator('execution-heatmap .ghost').isVisible(), false);
  await page.getByRole('button', { name: 'demo' }).click();
  await page.waitForURL(/workspace=demo/);
  await page.waitForSelector('#newest');
  assert.match(await page.textContent('#newest'), /^The newest execution is from May 6, 2013\. Go there$/);
  // And back to where the others are.
  await page.click('#more');
  await page.getByRole('link', { name: 'All workspaces' }).click();
  await page.getByRole('button', { name: 'sales' }).waitFor();
  assert.match(new URL(page.url()).search, /^\?time_zone=Asia%2FKat[a-z]+$/);
  await close();
});

test('a stream without its end is shown as incomplete, however it ends', async () => {
  for (const chunks of [[many(200)], [many(200), 'wait', 'cut'], [many(200), '{"$error":{"code":"database","message":"it went away","rows":200}}\n'], [many(200), '{"$end":{"rows":300,"complete":true}}\n'], [many(200), '{"$end":{"rows":200,"complete":false,"reason":"row_limit"}}\n']]) {
    streams(...chunks);
    const { page, close } = await shown(FIXED);
    const drawn = await result(page);
    assert.equal(drawn.complete, false);
    assert.ok(drawn.totals.executions > 0);
    assert.equal(await notice(page), `Some rows are missing: ${drawn.incomplete_reason}.`);
    await close();
  }
});

test('a whole stream is whole', async () => {
  streams(many(200), '{"$alive":1}\n', '{"$end":{"rows":200,"complete":true}}\n');
  const { page, close } = await shown(FIXED);
  assert.equal((await result(page)).complete, true);
  assert.equal(await page.locator('execution-heatmap .notice').count(), 0);
  await close();
});

test('the picture fills while rows arrive, and reading can be stopped', async () => {
  streams(many(150), 'wait', many(20_000), 'wait', many(20_000), 'wait', many(20_000), 'wait', many(20_000), 'wait', 'wait', 'wait', 'wait', 'cut');
  const { page, close } = await newPage(demo.browser);
  await page.goto(`${front.origin}/?${FIXED}`);
  await settled(page, ['streaming']);
  await page.waitForFunction(() => document.querySelector('execution-heatmap').shadowRoot.querySelector('.drawing .xh-l4'));
  const card = page.locator('execution-heatmap [part=status]');
  assert.match(await card.textContent(), /Reading w .*rows so far.*Patterns are worked out when reading ends\./);
  const started = Date.now();
  await page.getByRole('button', { name: 'Stop here' }).click();
  await settled(page, ['ready']);
  assert.ok(Date.now() - started < 1000, `it took ${Date.now() - started} ms`);
  assert.match(await notice(page), /^Stopped after [\d,]+ rows\. Dates after Feb \d+ are not read\.$/);
  assert.equal((await result(page)).complete, false);
  await close();
});

test('unreadable lines are counted and shown', async () => {
  streams(many(20), 'not json\n', line({ started_at: 'yesterday' }), line({ id: 'x' }), '{"$end":{"rows":23,"complete":true}}\n');
  const { page, close } = await shown(FIXED);
  const { rows: account, problems } = await result(page);
  assert.deepEqual([account.read, account.placed, account.unreadable, account.no_start], [23, 20, 2, 1]);
  assert.match(await notice(page), /^Some rows are missing: 2 of 23 could not be read\. First: line 21, /);
  await page.getByRole('button', { name: 'Show all' }).click();
  // What is opened is filled when it tells that it was.
  await page.locator('execution-heatmap .problems li').first().waitFor();
  const items = await page.locator('execution-heatmap .problems li').allTextContents();
  assert.equal(items.length, problems.length);
  assert.match(items[0], /^Line 21: /);
  await close();
});

test('names of rows are text and nothing else', async () => {
  const hostile = ['<img src=x onerror=console.log("HACKED")>', '<script>console.log("HACKED")</script>', '"><svg onload=console.log("HACKED")>', '\u202Egpj.exe', 'javascript:console.log("HACKED")', '__proto__', '\u0000\u0008\uFFFE'];
  streams(...hostile.map((name, i) => line({ id: String(i), workflow_id: name, workflow: name, status: name, started_at: hour(i), tags: [name], error: name })),
    `{"$end":{"rows":${hostile.length},"complete":true}}\n`);
  const { page, problems, close } = await shown(`${FIXED}&x=${encodeURIComponent(hostile[0])}`);
  await page.click('#workflows');
  const names = await page.locator('#controls [popover]:popover-open label bdi').allTextContents();
  for (const name of hostile.slice(0, 6)) assert.ok(names.includes(name), name);
  await page.keyboard.press('Escape');
  await page.click('#filters');
  await page.keyboard.press('Escape');
  for (const summary of ['View as table', 'What was read']) await page.locator('execution-heatmap summary', { hasText: summary }).click();
  await page.hover('execution-heatmap .drawing');
  const inside = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*'), ...document.querySelector('execution-heatmap').shadowRoot.querySelectorAll('*')];
    return { images: all.filter((node) => ['img', 'image', 'foreignObject'].includes(node.localName)).length, scripts: all.filter((node) => node.localName === 'script').length, polluted: ({}).x };
  });
  assert.deepEqual(inside, { images: 0, scripts: 1, polluted: undefined });
  const svg = await page.evaluate(() => document.querySelector('execution-heatmap').toSVG());
  assert.doesNotMatch(svg, /<(img|script|svg onload)/);
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
  assert.deepEqual(problems, []);
  await close();
});

test('a server’s refusal is said and the last picture stays', async () => {
  streams(many(100), '{"$end":{"rows":100,"complete":true}}\n');
  const { page, close } = await shown(FIXED);
  rows = (response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'unavailable', detail: 'the database does not answer' }));
    return true;
  };
  await page.selectOption('#window', '60');
  await settled(page, ['error']);
  assert.match(await notice(page), /^The server answered 503: the database does not answer Last update \d/);
  assert.ok(await page.locator('execution-heatmap .drawing').isVisible());
  streams(many(100), '{"$end":{"rows":100,"complete":true}}\n');
  await page.getByRole('button', { name: 'Try again' }).click();
  await settled(page, ['ready']);
  await close();
});

test('after the worker died the next load works', async () => {
  for (const death of ['close()', 'setTimeout(() => { throw new Error("struck down"); })']) {
    streams(many(100), 'wait', 'wait', 'wait', 'wait', 'wait', 'wait', 'wait');
    const { page, close } = await newPage(demo.browser);
    await page.goto(`${front.origin}/?${FIXED}`);
    await page.waitForFunction(() => document.querySelector('execution-heatmap').state !== 'idle');
    while (page.workers().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await page.workers()[0].evaluate(death).catch(() => {});
    await settled(page, ['error']);
    assert.match(await notice(page), /^The worker stopped/);
    streams(many(100), '{"$end":{"rows":100,"complete":true}}\n');
    await page.getByRole('button', { name: 'Try again' }).click();
    await settled(page, ['ready']);
    assert.equal((await result(page)).rows.read, 100);
    await close();
  }
});

/** Holds the worker's lock back, so that a question is answered before the worker has told of itself. */
const LATE = 'const take = navigator.locks.request.bind(navigator.locks); navigator.locks.request = (...all) => new Promise((resolve) => setTimeout(resolve, 1000)).then(() => take(...all));';

for (const late of [false, true]) test(`an engine that cannot start says so${late ? ', also before its worker does' : ''}`, async () => {
  const { page, close } = await newPage(demo.browser);
  if (late) {
    await page.context().route('**/pkg/worker.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: LATE + await response.text() });
    });
  }
  await page.context().route('**/*.wasm', (route) => route.fulfill({ status: 404, body: 'gone' }));
  await page.goto(`${demo.origin}/?workspace=demo&time_zone=UTC`);
  await settled(page, ['error']);
  assert.match(await notice(page), /^This browser could not start the engine: ./);
  await page.context().unroute('**/*.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await settled(page, ['ready', 'empty']);
  await close();
});

const MODULE = '**/execution_heatmap_plain_bg.wasm';

test('rows are asked for before the engine has come, and the engine comes once', async () => {
  streams(many(100), '{"$end":{"rows":100,"complete":true}}\n');
  const { page, close } = await newPage(demo.browser);
  let modules = 0;
  const asked = new Promise((resolve) => page.context().on('request', (request) => /\/executions\b/.test(request.url()) && resolve()));
  await page.context().route(MODULE, async (route) => {
    modules += 1;
    await asked;
    await route.continue();
  });
  await page.goto(`${front.origin}/?${FIXED}`);
  await settled(page, ['ready']);
  assert.equal((await result(page)).rows.read, 100);
  assert.equal(modules, 1);
  await close();
});

test('an engine that the page could not fetch is fetched by the worker', async () => {
  streams(many(100), '{"$end":{"rows":100,"complete":true}}\n');
  for (const refuse of [(route) => route.abort(), (route) => route.fulfill({ status: 503, body: 'later' })]) {
    const { page, close } = await newPage(demo.browser);
    let modules = 0;
    await page.context().route(MODULE, (route) => (modules++ === 0 ? refuse(route) : route.continue()));
    await page.goto(`${front.origin}/?${FIXED}`);
    await settled(page, ['ready']);
    assert.equal((await result(page)).rows.read, 100);
    assert.equal(modules, 2);
    await close();
  }
});

/** Tells of the engines that the worker has: each is registered so that its memory is given back. */
const TOLD = 'globalThis.engines = []; const register = FinalizationRegistry.prototype.register; FinalizationRegistry.prototype.register = function (held, ...rest) { if ("view" in held) engines.push(held); return register.call(this, held, ...rest); };';

test('after the engine trapped the rows are given up in words, and the next load works', async () => {
  streams(many(100), '{"$end":{"rows":100,"complete":true}}\n');
  const { page, close } = await newPage(demo.browser);
  await page.context().route('**/pkg/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: TOLD + await response.text() });
  });
  await page.goto(`${front.origin}/?${FIXED}`);
  await settled(page, ['ready']);
  for (let round = 0; round < 3; round += 1) {
    const [worker] = page.workers();
    // The next question to the engine runs into the machine's own trap: a module whose one function is `unreachable`.
    await worker.evaluate(() => {
      const module = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11]);
      for (const engine of engines) engine.view = new WebAssembly.Instance(new WebAssembly.Module(module)).exports.t;
    });
    await page.click(`#metric [value=${round % 2 ? 'success_rate' : 'volume'}]`);
    await settled(page, ['error']);
    assert.match(await notice(page), /^The engine stopped: unreachable/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await settled(page, ['ready']);
    assert.equal((await result(page)).rows.read, 100);
    assert.equal(page.workers().length, 1);
  }
  await close();
});

const COMPANION = '/api/v1/workspaces/w/executions';

for (const [name, options] of [['an address', {}], ['a path', {}], ['a response', {}], ['a stream that is said to be one', { companion: true }]]) {
  test(`a companion’s stream that was cut is incomplete: ${name}`, async () => {
    const { page, close } = await newPage(demo.browser);
    await page.goto(`${front.origin}/`);
    const read = () => page.evaluate(async ([path, name, options]) => {
      const { HeatmapClient } = await import('/pkg/client.js');
      const source = async () => {
        if (name === 'a path') return path;
        if (name === 'an address') return new URL(path, location.href);
        return name === 'a response' ? fetch(path) : (await fetch(path)).body;
      };
      const client = new HeatmapClient();
      const loaded = await client.load(await source(), options);
      const { complete } = (await client.view({ days: 14 })).response;
      client.close();
      const element = document.createElement('execution-heatmap');
      document.body.append(element);
      await element.load(await source(), options);
      const drawn = element.result.complete;
      element.remove();
      return { rows: loaded.rows, complete, drawn, isLive: Math.abs(loaded.now - Date.now()) < 60_000 };
    }, [COMPANION, name, options]);
    streams(many(200));
    assert.deepEqual(await read(), { rows: 200, complete: false, drawn: false, isLive: true });
    streams(many(200), '{"$end":{"rows":200,"complete":true}}\n');
    assert.deepEqual(await read(), { rows: 200, complete: true, drawn: true, isLive: true });
    await close();
  });
}

test('a response that refuses is refused in the server’s words', async () => {
  rows = (response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'unavailable', detail: 'the database does not answer' }));
    return true;
  };
  const { page, close } = await newPage(demo.browser);
  await page.goto(`${front.origin}/`);
  const error = await page.evaluate(async (path) => {
    const { HeatmapClient } = await import('/pkg/client.js');
    return new HeatmapClient().load(await fetch(path)).catch(({ message, status }) => ({ message, status }));
  }, COMPANION);
  assert.deepEqual(error, { message: 'The server answered 503: the database does not answer', status: 503 });
  await close();
});

/** A server that knows one workspace and refuses the others. */
const only = (known, ...lines) => {
  rows = (response, request) => {
    const isKnown = request.url.startsWith(`/api/v1/workspaces/${known}/`);
    response.writeHead(isKnown ? 200 : 404, { 'content-type': isKnown ? 'application/x-ndjson' : 'text/plain' });
    response.end(isKnown ? lines.join('') : '');
    return true;
  };
};
const show = (page, workspace) => page.evaluate((workspace) => {
  document.querySelector('execution-heatmap').src = `/api/v1/workspaces/${workspace}/executions`;
}, workspace);
const held = (page) => page.evaluate(() => {
  const { state, error, result } = document.querySelector('execution-heatmap');
  return { state, error: error?.message, executions: result?.totals.executions };
});

test('rows of one source never stand under another that failed', async () => {
  only('w', many(100), '{"$end":{"rows":100,"complete":true}}\n');
  const { page, close } = await shown(FIXED);
  assert.deepEqual(await held(page), { state: 'ready', error: undefined, executions: 100 });
  await show(page, 'other');
  await settled(page, ['error']);
  const failed = { state: 'error', error: 'The server answered 404.', executions: undefined };
  assert.deepEqual(await held(page), failed);
  assert.equal(await page.locator('execution-heatmap .drawing').isVisible(), false);
  assert.equal(await notice(page), 'The server answered 404.');
  // Another metric asks the new source again, and does not draw the old one's rows.
  for (const metric of ['volume', 'error_count']) {
    await page.evaluate((metric) => (document.querySelector('execution-heatmap').metric = metric), metric);
    await page.waitForTimeout(300);
    await settled(page, ['error']);
    assert.deepEqual(await held(page), failed);
  }
  await show(page, 'w');
  await settled(page, ['ready']);
  assert.deepEqual(await held(page), { state: 'ready', error: undefined, executions: 100 });
  await page.evaluate(() => document.querySelector('execution-heatmap').load(new Blob(['%PDF-1.7\n'])).catch(() => {}));
  assert.equal((await held(page)).executions, undefined);
  await close();
});

test('after a reload that failed, what still stands answers, and its error is over', async () => {
  only('w', many(100), '{"$end":{"rows":100,"complete":true}}\n');
  const { page, close } = await shown(FIXED);
  only('none');
  await page.evaluate(() => (document.querySelector('execution-heatmap').days = 300));
  await settled(page, ['error']);
  assert.equal((await held(page)).executions, 100);
  await page.evaluate(() => Object.assign(document.querySelector('execution-heatmap'), { days: 14, metric: 'volume' }));
  await settled(page, ['ready']);
  assert.deepEqual(await held(page), { state: 'ready', error: undefined, executions: 100 });
  await close();
});

test('what a file was taken for is said, and can be said otherwise', async () => {
  const { page, problems, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?workspace=none&time_zone=UTC`);
  await settled(page);
  const runs = { workflow_runs: [1, 2, 3].map((id) => ({ id, name: 'CI', status: 'completed', conclusion: id === 1 ? 'failure' : 'success', created_at: '2026-02-02T01:00:00Z', run_started_at: '2026-02-02T01:00:00Z', updated_at: '2026-02-02T01:05:00Z', workflow_id: 7, run_attempt: 1 })) };
  await page.setInputFiles('#file', { name: 'runs.json', mimeType: '', buffer: Buffer.from(JSON.stringify(runs)) });
  await settled(page, ['ready']);
  assert.match(await page.textContent('#read-as-words'), /GitHub Actions runs/);
  assert.equal((await result(page)).totals.failed, 1);
  // A form that nobody knows, until the reader says where its fields are.
  const own = Array.from({ length: 4 }, (_, i) => `${JSON.stringify({ run: { begin: hour(i), result: i === 0 ? 'KO' : 'OK' } })}\n`).join('');
  await page.setInputFiles('#file', { name: 'own.ndjson', mimeType: '', buffer: Buffer.from(own) });
  await page.waitForFunction(() => document.querySelector('#name').textContent === 'own.ndjson' && ['empty', 'error'].includes(document.querySelector('execution-heatmap').state));
  await page.click('#read-as-change');
  assert.equal(await page.evaluate(() => document.querySelector('#reading').open), true);
  await page.fill('#map', '{"started_at": "run.begin", "status": 7}');
  await page.click('#reading-form [type=submit]');
  await page.locator('#map-error').waitFor();
  assert.match(await page.textContent('#map-error'), /^The mapping.*status/);
  assert.equal(await page.getAttribute('#map', 'aria-invalid'), 'true');
  await page.fill('#map', '{"started_at": "run.begin", "status": "run.result", "statuses": {"OK": "completed", "KO": "failed"}}');
  await page.click('#reading-form [type=submit]');
  await settled(page, ['ready']);
  await page.waitForFunction(() => !document.querySelector('#reading').open);
  const { totals } = await result(page);
  assert.deepEqual([totals.executions, totals.completed, totals.failed], [4, 3, 1]);
  // A place that is not there is told, and so is a name that is nearly one that is read.
  await page.click('#read-as-change');
  await page.fill('#map', '{"started_at": "run.begin", "status": "run.how", "otherwise": "failed"}');
  await page.click('#reading-form [type=submit]');
  const told = (words) => page.waitForFunction((words) => document.querySelector('#read-as-words').textContent.includes(words), words, { timeout: 10_000 });
  await told("the first row has no 'run.how', only 'run.begin, run.result, run'");
  await page.setInputFiles('#file', { name: 'near.csv', mimeType: '', buffer: Buffer.from(`started_at,stauts\n${hour(0)},failed\n`) });
  await told("'stauts' is not read, 'status' would be");
  assert.deepEqual(problems, []);
  await close();
});

test('several files that are dropped are shown as one', async () => {
  const { page, close } = await newPage(demo.browser);
  await page.goto(`${demo.origin}/?workspace=none&time_zone=UTC`);
  await settled(page);
  await page.setInputFiles('#file', [{ name: 'one.ndjson', mimeType: '', buffer: Buffer.from(many(10)) }, { name: 'two.csv', mimeType: '', buffer: Buffer.from(`status,started_at\nfailed,${hour(1)}\nfailed,${hour(2)}\n`) }]);
  await settled(page, ['ready']);
  assert.equal(await page.textContent('#name'), 'one.ndjson and 1 more');
  const { totals } = await result(page);
  assert.deepEqual([totals.executions, totals.failed], [12, 2]);
  // One that is no log is named.
  await page.setInputFiles('#file', [{ name: 'one.ndjson', mimeType: '', buffer: Buffer.from(many(10)) }, { name: 'report.pdf', mimeType: '', buffer: Buffer.from('%PDF-1.7\n') }]);
  await page.waitForFunction(() => document.querySelector('execution-heatmap').state === 'error');
  assert.match(await notice(page), /^report\.pdf is not a log this can read\. It starts with "%PDF/);
  await close();
});
