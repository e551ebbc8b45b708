// One engine: the module as it is published and the native program give the same bytes for the same rows.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
