// The modules of WebAssembly, each fetched once a page and started once a thread: the plain one, which reads canonical
// rows and which every page loads, and the whole one, which reads every form and gathers from several engines.

import { Engine as PlainEngine, initSync } from './execution_heatmap_plain.js';
import type { Engine, Engine as WholeEngine } from './execution_heatmap_wasm.js';

/** A module that runs on this thread. */
export interface Core {
  /** What only the whole module's engines can do is not there in the plain one's. */
  Engine: (new () => Engine) & Pick<typeof WholeEngine, 'response'>;
  memory: WebAssembly.Memory;
}

/** What is made once, and again after it failed: what could not be fetched once may be there the next time. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | undefined;
  return () => making ??= make().catch((error: unknown) => {
    making = undefined;
    throw error;
  });
}

/** In Node the bytes come from disk. */
async function compiledFrom(address: URL): Promise<WebAssembly.Module> {
  const process = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  const files = process?.getBuiltinModule?.('node:fs') as { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
  if (files !== undefined) return WebAssembly.compile(files.readFileSync(address));
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address.pathname.split('/').pop()} could not be loaded: the server answered ${response.status}.`);
  const isStreamed = response.headers.get('content-type')?.startsWith('application/wasm');
  return isStreamed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** The bytes of the plain module, if another thread fetches them; none in here where that thread could not. */
let coming: Promise<Plain> | undefined;
let take: (plain: Plain) => void = () => {};

/** The bytes of the plain module; none where they could not be fetched. */
export type Plain = ArrayBuffer | undefined;

/** Takes the bytes of the plain module from the thread that fetches them, once they were said to be coming. */
export function takePlain(plain: Plain | 'coming'): void {
  if (plain === 'coming') coming = new Promise((resolve) => take = resolve);
  else take(plain);
}

/** Starts the plain module. */
export const start: () => Promise<Core> = once(async () => {
  const bytes = await coming;
  coming = undefined;
  // Bundlers look for exactly this.
  const module = await (bytes ? WebAssembly.compile(bytes) : compiledFrom(new URL('execution_heatmap_plain_bg.wasm', import.meta.url)));
  return { Engine: PlainEngine as unknown as Core['Engine'], memory: initSync({ module }).memory };
});

/** The whole module, compiled, which other threads may have. */
export const compiledWhole = once(() => compiledFrom(new URL('execution_heatmap_wasm_bg.wasm', import.meta.url)));

let given: WebAssembly.Module | undefined;
const startGiven = once(async (): Promise<Core> => {
  const [glue, module] = await Promise.all([import('./execution_heatmap_wasm.js'), given ?? compiledWhole()]);
  return { Engine: glue.Engine, memory: glue.initSync({ module }).memory };
});

/** Starts the whole module, as another thread compiled it if there is one. */
export function startWhole(module?: WebAssembly.Module): Promise<Core> {
  given ??= module;
  return startGiven();
}

/** True for an error after which the engine's memory cannot be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
