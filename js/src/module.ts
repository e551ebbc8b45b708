// The module of WebAssembly: compiled once a page, started once a thread.

import { initSync } from './execution_heatmap_wasm.js';

let compiling: Promise<WebAssembly.Module> | undefined;
let starting: Promise<WebAssembly.Memory> | undefined;

/** The compiled module, which other threads may have. In Node its bytes come from disk, else from beside this file. */
export function compiled(): Promise<WebAssembly.Module> {
  return compiling ??= (async () => {
    const address = new URL('execution_heatmap_wasm_bg.wasm', import.meta.url);
    const process = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
    const files = process?.getBuiltinModule?.('node:fs') as { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
    if (files !== undefined) return WebAssembly.compile(files.readFileSync(address));
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address.pathname.split('/').pop()} could not be loaded: the server answered ${response.status}.`);
    const isStreamed = response.headers.get('content-type')?.startsWith('application/wasm');
    return isStreamed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
  })();
}

/** Starts the engine on this thread, with the module that another one compiled if there is one. */
export function start(module?: WebAssembly.Module): Promise<WebAssembly.Memory> {
  return starting ??= (async () => initSync({ module: module ?? await compiled() }).memory)();
}

/** True for an error after which the engine's memory cannot be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
