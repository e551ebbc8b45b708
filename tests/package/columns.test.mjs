// Rows that a program holds: as columns, as objects and as Arrow they are the same rows as in NDJSON.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeatmapEngine } from 'execution-heatmap/engine';

const START = Date.parse('2026-02-16T09:10:00Z');
const STATUSES = ['completed', 'failed', 'timed_out', 'cancelled', 'running'];

/** Rows that go on for some weeks, more of them than a batch of columns has. */
const rows = Array.from({ length: 70_000 }, (_, index) => ({
  id: String(index),
  workflow_id: String(index % 7),
  workflow: `Workflow ${index % 7} é`,
  status: STATUSES[index % STATUSES.length],
  started_at: new Date(START + index * 29_000),
  duration_ms: index % 3 === 0 ? undefined : index % 1000,
  tags: index % 2 === 0 ? ['eu', 'nightly'] : [],
  attempt: 1 + (index % 2),
}));

async function answer(source, options) {
  const engine = await HeatmapEngine.create();
  try {
    const loaded = await engine.load(source, options);
    const json = new TextDecoder().decode(engine.view({}).json);
    return { loaded, json, tags: engine.view({}).tags, workflows: engine.view({}).workflows };
  } finally {
    engine.close();
  }
}

const expected = await answer(new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));

async function check(what, source, differs = (json) => json) {
  const { json, tags, workflows } = await answer(source);
  assert.equal(json, differs(expected.json), what);
  assert.deepEqual({ tags, workflows }, { tags: expected.tags, workflows: expected.workflows }, what);
}

const column = (name) => rows.map((row) => row[name]);
const coded = (values, Codes) => {
  const dictionary = [...new Set(values)];
  return { codes: Codes.from(values, (value) => dictionary.indexOf(value)), dictionary };
};

const columns = {
  id: column('id'),
  workflow_id: coded(column('workflow_id'), Int8Array),
  workflow: coded(column('workflow'), Uint16Array),
  status: coded(column('status'), Uint8Array),
  started_at: Float64Array.from(rows, (row) => row.started_at.getTime()),
  duration_ms: Float64Array.from(rows, (row) => row.duration_ms ?? NaN),
  tags: column('tags'),
  attempt: Int32Array.from(rows, (row) => row.attempt),
};

test('columns are the rows that they are columns of', async () => {
  await check('typed arrays and codes', { columns });
  await check('arrays of values', {
    columns: { ...columns, started_at: column('started_at'), status: column('status'), duration_ms: column('duration_ms'), workflow: column('workflow') },
  });
  await check('milliseconds in 64 bits', { columns: { ...columns, started_at: BigInt64Array.from(rows, (row) => BigInt(row.started_at.getTime())) } });
  await check('nanoseconds in 64 bits', {
    columns: { ...columns, started_at: BigInt64Array.from(rows, (row) => BigInt(row.started_at.getTime()) * 1_000_000n) },
  });
});

test('nothing is said by a zero start, a number that is none, an empty text and a code below zero', async () => {
  const { json } = await answer({
    columns: {
      started_at: Float64Array.of(0, NaN, START, START),
      status: { codes: Int8Array.of(0, 0, -1, 0), dictionary: ['completed'] },
      workflow_id: ['7', '7', '7', ''],
      duration_ms: Float64Array.of(1, 1, 1, NaN),
    },
  });
  const { rows: account, totals } = JSON.parse(json);
  assert.deepEqual([account.read, account.no_start, account.unreadable, account.placed], [4, 2, 1, 1]);
  assert.equal(totals.average_duration_ms, null);
});

test('columns with strange values between usual ones are the rows that they are columns of', async () => {
  let seed = 7;
  const chance = (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const odd = (values, usual) => (chance(60) === 0 ? values[chance(values.length)] : usual);
  // Rows that are no multiple of what is read at a time, long stretches of which are of the usual sort.
  const given = Array.from({ length: 9_001 }, (_, index) => {
    const hasOdd = index > 3_000 && index < 6_003;
    const pick = (values, usual) => (hasOdd ? odd(values, usual) : usual);
    return {
      id: 10_000_000 + index,
      workflow: chance(40),
      status: chance(STATUSES.length),
      started_at: pick([0, START + 0.5, 1_771_233_000, -1], START + index * 60_000),
      duration_ms: pick([NaN, -5, 0.5, 7.25, 4_294_967_293, 4_294_967_294, 4_294_967_296, 1e15, -0], index % 1000),
      attempt: pick([0, -1, 3, 2_147_483_647], 1 + (index % 2)),
    };
  });
  const asRows = given.map(({ workflow, status, duration_ms: duration, ...row }) => ({
    ...row, workflow: workflow < 30 ? `w${workflow}` : null, status: STATUSES[status], duration_ms: Number.isNaN(duration) ? null : duration,
  }));
  const of = (Numbers, name, value = (number) => number) => Numbers.from(given, (row) => value(row[name]));
  const dictionary = Array.from({ length: 30 }, (_, index) => `w${index}`);
  const wanted = JSON.parse((await answer(asRows)).json);
  for (const Codes of [Int8Array, Int16Array, Int32Array]) {
    const { json } = await answer({
      columns: {
        id: of(BigInt64Array, 'id', BigInt),
        workflow: { codes: of(Codes, 'workflow', (code) => (code < 30 ? code : -1 - code)), dictionary },
        status: { codes: of(Uint8Array, 'status'), dictionary: STATUSES },
        started_at: of(Float64Array, 'started_at'),
        duration_ms: of(Float64Array, 'duration_ms'),
        attempt: of(Int32Array, 'attempt'),
      },
    });
    const { problems, ...found } = JSON.parse(json);
    const { problems: others, ...rest } = wanted;
    assert.deepEqual(found, rest, Codes.name);
    assert.deepEqual(problems.map(({ line, kind }) => [line, kind]), others.map(({ line, kind }) => [line, kind]));
  }
  const usual = given.filter((row) => Number.isInteger(row.started_at) && row.started_at > 1e12 && Number.isInteger(row.duration_ms) && row.duration_ms >= 0);
  const whole = (Numbers, name, value) => Numbers.from(usual, (row) => value(row[name]));
  const status = { codes: whole(Uint8Array, 'status', Number), dictionary: STATUSES };
  const answers = [[Float64Array, Number], [BigInt64Array, BigInt], [BigUint64Array, BigInt]].map(async ([Numbers, value]) => (await answer({
    columns: { status, started_at: whole(Numbers, 'started_at', value), duration_ms: whole(Numbers, 'duration_ms', value) },
  })).json);
  const [floats, ...others] = await Promise.all(answers);
  others.forEach((other) => assert.equal(other, floats));
});

test('columns that do not fit are refused by name', async () => {
  const refused = (given, words) => assert.rejects(answer({ columns: given }), words);
  await refused({ ...columns, attempt: Int32Array.of(1) }, /columns\.attempt: it has 1 values, columns\.id has 70000/);
  await refused({ ...columns, status: 'completed' }, /columns\.status: it takes a typed array/);
  await refused({ ...columns, status: { codes: Float64Array.of(1), dictionary: 'x' } }, /columns\.status/);
  await assert.rejects(answer(7), /load takes/);
});

test('objects are the rows that they are', async () => {
  await check('an array', rows);
  await check('an iterable', rows.values());
  await check('an async iterable', (async function* () { yield* rows; })());
});

test('of an object only what is its own is read', async () => {
  const inherited = Object.assign(Object.create({ workflow_id: 'inherited', toJSON: () => ({}) }), rows[1]);
  const { workflows } = await answer([inherited]);
  assert.deepEqual(workflows.map(({ id }) => id), ['1']);
  const { json } = await answer([{ status: 'completed', started_at: BigInt(START) * 1_000_000n, id: 2n ** 60n, error: Object.assign(Object.create({ toJSON: () => { throw new Error('asked'); } }), { message: 'own' }) }]);
  assert.equal(JSON.parse(json).rows.placed, 1);
});

test('a row that cannot be read is named', async () => {
  const self = { status: 'completed' };
  self.self = self;
  await assert.rejects(answer([rows[0], { ...rows[1], callback() {} }]), /row 2 cannot be read: its 'callback' is a function/);
  await assert.rejects(answer([rows[0], rows[1], self]), /row 3 cannot be read/);
  await assert.rejects(answer([rows[0], () => {}]), /row 2 cannot be read: it is a function/);
  await assert.rejects(answer((async function* () { yield new Uint8Array(9); })()), /row 1 cannot be read: it is bytes; hand them over as a ReadableStream/);
});

test('what is no object among rows is counted and told, and the others are read', async () => {
  for (const [strange, words] of [[null, 'null'], [undefined, 'null'], [7, 'a number'], ['row', 'a text'], [[rows[1]], 'an array'], [true, 'true or false']]) {
    for (const source of [[rows[0], strange, rows[2]], [strange, rows[0], rows[2]]]) {
      const { json } = await answer(source);
      const { rows: account, problems } = JSON.parse(json);
      assert.deepEqual([account.read, account.placed, account.unreadable], [3, 2, 1]);
      assert.deepEqual(problems, [{ line: source.indexOf(strange) + 1, kind: 'unreadable', message: `the line is ${words}, expected an object` }]);
    }
  }
});
