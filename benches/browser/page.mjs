// What runs in the page: opens workers, asks them in turn, holds their cells together. `run.mjs` drives it; `report` (a
// line of the result) and `processor` (milliseconds of all workers) are functions of its.

import { FILTERS, FROM, TO, difference } from './cells.mjs';
import { view } from './reports.mjs';

const WARMING = 3;

class Peer {
  #waiting = new Map();
  #asked = 0;
  #worker;

  constructor(entry) {
    Object.assign(this, entry);
    this.#worker = new Worker(`/bundle/${entry.bundle}.js`, { type: 'module' });
    this.#worker.addEventListener('message', ({ data: { id, result, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
    this.#worker.addEventListener('error', (event) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message || 'the worker stopped'));
    });
  }

  call(call, rest = {}) {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, ...rest });
    });
  }

  async opened() {
    await this.call('start', { name: this.peer });
    return this;
  }

  fetch(rows) {
    return this.call('fetch', { address: `/data/${this.file ?? 'rows'}-${rows}.${this.form}` });
  }

  end() {
    this.#worker.terminate();
  }
}

const report = (...words) => globalThis.report(words.join('\t'));

/** One measured call: the clock on the wall and the worker's own time on a processor. */
async function measured(part, peer, call, rest) {
  await peer.call('tidy');
  const before = await globalThis.processor();
  const { ms } = await peer.call(call, rest);
  const after = await globalThis.processor();
  await report('time', part, peer.name, ms);
  if (before !== null) await report('processor', part, peer.name, after - before);
}

/** Runs `work` for an entry; if it fails, the peer is told to be absent and why. */
async function orAbsent(part, entry, work) {
  const peer = new Peer(entry);
  try {
    await work(await peer.opened());
    return peer;
  } catch (error) {
    peer.end();
    await report('absent', part, entry.name, String(error.message).replace(/\s+/g, ' ').slice(0, 200));
    return undefined;
  }
}

/** Bytes that are there → cells. Cells are compared in full before anything is timed. */
export async function reading({ part, entries, reference, rows, warmRows, rounds }) {
  const peers = [];
  for (const entry of entries) {
    const peer = await orAbsent(part, entry, async (it) => {
      await it.fetch(warmRows);
      for (let time = 0; time < WARMING; time += 1) await it.call('run');
      await it.fetch(rows);
      it.first = (await it.call('run')).result;
    });
    if (peer) peers.push(peer);
  }
  const expected = peers.find(({ name }) => name === reference)?.first;
  for (const { name, cells, first } of peers) {
    if (cells === false) continue;
    const found = expected === undefined ? `there is no ${reference} to hold it to` : difference(expected, first);
    if (found !== undefined) throw new Error(`${part}: the cells of ${name} are not those of ${reference}: ${found}`);
    await report('same', part, name);
  }
  await inTurn(peers, rounds, (peer) => measured(part, peer, 'run'));
  for (const peer of peers) peer.end();
}

/** Every peer once a round, each round beginning with another one. */
async function inTurn(peers, rounds, work) {
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < peers.length; place += 1) await work(peers[(place + round) % peers.length]);
  }
}

/** Rows that are held, a filter that changes. */
export async function filters({ part, entries, rows, copies, rounds }) {
  const peers = [];
  for (const entry of entries) {
    const peer = await orAbsent(part, entry, async (it) => {
      await it.fetch(rows);
      const { ms, result } = await it.call('hold', { copies });
      await report('fact', `${part} ${entry.name} rows`, result.rows);
      await report('fact', `${part} ${entry.name} load ms`, ms);
      if (result.grown !== undefined) await report('fact', `${part} ${entry.name} bytes`, result.grown);
    });
    if (peer) peers.push(peer);
  }
  for (const [name, filter] of Object.entries(FILTERS)) {
    let expected;
    for (const peer of peers) {
      const { result } = await peer.call('filter', { filter });
      expected ??= result;
      const found = difference(expected, result);
      if (found !== undefined) throw new Error(`${part}, ${name}: the cells of ${peer.name} are not those of ${peers[0].name}: ${found}`);
    }
    await report('same', part, name);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, filter] of Object.entries(FILTERS)) {
      for (const peer of peers) await measured(`${part}, ${name}`, peer, 'filter', { filter });
    }
  }
  for (const peer of peers) peer.end();
}

/** The package's client with one worker and with two: the same file, the same bytes out. */
export async function workers({ part, rows, rounds }) {
  const { HeatmapClient } = await import('/pkg/client.js');
  const file = await (await fetch(`/data/rows-${rows}.ndjson`)).blob();
  const client = new HeatmapClient();
  const read = async (count) => {
    const start = performance.now();
    await client.load(file, { workers: count });
    const ms = performance.now() - start;
    return { ms, json: (await client.view({ from: FROM, to: TO }, { patterns: false })).json() };
  };
  const [one, two] = [await read(1), await read(2)];
  if (one.json !== two.json) throw new Error(`${part}: two workers give other bytes than one`);
  await report('same', part, 'load() with two workers');
  for (let round = 0; round < rounds; round += 1) {
    for (const count of [1, 2]) await report('time', part, count === 1 ? 'one worker' : 'two workers', (await read(count)).ms);
  }
  client.close();
}

/** What two cores of this machine give at most: one worker on all lines against two on a half each. */
export async function halves({ part, entry, rows, rounds }) {
  const [whole, ...both] = await Promise.all([entry, entry, entry].map((it) => new Peer(it).opened()));
  for (const peer of [whole, ...both]) await peer.fetch(rows);
  await both[0].call('part', { from: 0, to: 0.5 });
  await both[1].call('part', { from: 0.5, to: 1 });
  for (const peer of [whole, ...both]) await peer.call('run');
  const [first, second] = (await Promise.all(both.map((half) => half.call('run')))).map(({ result }) => result);
  const { result } = await whole.call('run');
  for (let at = 0; at < result.length; at += 4) {
    for (let number = 0; number < 3; number += 1) {
      if (first[at + number] + second[at + number] !== result[at + number]) throw new Error(`${part}: the halves count something else`);
    }
  }
  await report('same', part, 'a half each, added');
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, asked] of [['all lines', [whole]], ['a half each', both]]) {
      const start = performance.now();
      await Promise.all(asked.map((peer) => peer.call('run')));
      await report('time', part, name, performance.now() - start);
    }
  }
}

Object.assign(globalThis, { reading, filters, workers, halves, view });
