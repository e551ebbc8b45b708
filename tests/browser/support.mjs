// What the browser tests share: the real server, a real browser far away from UTC, and a recount that knows nothing of
// the engine.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { gunzipSync } from 'node:zlib';

const require = createRequire(process.env.EXECUTION_HEATMAP_NODE_MODULES + '/');
const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const FLIGHTS = new URL('../data/flights-2013-02-01-to-2013-05-05.csv.gz', import.meta.url);

/** What the demonstration shows: 90 days that end with the flights, in the zone in which they left. */
export const VIEW = 'workspace=demo&days=90&until=2013-05-06T04%3A00%3A00.000Z&time_zone=America%2FNew_York';

/** Starts the demonstration on a free port. */
async function startDemo() {
  const child = spawn(process.env.EXECUTION_HEATMAP_BINARY, ['demo', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const origin = await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      said += chunk;
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (match) resolve(match[0]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the demonstration ended with ${code}: ${said}`)));
  });
  return {
    origin,
    stop: () => new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.on('exit', resolve);
      child.kill('SIGTERM');
    }),
  };
}

/**
 * The demonstration and a browser for the tests of a file: they are there before the first test runs, and end behind the last
 * one. What else the tests begin with waits for them in `begin`: hooks do not wait for one another.
 */
export function withDemo(begin) {
  const demo = {};
  before(async () => {
    // What has started ends also where the other could not.
    const both = await Promise.allSettled([
      startDemo().then((it) => Object.assign(demo, it)),
      launch().then((browser) => Object.assign(demo, { browser })),
    ]);
    for (const { status, reason } of both) if (status === 'rejected') throw reason;
    await begin?.();
  });
  after(async () => {
    await demo.browser?.close();
    await demo.stop?.();
  });
  return demo;
}

/** A server that answers some paths itself and hands the others on, with the real one's headers. */
export async function startFront(origin, answer) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://front');
    if (await answer(url, response, request)) return;
    const real = await fetch(origin + request.url, { headers: { accept: request.headers.accept ?? '*/*' } });
    const headers = Object.fromEntries([...real.headers].filter(([name]) => !['content-length', 'transfer-encoding', 'connection', 'content-encoding'].includes(name)));
    response.writeHead(real.status, headers);
    response.end(Buffer.from(await real.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/**
 * A page in a context of its own. `problems` gathers what must never happen: exceptions, violations of the content
 * security policy, scripts out of data; `requests` what the page asked for.
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ timezoneId: 'Asia/Kathmandu', locale: 'en-US', viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const [problems, requests] = [[], []];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|HACKED/.test(message.text())) problems.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return { page, problems, requests, close: () => context.close() };
}

/** The dashboard's page without the dashboard, so that a test builds its own. */
export async function blankPage(browser, origin, options) {
  const opened = await newPage(browser, options);
  await opened.page.route('**/dashboard.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await opened.page.goto(`${origin}/`);
  await opened.page.evaluate(() => document.body.replaceChildren());
  return opened;
}

/** Waits until the picture of the present attributes stands. */
export async function settled(page, states = ['ready', 'empty', 'error']) {
  await page.waitForFunction((wanted) => {
    const element = document.querySelector('execution-heatmap');
    return wanted.includes(element?.state);
  }, states, { timeout: 30_000 });
}

/** Does something and waits for another picture than the one before. While patterns are looked for, another one comes by itself. */
export async function redrawn(page, act) {
  const isWhole = () => !document.querySelector('execution-heatmap').shadowRoot.textContent.includes('Still looking');
  await page.waitForFunction(isWhole, null, { timeout: 15_000 });
  await page.evaluate(() => (globalThis.before = document.querySelector('execution-heatmap').view));
  await act();
  await page.waitForFunction(() => document.querySelector('execution-heatmap').view !== globalThis.before, null, { timeout: 15_000 });
}

export const result = (page) => page.evaluate(() => JSON.parse(document.querySelector('execution-heatmap').toJSON()));

/** The rows of the flights as objects; no field of theirs holds a quote. */
export function flights() {
  const [head, ...lines] = gunzipSync(readFileSync(FLIGHTS)).toString('utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])));
}

/** Date and hour of an instant on the clocks of New York in spring 2013, where daylight saving time began on March 10. */
export function newYork(instant) {
  const at = Date.parse(instant);
  const offset = at >= Date.parse('2013-03-10T07:00:00Z') ? -4 : -5;
  const local = new Date(at + offset * 3_600_000).toISOString();
  return { date: local.slice(0, 10), hour: Number(local.slice(11, 13)) };
}
