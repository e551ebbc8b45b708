// The worker: one engine a client, all in one module of WebAssembly. Answers what `client.ts` and `pool.ts` ask.

import { HeatmapEngine } from './engine.js';
import { compiledWhole, isTrap, start, startWhole, takePlain, type Plain } from './module.js';
import { look, readPart, type Piece, type Place } from './part.js';
import type { Origin } from './rows.js';
import { opening } from './source.js';
import type { Answer, Keeping, PictureOptions, Progress, Query, ReadAs, Source, Theme, ViewOptions } from './types.js';

export interface Call {
  id: number;
  client: number;
  call:
    | { name: 'load'; source: Source | readonly Source[]; query: Query; companion: boolean; as: ReadAs & Keeping }
    | { name: 'stop' } | { name: 'close' } | { name: 'abort'; id: number } | { name: 'halt'; id: number } | { name: 'module' }
    | { name: 'look'; bytes: Uint8Array; as: ReadAs } | { name: 'part'; piece: Piece }
    | { name: 'gather'; load: number; as: ReadAs; keeping: Required<Keeping>; places: boolean; texts: boolean }
    | { name: 'absorb'; load: number; part: Uint8Array[]; place: Place; origin: Origin | undefined }
    | { name: 'gathered'; load: number; broken: string | undefined; stopped: boolean }
    | { name: 'view'; query: Query; options: ViewOptions }
    | { name: 'rows'; query: Query; options: ViewOptions; cell: number; page: { offset: number; limit: number }; load: number | undefined }
    | { name: 'scene'; query: Query; options: ViewOptions; picture: PictureOptions; load: number | undefined }
    | { name: 'svg'; query: Query; options: ViewOptions; picture: PictureOptions; theme: Theme; load: number | undefined };
}

export type Reply =
  | { id: number; result: unknown } | { id: number; progress: Progress }
  | { id: number; error: { message: string; name: string; neverStarted?: true }; trapped: boolean }
  | { ready: true; lock: string | null } | { ready: false; cause: string };

/** What another thread has of a module: the whole one compiled, or the bytes of the plain one, which are said to be coming. */
export type Given = { module: WebAssembly.Module } | { plain: Plain | 'coming' };

const scope = globalThis as unknown as {
  postMessage(message: Reply, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Call | Given>) => void) | null;
};
const engines = new Map<number, Promise<HeatmapEngine>>();
const aborts = new Map<number, AbortController>();
const halts = new Map<number, () => void>();
let hasTold = false;

/** The buffers of an answer, which leave the worker without being copied. */
function buffers(answer: unknown): Transferable[] {
  if (answer === null || typeof answer !== 'object') return [];
  if ('bytes' in answer && Array.isArray(answer.bytes)) return answer.bytes.map((array: Uint8Array<ArrayBuffer>) => array.buffer);
  if (!('json' in answer)) return [];
  const { json, cells } = answer as Answer;
  return [json, ...Object.values(cells)].map((array: Uint8Array<ArrayBuffer>) => array.buffer);
}

async function perform({ id, client, call }: Call): Promise<unknown> {
  switch (call.name) {
    case 'abort': return void aborts.get(call.id)?.abort();
    case 'halt': return void halts.get(call.id)?.();
    case 'module': return compiledWhole();
    case 'close': {
      const engine = engines.get(client);
      engines.delete(client);
      return void (await engine)?.close();
    }
  }
  // Known from the start, so that a reading can be given up while the engine still starts.
  const abort = new AbortController();
  if (call.name === 'load' || call.name === 'part') aborts.set(id, abort);
  const onProgress = (progress: unknown) => scope.postMessage({ id, progress } as Reply);
  if (call.name === 'look') return look(call.bytes, call.as);
  if (call.name === 'part') return readPart(call.piece, abort.signal, (halt) => halts.set(id, halt), onProgress);
  // What is read is asked for while the engine still starts.
  const ahead = call.name === 'load' ? opening(call.source, call.query, call.companion, abort.signal) : undefined;
  let engine = engines.get(client);
  if (engine === undefined) engines.set(client, engine = HeatmapEngine.create());
  const it = await engine.catch((error: unknown) => {
    abort.abort();
    throw Object.assign(new Error(error instanceof Error ? error.message : String(error)), { neverStarted: true });
  });
  abort.signal.throwIfAborted();
  switch (call.name) {
    case 'load': return it.load(call.source, { ...call.as, query: call.query, companion: call.companion, signal: abort.signal, onProgress }, id, ahead);
    case 'stop': return it.stop();
    case 'gather': return it.gather(call.load, call.as, call.keeping, call.places, call.texts);
    case 'absorb': return it.absorb(call.load, call.part, call.place, call.origin);
    case 'gathered': return it.gathered(call.load, call.broken, call.stopped);
    case 'view': return it.view(call.query, call.options);
    case 'rows': return it.rowsAt(call.query, call.options, call.cell, call.page, call.load);
    case 'scene': return it.scene(call.query, call.options, call.picture, call.load);
    case 'svg': return it.svg(call.query, call.options, call.picture, call.theme, call.load);
  }
}

scope.onmessage = async ({ data }) => {
  if ('plain' in data) return takePlain(data.plain);
  if ('module' in data) return tellOfItself(data.module);
  tellOfItself();
  try {
    const result = await perform(data);
    scope.postMessage({ id: data.id, result }, buffers(result));
  } catch (error) {
    // What was asked for and is not read is given up.
    aborts.get(data.id)?.abort();
    const { message, name } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error));
    // Own properties such as `parameter` and `status` say what a program wants to know.
    scope.postMessage({ id: data.id, error: { ...(error as object), message, name }, trapped: isTrap(error) });
  } finally {
    aborts.delete(data.id);
    halts.delete(data.id);
  }
};

/** Starts the engine with the first message, which may bring the whole module that another worker compiled. */
function tellOfItself(module?: WebAssembly.Module): void {
  if (hasTold) return;
  hasTold = true;
  const started = module ? startWhole(module) : start();
  // A lock ends with whoever holds it, however that comes about: so the page learns of a worker that died in silence.
  const lock = `execution-heatmap ${Math.random().toString(36).slice(2)}`;
  const ready = (lock: string | null) => started.then(
    () => scope.postMessage({ ready: true, lock }),
    (error: unknown) => scope.postMessage({ ready: false, cause: error instanceof Error ? error.message : String(error) }),
  );
  if (globalThis.navigator?.locks) void navigator.locks.request(lock, () => ready(lock).then(() => new Promise(() => {})));
  else void ready(null);
}
