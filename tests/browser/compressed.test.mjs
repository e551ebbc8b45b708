// Compressed logs in a real browser: how far reading has come is told in bytes of the file as it lies there, and giving up
// or stopping in its middle ends it at once.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { blankPage, startFront, withDemo } from './support.mjs';

const line = (i) => `${JSON.stringify({
  id: String(i), workflow_id: `w-${i % 37}`, status: i % 11 === 0 ? 'failed' : 'completed',
  started_at: new Date(Date.UTC(2026, 1, 2) + ((i * 7919) % 1_200_000) * 1000).toISOString(), duration_ms: (i * 31) % 90_000,
})}\n`;
const LINES = 60_000;
const log = Buffer.from(Array.from({ length: LINES }, (_, i) => line(i)).join(''));

const BLOCK_BYTES = 100_000;
const [RAW, RUN] = [0, 1];
const block = (type, length, content) => {
  const header = Buffer.alloc(3);
  header.writeUIntLE(type << 1 | length << 3, 0, 3);
  return Buffer.concat([header, content]);
};

/** A frame of zstd, which Node.js 20 cannot write: a block of lines as they are, then as many line feeds in four bytes, and so on. */
function inZstd(bytes) {
  const blocks = [];
  for (let at = 0, end; at < bytes.length; at = end) {
    end = bytes.lastIndexOf('\n', at + BLOCK_BYTES) + 1;
    const content = bytes.subarray(at, end);
    blocks.push(block(RAW, content.length, content), block(RUN, content.length, Buffer.from('\n')));
  }
  const [magic, last] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3]), Buffer.from([1, 0, 0])];
  return Buffer.concat([magic, ...blocks, last]);
}

/** A file holds so many copies of the log, one behind the other as a member or a frame: so many that reading takes long enough to tell of. */
const FORMS = {
  gz: { bytes: gzipSync(log), holds: log.length, copies: 30 },
  zst: { bytes: inZstd(log), holds: log.length * 2, copies: 9 },
};

let front;
const demo = withDemo(async () => {
  front = await startFront(demo.origin, ({ pathname, searchParams }, response) => {
    const form = FORMS[pathname.split('.')[1]];
    if (!pathname.startsWith('/copies.') || !form) return false;
    const copies = Number(searchParams.get('copies'));
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': form.bytes.length * copies });
    response.end(Buffer.concat(Array(copies).fill(form.bytes)));
    return true;
  });
});
after(() => front?.stop());

/** A page in which `file(form, copies)` is a compressed file, and `watched(source, options)` a load with all that it told. */
async function opened() {
  const it = await blankPage(demo.browser, front.origin);
  await it.page.evaluate(async () => {
    const { HeatmapClient } = await import('/pkg/client.js');
    Object.assign(globalThis, {
      HeatmapClient,
      file: async (form, copies) => new Blob(Array(copies).fill(await (await fetch(`/copies.${form}?copies=1`)).blob())),
      watched: async (source, options) => {
        const client = new HeatmapClient();
        const told = [];
        const loaded = await client.load(source, { ...options, onProgress: (progress) => told.push(progress) });
        client.close();
        return { told, loaded };
      },
    });
  });
  return it;
}

/** What was told rises in bytes of the source up to all of them, and never says that all was read before it was. */
function checkProgress({ told, loaded }, size, holds) {
  assert.ok(told.length > 1, `${told.length} were told`);
  let before = { bytes: 0, decompressed: 0 };
  for (const { bytes, total, decompressed, remaining } of told) {
    assert.equal(total, size);
    assert.ok(bytes >= before.bytes && bytes <= total, `${bytes} of ${total} after ${before.bytes}`);
    // What is decompressed may lag behind by a window.
    assert.ok(decompressed > before.decompressed, `${decompressed} out of ${bytes} after ${before.decompressed}`);
    assert.ok(bytes === total ? remaining === 0 : remaining > 0, `${remaining} ms for the rest`);
    before = { bytes, decompressed };
  }
  assert.ok(new Set(told.map(({ bytes }) => bytes)).size > 1, 'it rose');
  assert.ok(told[0].bytes < size, 'there was something left to tell of');
  assert.deepEqual([loaded.bytes, loaded.total, loaded.remaining, loaded.decompressed], [size, size, 0, holds]);
}

for (const [form, { bytes, holds, copies }] of Object.entries(FORMS)) {
  for (const files of [1, 3]) {
    test(`progress is told in bytes as they lie there: ${files} × ${form}`, async () => {
      const { page, problems, close } = await opened();
      const seen = await page.evaluate(async ([form, files, copies]) => {
        const each = await file(form, copies / files);
        return watched(files === 1 ? each : Array(files).fill(each), { workers: 2, deduplicate: false });
      }, [form, files, copies]);
      checkProgress(seen, bytes.length * copies, holds * copies);
      assert.equal(seen.loaded.rows, LINES * copies);
      assert.deepEqual(problems, []);
      await close();
    });
  }
}

test('the length that a server tells of a compressed file is its total', async () => {
  const { page, close } = await opened();
  const { bytes, holds, copies } = FORMS.gz;
  const seen = await page.evaluate((copies) => watched(`/copies.gz?copies=${copies}`), copies);
  checkProgress(seen, bytes.length * copies, holds * copies);
  await close();
});

test('the element tells the share and the rest of a compressed file', async () => {
  const { page, close } = await opened();
  const shown = await page.evaluate(async (copies) => {
    await import('/pkg/define.js');
    const element = document.createElement('execution-heatmap');
    document.body.append(element);
    const shown = [];
    element.addEventListener('heatmap-progress', () => {
      const bar = element.shadowRoot.querySelector('progress');
      if (bar) shown.push({ words: element.shadowRoot.querySelector('.rate').textContent, share: bar.value / bar.max, isHidden: bar.hidden });
    });
    await element.load(await file('gz', copies));
    return shown;
  }, FORMS.gz.copies);
  assert.ok(shown.length > 1);
  assert.ok(shown[0].share > 0 && shown[0].share < 1 && !shown[0].isHidden, JSON.stringify(shown[0]));
  assert.match(shown[0].words, /^\d[\d.]*% of \d[\d.]* MB( · [^·]+ rows a second)? · about .+ left$/, JSON.stringify(shown.map(({ words }) => words)));
  await close();
});

/** How a reading ends that is given up or stopped once it is under way, and when the next one is through. */
const ENDINGS = [
  ['giving up one', 1, 'abort'],
  ['giving up several', 3, 'abort'],
  ['stopping one', 1, 'stop'],
  ['stopping several', 3, 'stop'],
];

for (const [name, files, how] of ENDINGS) {
  test(`${name} in the middle of hundreds of megabytes ends within 200 ms`, async () => {
    const { page, close } = await opened();
    const copies = 60;
    assert.ok(copies * log.length > 300_000_000, `${copies * log.length} bytes`);
    const outcome = await page.evaluate(async ([files, how, copies]) => {
      const each = await file('gz', copies);
      const client = new HeatmapClient();
      const abort = new AbortController();
      const cause = new Error('enough');
      let began;
      let bytes;
      const onProgress = (progress) => {
        if (began !== undefined) return;
        bytes = progress.bytes;
        began = performance.now();
        if (how === 'stop') client.stop();
        else abort.abort(cause);
      };
      const options = { workers: 2, deduplicate: false, signal: abort.signal, onProgress };
      const loading = client.load(files === 1 ? each : Array(files).fill(each), options);
      const ended = await loading.then(({ stopped }) => (stopped ? 'stop' : 'loaded'), (error) => (error === cause ? 'abort' : error.message));
      const took = performance.now() - began;
      // The worker is free for other work again.
      await client.load(new Blob(['{"started_at":"2026-02-02T00:00:00Z","status":"failed"}\n']));
      const { response } = await client.view();
      client.close();
      return { ended, took, again: performance.now() - began, share: bytes / (each.size * files), failed: response.totals.failed };
    }, [files, how, copies]);
    assert.equal(outcome.ended, how);
    assert.ok(outcome.share > 0 && outcome.share < 1, `${outcome.share} was read`);
    assert.ok(outcome.took < 200, `it took ${outcome.took} ms`);
    assert.ok(outcome.again < 400, `the next load took ${outcome.again} ms`);
    assert.equal(outcome.failed, 1);
    await close();
  });
}
