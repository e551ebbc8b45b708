// One engine: the module as it is published and the native program give the same bytes for the same rows.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { HeatmapEngine } from 'execution-heatmap/engine';

const { EXECUTION_HEATMAP_BINARY: binary, EXECUTION_HEATMAP_DATA: data } = process.env;
const engine = await HeatmapEngine.create();

before(async () => {
  assert.ok(binary && data, '`cargo xtask test` sets EXECUTION_HEATMAP_BINARY and EXECUTION_HEATMAP_DATA');
  await engine.load(gunzipSync(readFileSync(data)));
});

function native(query) {
  const flags = Object.entries(query).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, String(value)]);
  return execFileSync(binary, ['analyze', data, '--format', 'json', ...flags], { maxBuffer: 1 << 28 }).toString().trim();
}

function wasm(query) {
  return new TextDecoder().decode(engine.view(query).json).trim();
}

const queries = [
  { metric: 'success_rate', time_zone: 'America/New_York' },
  { metric: 'volume', granularity: 'daily' },
  { metric: 'duration', time_zone: 'Asia/Kathmandu', days: 30 },
  { metric: 'error_count', time_zone: 'America/New_York', tag: 'JFK', from: '2013-03-04', to: '2013-03-17' },
];
for (const query of queries) {
  test(`the same bytes for ${JSON.stringify(query)}`, () => {
    const answer = wasm(query);
    assert.ok(JSON.parse(answer).cells.length > 10, 'there is something to compare');
    assert.equal(answer, native(query));
  });
}

test('the same bytes for columns with numbers and entries that are not there', async () => {
  const path = join(dirname(data), 'words.arrows');
  await engine.load(readFileSync(path));
  for (const query of [{ metric: 'volume' }, { metric: 'duration', granularity: 'daily' }, { metric: 'p95_duration', attempts: 'each', tag: 'tag 3' }]) {
    const flags = Object.entries(query).flatMap(([name, value]) => [`--${name}`, value]);
    const bytes = wasm(query);
    assert.equal(bytes, execFileSync(binary, ['analyze', path, '--format', 'json', ...flags], { maxBuffer: 1 << 28 }).toString().trim());
    assert.ok(JSON.parse(bytes).rows.placed > 10, bytes.slice(0, 200));
  }
});

test('the same bytes for several files whose rows repeat each other, and for those of one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'execution-heatmap-'));
  try {
    const line = (i, attempt, status) => `${JSON.stringify({ id: String(i % 50), workflow_id: 'w', attempt, status, started_at: new Date(Date.UTC(2026, 1, 2) + i * 1_000_000).toISOString() })}\n`;
    const contents = ['completed', 'failed', 'running'].map((status, file) => Array.from({ length: 40 + file }, (_, i) => line(i * (file + 1), 1 + (i % 2), status)).join(''));
    const paths = contents.map((content, file) => {
      const path = join(folder, `${file}.ndjson`);
      writeFileSync(path, content);
      return path;
    });
    const answer = (files) => execFileSync(binary, ['analyze', ...files, '--format', 'json']).toString().trim();
    for (const files of [paths, paths.slice(1), paths.slice(0, 1)]) {
      await engine.load(files.map((path) => new Blob([readFileSync(path)])));
      const bytes = wasm({});
      assert.equal(bytes, answer(files));
      assert.equal(JSON.parse(bytes).rows.duplicate > 0, files.length > 1);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
