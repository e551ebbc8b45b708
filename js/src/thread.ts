// One worker: what it was asked, what it answers, and how it ends. Knows nothing of rows.

import type { Call, Given, Reply } from './worker.js';
import type { Progress } from './types.js';

interface Waiting {
  client: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: ((progress: Progress) => void) | undefined;
}

let asked = 0;
let policy: { createScriptURL(url: string): string } | undefined;

/** Where the files of the package lie as they are, if this one was loaded as it is; else absent. */
function beside(): string | undefined {
  const here = import.meta.url;
  // What webpack writes here is where the file lay on the machine that built the page.
  if (here.startsWith('file:') && globalThis.location?.protocol !== 'file:') return undefined;
  if (/\/thread\.js(\?|$)/.test(here)) return here;
  // Vite's development server moves the scripts of a package into a folder of its own, and leaves its other files.
  const moved = /^(.*\/node_modules)\/\.vite\/deps\/[^/]*$/.exec(here);
  return moved?.[1] && `${moved[1]}/execution-heatmap/`;
}

function spawn(folder: string | undefined): Worker {
  if (typeof Worker === 'undefined') throw new TypeError("There is no Worker here; 'execution-heatmap/engine' needs none.");
  // In a bundle there is one script for the worker, since not every bundler can cut one into several. Bundlers look for
  // exactly this; the file has to lie beside the bundle where they do not.
  if (folder === undefined) return new Worker(new URL('./worker.bundle.js', import.meta.url), { type: 'module' });
  const address = new URL('worker.js', folder).href;
  const trusted = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): NonNullable<typeof policy> } }).trustedTypes;
  try {
    // A page may demand that a policy vouches for the address.
    policy ??= trusted?.createPolicy('execution-heatmap', {
      createScriptURL: (url: string) => {
        if (url !== address) throw new TypeError('only the worker of execution-heatmap is loaded');
        return url;
      },
    });
    if (policy) return new Worker(policy.createScriptURL(address), { type: 'module' });
  } catch {
    // A page that forbids the policy may still allow the plain address below.
  }
  return new Worker(address, { type: 'module' });
}

async function fetched(address: URL, signal: AbortSignal): Promise<ArrayBuffer | undefined> {
  const response = await fetch(address, { signal });
  if (response.ok) return response.arrayBuffer();
  void response.body?.cancel();
  return undefined;
}

export class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onDeath: (cause: string) => void;
  #isReady = false;
  #isOver = false;
  readonly #end = new AbortController();

  /** `onDeath` is told why if the worker ends of itself. With a `module` that another worker compiled it starts sooner. */
  constructor(onDeath: (cause: string) => void, module?: WebAssembly.Module) {
    this.#onDeath = onDeath;
    const folder = beside();
    const worker = this.#worker = spawn(folder);
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#die(event.message ? `The worker stopped: ${event.message}` : 'The worker could not be loaded.');
    });
    worker.addEventListener('messageerror', () => this.#die('The worker sent something that cannot be read.'));
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#hear(data));
    const give = (given: Given, transfer: Transferable[] = []) => worker.postMessage(given, transfer);
    if (module) give({ module });
    // The plain module is on its way before the worker's script has come. A bundle has its address in the worker's part alone.
    else if (folder !== undefined) {
      give({ plain: 'coming' });
      // What cannot be had the worker fetches itself, and tells why if that fails, too.
      void fetched(new URL('execution_heatmap_plain_bg.wasm', folder), this.#end.signal).catch(() => undefined).then((plain) => give({ plain }, plain && [plain]));
    }
  }

  /** A number that no question and nothing else bears. */
  static number(): number {
    return ++asked;
  }

  ask<T>(client: number, call: Call['call'], onProgress?: (progress: Progress) => void, transfer: Transferable[] = []): { id: number; answer: Promise<T> } {
    const id = Thread.number();
    const answer = new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { client, resolve: resolve as (value: unknown) => void, reject, onProgress });
      try {
        this.#worker.postMessage({ id, client, call } satisfies Call, transfer);
      } catch (error) {
        this.#waiting.delete(id);
        reject(error as Error);
      }
    });
    return { id, answer };
  }

  /** Asks and waits for nothing. */
  tell(client: number, call: Call['call']): void {
    void this.ask(client, call).answer.catch(() => {});
  }

  /** Refuses what a client, or all of them, still wait for. */
  refuse(error: () => Error, client?: number): void {
    for (const [id, entry] of this.#waiting) {
      if (client !== undefined && entry.client !== client) continue;
      this.#waiting.delete(id);
      entry.reject(error());
    }
  }

  /** Ends the worker. */
  end(): void {
    this.#isOver = true;
    this.#end.abort();
    this.#worker.terminate();
  }

  #die(cause: string): void {
    if (this.#isOver) return;
    this.end();
    this.#onDeath(cause);
    this.refuse(() => Object.assign(new Error(cause), { neverStarted: !this.#isReady }));
  }

  #hear(data: Reply): void {
    if ('ready' in data) {
      this.#isReady = data.ready;
      if (!data.ready) this.#die(data.cause);
      else if (data.lock !== null) void navigator.locks.request(data.lock, () => this.#die('The worker stopped.'));
      return;
    }
    const entry = this.#waiting.get(data.id);
    if ('progress' in data) return entry?.onProgress?.(data.progress);
    this.#waiting.delete(data.id);
    if ('result' in data) return entry?.resolve(data.result);
    const { message, ...rest } = data.error;
    const words = data.trapped ? `The engine stopped: ${message}` : message;
    entry?.reject(data.error.name === 'AbortError' ? new DOMException(message, 'AbortError') : Object.assign(new Error(words), rest));
    // What a trap leaves behind cannot be trusted, and an engine that could not start never will: the worker goes, the
    // next question gets a new one.
    if (data.trapped || data.error.neverStarted) this.#die(words);
  }
}
