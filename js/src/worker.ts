// The worker: one engine a client, all in one module of WebAssembly. Answers what `client.ts` asks.

import { HeatmapEngine, isTrap, start } from './engine.js';
import type { Answer } from './types.js';
import type { Call, Reply } from './client.js';

const scope = globalThis as unknown as {
  postMessage(message: Reply, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Call>) => void) | null;
};
const engines = new Map<number, Promise<HeatmapEngine>>();
const aborts = new Map<number, AbortController>();

/** The buffers of an answer, which leave the worker without being copied. */
function buffers(answer: unknown): Transferable[] {
  if (answer === null || typeof answer !== 'object' || !('json' in answer)) return [];
  const { json, cells } = answer as Answer;
  return [json, ...Object.values(cells)].map((array: Uint8Array<ArrayBuffer>) => array.buffer);
}

async function perform({ id, client, call }: Call): Promise<unknown> {
  if (call.name === 'abort') return void aborts.get(call.id)?.abort();
  if (call.name === 'close') {
    const engine = engines.get(client);
    engines.delete(client);
    return void (await engine)?.close();
  }
  // Known from the start, so that a load can be given up while the engine still starts.
  const abort = new AbortController();
  if (call.name === 'load') aborts.set(id, abort);
  let engine = engines.get(client);
  if (engine === undefined) engines.set(client, engine = HeatmapEngine.create());
  const it = await engine.catch((error: unknown) => {
    throw Object.assign(new Error(error instanceof Error ? error.message : String(error)), { neverStarted: true });
  });
  abort.signal.throwIfAborted();
  switch (call.name) {
    case 'load': {
      const onProgress = (progress: unknown) => scope.postMessage({ id, progress } as Reply);
      return it.load(call.source, { query: call.query, companion: call.companion, ...(call.form !== undefined && { form: call.form }), signal: abort.signal, onProgress }, id);
    }
    case 'stop': return it.stop();
    case 'view': return it.view(call.query, call.options);
    case 'scene': return it.scene(call.query, call.options, call.picture, call.load);
    case 'svg': return it.svg(call.query, call.options, call.picture, call.theme, call.load);
  }
}

scope.onmessage = async ({ data }) => {
  try {
    const result = await perform(data);
    scope.postMessage({ id: data.id, result }, buffers(result));
  } catch (error) {
    const { message, name } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error));
    // Own properties such as `parameter` and `status` say what a program wants to know.
    scope.postMessage({ id: data.id, error: { ...(error as object), message, name }, trapped: isTrap(error) });
  } finally {
    aborts.delete(data.id);
  }
};

// A lock ends with whoever holds it, however that comes about: so the page learns of a worker that died in silence.
const lock = `execution-heatmap ${Math.random().toString(36).slice(2)}`;
const ready = (lock: string | null) => start().then(
  () => scope.postMessage({ ready: true, lock }),
  (error: unknown) => scope.postMessage({ ready: false, cause: error instanceof Error ? error.message : String(error) }),
);
if (globalThis.navigator?.locks) void navigator.locks.request(lock, () => ready(lock).then(() => new Promise(() => {})));
else void ready(null);
