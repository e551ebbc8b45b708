// The package as it is installed: what is in it, that its entries load outside a page, and that it counts.

import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const installed = new URL('./node_modules/execution-heatmap/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', installed), 'utf8'));
const files = readdirSync(installed);

const rows = [
  { id: '1', workflow_id: '7', status: 'completed', started_at: '2026-02-16T09:10:00Z', duration_ms: 1000 },
  { id: '2', workflow_id: '7', status: 'failed', started_at: '2026-02-16T09:50:00Z', duration_ms: 3000 },
  { id: '3', workflow_id: '8', status: 'completed', started_at: '2026-02-17T23:30:00Z' },
];
const ndjson = new TextEncoder().encode(rows.map((row) => JSON.stringify(row) + '\n').join(''));

async function heatmap(query) {
  const { HeatmapEngine } = await import('execution-heatmap/engine');
  const engine = await HeatmapEngine.create();
  try {
    await engine.load(ndjson);
    return JSON.parse(new TextDecoder().decode(engine.view(query).json));
  } finally {
    engine.close();
  }
}

test('where there is no Worker, a client says what needs none', async () => {
  const { HeatmapClient } = await import('execution-heatmap');
  await assert.rejects(async () => new HeatmapClient().load(ndjson), /no Worker here; 'execution-heatmap\/engine' needs none/);
});

test("a stream of Node's is read like any other stream of bytes", async () => {
  const { HeatmapEngine } = await import('execution-heatmap/engine');
  const folder = mkdtempSync(join(tmpdir(), 'execution-heatmap-'));
  for (const [name, bytes] of [['rows.ndjson', ndjson], ['rows.ndjson.gz', gzipSync(ndjson)]]) {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    const engine = await HeatmapEngine.create();
    const loaded = await engine.load(createReadStream(file));
    const response = JSON.parse(new TextDecoder().decode(engine.view().json));
    assert.deepEqual([loaded.rows, response.totals.executions, response.totals.failed], [3, 3, 1], name);
    engine.close();
  }
  const load = async (stream, options) => {
    const engine = await HeatmapEngine.create();
    const loaded = await engine.load(stream, options).catch(({ message }) => message);
    const { complete, totals } = JSON.parse(new TextDecoder().decode(engine.view({ from: '2026-02-16', to: '2026-02-17' }).json));
    engine.close();
    return typeof loaded === 'string' ? loaded : [loaded.rows, complete, totals.executions];
  };
  const file = join(folder, 'rows.ndjson');
  assert.deepEqual(await load(createReadStream(file, 'utf8')), [3, true, 3], 'texts');
  const cut = createReadStream(file).pipe(new Transform({
    transform(piece, _, done) { this.push(piece); done(); },
    flush(done) { done(new Error('the line went dead')); },
  }));
  assert.deepEqual(await load(cut), [3, false, 3], 'what breaks off is no error');
  assert.match(await load(createReadStream(join(folder, 'missing'))), /no such file/);
  const both = [createReadStream(file), createReadStream(file)];
  assert.match(await load(both), /row 1 cannot be read: it is a stream/);
  both.forEach((stream) => stream.on('error', () => {}).destroy());
  const refused = createReadStream(file);
  assert.match(await load(refused, { keepRows: false, deduplicate: true }), /^deduplicate: /);
  assert.equal(refused.destroyed, true);
  rmSync(folder, { recursive: true });
});

test("a stream of Node's that is given up while it is read ends, and so does its reading", async () => {
  const { HeatmapEngine } = await import('execution-heatmap/engine');
  const view = (engine) => JSON.parse(new TextDecoder().decode(engine.view({ from: '2026-02-16', to: '2026-02-17' }).json));
  /** A stream without an end, which ends a little after that is asked for. */
  const made = (late) => new Readable({ read() {}, destroy: (error, done) => setTimeout(() => done(late ? new Error('too late') : error), 10) });
  const ended = async (stream) => stream.closed || new Promise((resolve) => stream.once('close', resolve));
  /** Gives a stream up that has given rows and gives nothing more; what its load says, and whether the stream has ended. */
  const givenUp = async (giveUp, options = {}) => {
    const engine = await HeatmapEngine.create();
    const stream = made(options.late);
    stream.push(ndjson);
    const load = engine.load(stream, options).catch((error) => error);
    while (view(engine).totals.executions < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    const other = giveUp(engine, stream);
    const loaded = await load;
    await other;
    const said = loaded instanceof Error ? loaded.name : [loaded.rows, loaded.stopped, view(engine).complete];
    await ended(stream);
    if (!options.closes) engine.close();
    return [said, stream.destroyed];
  };
  // By whoever made it: it has broken off.
  assert.deepEqual(await givenUp((_, stream) => stream.destroy()), [[3, false, false], true]);
  assert.deepEqual(await givenUp((_, stream) => stream.destroy(new Error('gone'))), [[3, false, false], true]);
  // By whoever reads it, while it is waited for; what goes wrong with it then is nobody's error.
  for (const late of [false, true]) {
    assert.deepEqual(await givenUp((engine) => engine.stop(), { late }), [[3, true, false], true]);
    const abort = new AbortController();
    assert.deepEqual(await givenUp(() => abort.abort(), { late, signal: abort.signal }), ['AbortError', true]);
    assert.deepEqual(await givenUp((engine) => engine.load(ndjson), { late }), ['AbortError', true]);
    assert.deepEqual(await givenUp((engine) => engine.close(), { late, closes: true }), ['AbortError', true]);
  }
  const engine = await HeatmapEngine.create();
  const refused = made(true);
  await assert.rejects(engine.load(refused, { keepRows: false, deduplicate: true }), /deduplicate: it does not go with/);
  await ended(refused);
  // One that was given up before it gave anything is none.
  const stream = new Readable({ read() {} }).on('error', () => {});
  stream.destroy();
  await assert.rejects(engine.load(stream), /Premature close|destroyed/);
  engine.close();
});

test('it holds what a package must hold', () => {
  for (const name of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'execution_heatmap_wasm_bg.wasm']) {
    assert.ok(files.includes(name), `${name} is missing among ${files}`);
  }
});

test('it brings nothing else along', () => {
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
  assert.deepEqual(Object.keys(manifest.peerDependencies ?? {}), []);
  assert.equal(manifest.scripts?.postinstall, undefined);
});

test('its module says nothing of the machine that built it', () => {
  const module = readFileSync(new URL('execution_heatmap_wasm_bg.wasm', installed), 'latin1');
  assert.doesNotMatch(module, /\/(home|root|Users)\//);
});

test('every entry has its files', () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
      assert.ok(files.includes(path.replace('./', '')), `${entry} names ${path}, which is not there`);
    }
  }
});

test('nothing but its entries can be imported', async () => {
  await assert.rejects(import('execution-heatmap/execution_heatmap_wasm.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});

test('the client and the element load without a page', async () => {
  const { HeatmapClient } = await import('execution-heatmap');
  assert.equal(typeof HeatmapClient, 'function');
  await import('execution-heatmap/element');
});

test('it counts', async () => {
  const { cells, totals, rows: account } = await heatmap({ metric: 'success_rate', granularity: 'hourly', days: 7 });
  assert.deepEqual(
    cells.map(({ date, hour, value, count }) => [date, hour, value, count]),
    [['2026-02-16', 9, 0.5, 2], ['2026-02-17', 23, 1, 1]],
  );
  assert.equal(totals.executions, 3);
  assert.equal(totals.average_duration_ms, 2000);
  assert.equal(account.read, 3);
  assert.equal(account.placed, 3);
});

test('an hour is an hour of the zone that was asked for', async () => {
  const { cells } = await heatmap({ metric: 'volume', granularity: 'hourly', days: 7, time_zone: 'Asia/Kathmandu' });
  assert.deepEqual(
    cells.map(({ date, hour, value }) => [date, hour, value]),
    [['2026-02-16', 14, 1], ['2026-02-16', 15, 1], ['2026-02-18', 5, 1]],
  );
});

test('a wrong query is refused by the name of its parameter', async () => {
  await assert.rejects(heatmap({ metric: 'sucess_rate' }), (error) => error.parameter === 'metric');
});
