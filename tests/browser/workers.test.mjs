// Long work in a real browser: several workers, progress, cancelling, stopping and reading on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankPage, withDemo } from './support.mjs';

const demo = withDemo();

/** A page in which files are made: `made(name)` is one, `bytesOf(load)` what the engine answers after a load. */
async function opened() {
  const it = await blankPage(demo.browser, demo.origin);
  await it.page.evaluate(async () => {
    const { HeatmapClient } = await import('/pkg/client.js');
    const start = Date.UTC(2026, 1, 2);
    const statuses = ['completed', 'completed', 'completed', 'failed', 'timed_out', 'exploded'];
    const fields = (i) => ({
      id: i, workflow_id: i % 37, workflow: `Workflow ${i % 37}`, status: statuses[(i * 7) % 11] ?? 'completed',
      started_at: new Date(start + ((i * 7919) % 2_400_000) * 1000).toISOString(), duration_ms: (i * 31) % 90_000,
      error: i % 5 === 0 ? `Bad "thing" ${i},\n  at line ${i % 13}\n` : null,
    });
    const ndjson = (i) => {
      const row = fields(i);
      if (i % 40_009 === 7) return 'not json\n';
      if (i % 30_011 === 9) return '\n';
      if (i % 20_011 === 11) return `\ufeff${JSON.stringify(row)}\n`;
      if (i % 10_007 === 13) delete row.started_at;
      return `${JSON.stringify(row)}\n`;
    };
    const quoted = (value) => (value === null ? '' : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const csv = (i) => `${i % 9001 === 5 ? 'ragged,' : ''}${Object.values(fields(i)).map(quoted).join(',')}\n`;
    const lines = (rows, line) => Array.from({ length: Math.ceil(rows / 10_000) }, (_, k) => Array.from({ length: Math.min(10_000, rows - k * 10_000) }, (_, i) => line(k * 10_000 + i)).join(''));
    Object.assign(globalThis, {
      HeatmapClient,
      files: {
        ndjson: () => new File(lines(170_000, ndjson), 'rows.ndjson'),
        csv: () => new File([`${Object.keys(fields(0)).join(',')}\n`, ...lines(400_000, csv)], 'rows.csv'),
        // A quote that nothing closes up to the limit of a row costs that row alone; the last one the end of the file does.
        unclosed: () => new File([`"${Object.keys(fields(0)).join('","')}"\r\n`, ...lines(100_000, csv), '1,"open\n', ...lines(300_000, (i) => csv(i * 5 + 1)), '1,"open\n', ...lines(9, (i) => csv(i * 5 + 1))], 'open.csv'),
        // What looks like quotes in a header says nothing of where it ends.
        disks: () => new File([`${Object.keys(fields(0)).join(',')},5" disks\n`, ...lines(400_000, (i) => `${csv(i).slice(0, -1)},"${i}"\n`)], 'disks.csv'),
      },
      /** What the engine answers after a load, and what the load said. */
      read: async (source, options) => {
        const client = new HeatmapClient();
        const loaded = await client.load(source, options);
        const answer = (await client.view({ time_zone: 'Asia/Kathmandu' })).json();
        client.close();
        return { loaded, answer };
      },
    });
  });
  return it;
}

for (const name of ['ndjson', 'csv', 'unclosed', 'disks']) {
  test(`several workers give the bytes of one: ${name}`, async () => {
    const { page, problems, close } = await opened();
    const { size, same, rows, lines } = await page.evaluate(async (name) => {
      const file = files[name]();
      // A stream is read by one worker from its beginning to its end.
      const answers = [await read(file.stream())];
      for (const workers of [1, 2, 3]) answers.push(await read(file, { workers }));
      const { rows, problems } = JSON.parse(answers[0].answer);
      return { size: file.size, same: answers.map(({ answer, loaded }) => answer === answers[0].answer && loaded.rows === rows.read), rows, lines: problems.map(({ line }) => line) };
    }, name);
    assert.ok(size > 3 * 8 * 1024 * 1024, `${size} bytes are several pieces`);
    assert.deepEqual(same, [true, true, true, true]);
    assert.ok(rows.placed > 90_000 && rows.unreadable > 0, JSON.stringify(rows));
    assert.ok(lines.length > 1);
    assert.deepEqual(problems, []);
    await close();
  });
}

test('several files are read as one, and each has its own form', async () => {
  const { page, close } = await opened();
  const { rows, small } = await page.evaluate(async () => {
    const several = await read([files.ndjson(), files.csv(), new Blob([])], { workers: 2, deduplicate: false });
    const line = '{"started_at":"2026-02-02T00:00:00Z","status":"completed"}\n';
    const small = await read([new Blob([line]), new Blob([line.repeat(2)])]);
    return { rows: JSON.parse(several.answer).rows.read, small: JSON.parse(small.answer).rows.read };
  });
  assert.equal(rows, 170_000 - 6 + 400_000);
  assert.equal(small, 3);
  await close();
});

test('repeated rows of several files are found unless that is not wanted', async () => {
  const { page, close } = await opened();
  const seen = await page.evaluate(async () => {
    const line = (id, attempt, status) => `${JSON.stringify({ id, workflow_id: 'w', attempt, status, started_at: '2026-02-02T00:00:00Z', error: `${id} ${attempt}` })}\n`;
    const files = [new Blob([line('a', 1, 'failed'), line('b', 1, 'failed')]), new Blob([line('a', 2, 'completed'), line('b', 1, 'failed')])];
    const answers = [];
    for (const options of [{ deduplicate: false }, {}]) {
      const client = new HeatmapClient();
      await client.load(files, options);
      const { response } = await client.view({ granularity: 'hourly' });
      const last = await client.view({ granularity: 'hourly', attempts: 'last' });
      const cell = last.cells.executions.findIndex((count) => count > 0);
      const { rows } = await last.rowsAt(cell);
      const said = response.notices.filter((notice) => /repeat/.test(notice));
      answers.push([response.rows.placed, response.rows.duplicate, said, last.response.rows.placed, rows.map(({ error }) => error).sort()]);
      client.close();
    }
    return answers;
  });
  assert.deepEqual(seen[0].slice(0, 3), [4, 0, ['repeated rows were not looked for']]);
  assert.deepEqual(seen[1], [3, 1, ['1 row repeats another one and is not counted'], 2, ['a 2', 'b 1']]);
  await close();
});

test('an element finds repeated rows of several big files as one worker does', async () => {
  const { page, close } = await opened();
  const { counted, same } = await page.evaluate(async () => {
    await import('/pkg/define.js');
    const element = document.createElement('execution-heatmap');
    document.body.append(element);
    const file = files.ndjson();
    // The second file holds rows of the first again, and more.
    const both = [file.slice(0, file.size - 1_000_000), file];
    await element.load(both);
    const { rows } = element.view.response;
    const whole = JSON.parse((await read(file.stream(), { deduplicate: true })).answer);
    const several = JSON.parse((await read(both)).answer);
    element.remove();
    return { counted: [rows.placed, rows.duplicate > 100_000, rows.read > 300_000], same: JSON.stringify(several.cells) === JSON.stringify(whole.cells) && rows.placed === whole.rows.placed };
  });
  assert.deepEqual(counted.slice(1), [true, true]);
  assert.equal(same, true, 'the rows of both files are those of the longer one');
  await close();
});

test('progress rises and ends at the totals', async () => {
  // So many that also two fast cores are at it for longer than progress is told twice in.
  const files = 24;
  const { page, close } = await opened();
  for (const workers of [1, 2]) {
    const { told, loaded, size } = await page.evaluate(async ([workers, count]) => {
      const file = new Blob(Array(count).fill(files.ndjson()));
      const told = [];
      const { loaded } = await read(file, { workers, onProgress: (progress) => told.push({ ...progress, at: performance.now() }) });
      return { told, loaded, size: file.size };
    }, [workers, files]);
    assert.ok(told.length > 1, `${told.length} were told`);
    for (const [i, { rows, bytes, total, rowsPerSecond, bytesPerSecond, remaining, at }] of told.entries()) {
      const before = told[i - 1] ?? { rows: 0, bytes: 0, at: -Infinity };
      assert.ok(rows >= before.rows && bytes >= before.bytes && bytes <= total, `${rows} after ${before.rows}, ${bytes} after ${before.bytes}`);
      assert.ok(at - before.at > 240, 'at most four times a second');
      assert.ok(rowsPerSecond > 0 && bytesPerSecond > 0 && remaining >= 0);
    }
    assert.deepEqual([loaded.bytes, loaded.total, loaded.remaining, loaded.rows], [size, size, 0, files * (170_000 - 6)]);
  }
  await close();
});

test('giving up ends every worker within 200 ms', async () => {
  const { page, close } = await opened();
  const outcome = await page.evaluate(async () => {
    const file = new Blob(Array(40).fill(files.ndjson()));
    const client = new HeatmapClient();
    const abort = new AbortController();
    const cause = new Error('enough');
    const loading = client.load(file, { workers: 3, signal: abort.signal }).then(() => 'loaded', (error) => error === cause);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const began = performance.now();
    abort.abort(cause);
    const refused = await loading;
    const took = performance.now() - began;
    // The worker that stays is free for other work again.
    await client.load(new Blob(['{"started_at":"2026-02-02T00:00:00Z","status":"failed"}\n']));
    const { response } = await client.view();
    return { refused, took, again: performance.now() - began, failed: response.totals.failed };
  });
  assert.equal(outcome.refused, true);
  assert.ok(outcome.took < 200, `it took ${outcome.took} ms`);
  assert.ok(outcome.again < 400, `the next load took ${outcome.again} ms`);
  assert.equal(outcome.failed, 1);
  for (let tries = 0; page.workers().length > 1 && tries < 10; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(page.workers().length, 1);
  await close();
});

test('what was stopped is read on to the same bytes', async () => {
  const { page, close } = await opened();
  for (const name of ['ndjson', 'csv']) {
    const { stops, complete, same, again } = await page.evaluate(async (name) => {
      const once = files[name]();
      const file = name === 'csv' ? once : new Blob([once, once, once]);
      const whole = await read(file.stream());
      const client = new HeatmapClient();
      const stops = [];
      const complete = [];
      let reading = client.load(file, { workers: 2 });
      for (let i = 0; i < 20; i += 1) {
        const timer = setTimeout(() => client.stop(), 60 + 40 * i);
        const loaded = await reading;
        clearTimeout(timer);
        const view = await client.view({ time_zone: 'Asia/Kathmandu' });
        stops.push([loaded.stopped, loaded.canReadOn, loaded.rows === view.response.rows.read, view.response.rows.unreadable]);
        complete.push(view.response.complete);
        if (!loaded.stopped) return { stops, complete, same: view.json() === whole.answer, again: await client.readOn().catch(({ message }) => message) };
        reading = client.readOn();
      }
      return { stops, complete };
    }, name);
    assert.ok(stops.length > 1, 'it was stopped');
    assert.deepEqual(stops.slice(0, -1).map((stop) => stop.slice(0, 3)), stops.slice(1).map(() => [true, true, true]));
    assert.deepEqual(complete, stops.map((_, i) => i === stops.length - 1));
    assert.equal(same, true, `the same bytes after ${stops.length - 1} stops`);
    assert.equal(again, 'There is nothing to read on: load the source again.');
  }
  await close();
});

test('a helper that dies refuses the load with the cause, and the next load works', async () => {
  const { page, close } = await opened();
  await page.evaluate(async () => {
    globalThis.file = new Blob(Array(20).fill(files.ndjson()));
    globalThis.client = new HeatmapClient();
    globalThis.loading = client.load(file, { workers: 2 }).then(() => 'loaded', ({ message }) => message);
  });
  for (let tries = 0; page.workers().length < 2 && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  await page.workers()[1].evaluate('setTimeout(() => { throw new Error("struck down"); })').catch(() => {});
  assert.match(await page.evaluate(() => loading), /^The worker stopped: .*struck down/);
  const after = await page.evaluate(async () => {
    const lost = await client.view().catch(({ message }) => message);
    const { rows } = await client.load(files.ndjson(), { workers: 2 });
    return { lost, rows };
  });
  assert.match(after.lost, /^The rows were lost: The worker stopped: .*struck down.* Load them again\.$/);
  assert.equal(after.rows, 170_000 - 6);
  await close();
});

test('the page stays alive and its picture fills while millions of rows are read', async () => {
  const { page, close } = await opened();
  await page.evaluate(async () => {
    await import('/pkg/define.js');
    const once = files.ndjson();
    Object.assign(globalThis, { file: new Blob(Array(18).fill(once)), element: document.createElement('execution-heatmap'), partials: 0 });
    document.body.append(element);
    await element.load(once);
    element.addEventListener('heatmap-partial', () => partials += 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
  });
  // The processor's time is counted, since a machine that is busy with other work stretches every task.
  await demo.browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  const { rows, filled } = await page.evaluate(async () => {
    await element.load(file);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { rows: element.progress.rows, filled: partials };
  });
  const { traceEvents } = JSON.parse((await demo.browser.stopTracing()).toString());
  const pages = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid, tdur }) => name === 'RunTask' && tdur > 0 && pages.has(`${pid} ${tid}`)).map(({ tdur }) => tdur / 1000);
  const longest = Math.max(...tasks);
  assert.ok(rows > 3_000_000);
  assert.ok(filled > 0, 'the picture filled meanwhile');
  assert.ok(tasks.length > 100, `${tasks.length} tasks were seen`);
  assert.ok(longest <= 50, `a task of ${longest} ms`);
  await close();
});

test('two hundred elements come and go and leave no worker', async () => {
  const { page, close } = await opened();
  await page.evaluate(async () => {
    await import('/pkg/define.js');
    for (let i = 0; i < 200; i += 1) {
      const element = document.createElement('execution-heatmap');
      document.body.append(element);
      const loading = element.load(new Blob(['{"started_at":"2026-02-02T00:00:00Z","status":"completed"}\n'])).catch(() => {});
      if (i % 3 === 0) await loading;
      element.remove();
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
  for (let tries = 0; page.workers().length > 0 && tries < 50; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(page.workers().length, 0);
  await close();
});
