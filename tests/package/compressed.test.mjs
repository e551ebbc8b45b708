// Compressed logs as the package reads them: gzip of several members, zstd of several frames, what is cut off or damaged,
// and that little data which stands for much costs no memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HeatmapEngine } from 'execution-heatmap/engine';

const log = Buffer.from(Array.from({ length: 24 }, (_, hour) =>
  JSON.stringify({ workflow_id: 'a', status: hour === 3 ? 'failed' : 'completed', started_at: `2026-02-16T${String(hour).padStart(2, '0')}:00:00Z` }) + '\n').join(''));
/** The same log as `zstd -19` writes it; Node.js knows zstd only since version 22. */
const logInZstd = Buffer.from('KLUv/QRoZQQA8gUVGHBvDtK7gigyMNq2Xf8xt+nRlvyAAFWAImw19zAKJga2mnoYBRMDi41jVoHrSctEWIVNgTf37e2UB1t6sGGMHmh5+0S16+nB3dtfo1RQZBwJqm4FG6gQ2Iv1rzGwpVBsEBIiKML/I2JFjHw5IcGZc0o5pyYkc5Iq29SkhKZEmtlDchJsQBovSQHnMhi/', 'base64');
const gzip = gzipSync(log);

async function read(source) {
  const engine = await HeatmapEngine.create();
  try {
    await engine.load(source);
    const answer = JSON.parse(new TextDecoder().decode(engine.view({ metric: 'volume', days: 7 }).json));
    return { cells: answer.cells, read: answer.rows.read, reason: answer.incomplete_reason };
  } finally {
    engine.close();
  }
}

/** Bytes as a network may bring them. */
const inChunks = (bytes, length) => new ReadableStream({
  start(controller) {
    for (let at = 0; at < bytes.length; at += length) controller.enqueue(new Uint8Array(bytes.subarray(at, at + length)));
    controller.close();
  },
});

const plain = await read(log);
const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

for (const [name, bytes] of [
  ['gzip', gzip],
  ['gzip of several members, empty ones and padding', Buffer.concat([gzipSync(log.subarray(0, 300)), gzipSync(''), gzipSync(log.subarray(300)), Buffer.alloc(512)])],
  ['zstd', logInZstd],
  ['zstd behind a frame that is to be skipped', Buffer.concat([skippable, logInZstd])],
]) {
  test(`${name} is read as what it holds`, async () => {
    assert.equal(plain.read, 24);
    for (const source of [bytes, new Blob([bytes]), new Response(bytes), inChunks(bytes, 1), inChunks(bytes, 100)]) assert.deepEqual(await read(source), plain);
  });
}

test('what was read is told in bytes of the sources as they lie there', async () => {
  const engine = await HeatmapEngine.create();
  const told = async (source) => {
    const { bytes, total, decompressed, remaining } = await engine.load(source);
    return [bytes, total, decompressed, remaining];
  };
  for (const bytes of [gzip, logInZstd]) assert.deepEqual(await told(bytes), [bytes.length, bytes.length, log.length, 0]);
  const all = log.length + gzip.length + logInZstd.length;
  assert.deepEqual(await told([log, new Blob([gzip]), logInZstd]), [all, all, 3 * log.length, 0]);
  // Of a stream it is not known how much comes, and a length that is too small says nothing.
  assert.deepEqual(await told(inChunks(gzip, 7)), [gzip.length, null, log.length, null]);
  const short = { headers: { 'content-length': String(gzip.length) } };
  assert.deepEqual(await told(new Response(log, short)), [log.length, null, log.length, null]);
  engine.close();
});

test('frames and members add up', async () => {
  assert.equal((await read(Buffer.concat(Array(10).fill(logInZstd)))).read, 240);
  assert.equal((await read(Buffer.concat(Array(10_000).fill(gzip)))).read, 240_000);
});

test('what is cut off or damaged is told with its byte, and what came before it kept', async () => {
  const reason = (rows, words) => `the source broke off after ${rows} rows: ${words}`;
  const cut = await read(gzip.subarray(0, -1));
  assert.deepEqual([cut.read, cut.reason], [24, reason(24, `the gzip data is cut off at byte ${gzip.length - 1}`)]);
  const damaged = Buffer.from(gzip);
  damaged[damaged.length - 8] ^= 1;
  assert.equal((await read(damaged)).reason, reason(24, `the gzip data is damaged before byte ${gzip.length}: its check sum differs`));
  const second = await read(Buffer.concat([logInZstd, logInZstd.subarray(0, 50)]));
  assert.deepEqual([second.read, second.reason], [24, reason(24, `the zstd data is cut off at byte ${logInZstd.length + 50}`)]);
  const followed = await read(Buffer.concat([gzip, Buffer.from('PK')]));
  assert.equal(followed.reason, reason(24, `the gzip data ends at byte ${gzip.length}, but something else follows`));
});

test('a window of two gibibytes is refused', async () => {
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0]);
  assert.match((await read(frame)).reason, /the zstd data needs a window of 2 GiB, at most 8 MiB are allowed/);
});

test('33 kB that stand for a gibibyte cost no memory', async () => {
  // Runs of 128 KiB of line feeds, which are blank lines.
  const runs = Array.from({ length: 8192 }, (_, block) => [Number(block === 8191) | 2, 0, 0x10, 10]).flat();
  const bomb = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3, ...runs]);
  assert.ok(bomb.length < 33_000);
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => most = Math.max(most, process.memoryUsage().rss), 10);
  const { read: rows, reason } = await read(Buffer.concat([bomb, logInZstd])).finally(() => clearInterval(timer));
  assert.deepEqual([rows, reason], [24, null]);
  assert.ok(most - before < 128 << 20, `${(most - before) >> 20} MiB more`);
});

test('what was compressed twice is undone once', async () => {
  await assert.rejects(read(gzipSync(gzip)), /This is not a log/);
});
