// Where rows come from: addresses, responses, files, streams and bytes become one stream of plain bytes.

import type { Query, Source } from './types.js';

/** A source that has been opened. */
export interface Opened {
  stream: ReadableStream<Uint8Array>;
  /** Bytes as they will arrive, if that is known. */
  total: number | null;
  form: 'auto' | 'ndjson';
  /** True for a companion's stream, which is incomplete without its last control line. */
  expectsEnd: boolean;
}

/** Days that are asked for beyond a window, so that every zone's midnights lie inside what was read. */
const MARGIN_DAYS = 2;
const MOST_DAYS = 1096;
const DEFAULT_DAYS = 90;

/** True for the address of a companion's rows. */
export function isCompanion(address: string | URL): boolean {
  return /\/api\/v1\/workspaces\/[^/]+\/executions$/.test(new URL(address).pathname);
}

/** The address at which a companion gives the rows of a query's window, for any zone and filter. */
export function companionAddress(address: string | URL, query: Query, now: number): string {
  const url = new URL(address);
  const shifted = (date: string, days: number) =>
    new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  for (const name of ['days', 'from', 'to', 'until']) url.searchParams.delete(name);
  if (query.from !== undefined && query.to !== undefined) {
    url.searchParams.set('from', shifted(query.from, -1));
    url.searchParams.set('to', shifted(query.to, 1));
  } else {
    const days = Math.min((query.days ?? DEFAULT_DAYS) + MARGIN_DAYS, MOST_DAYS);
    url.searchParams.set('days', String(days));
    url.searchParams.set('until', query.until ?? new Date(now).toISOString());
  }
  return url.href;
}

/** True if the rows that were read for one query's window are enough for another's. */
export function covers(read: Query, wanted: Query): boolean {
  if (read.from !== undefined && read.to !== undefined) {
    return wanted.from !== undefined && wanted.to !== undefined && read.from <= wanted.from && read.to >= wanted.to;
  }
  return wanted.from === undefined && read.until === wanted.until
    && (read.days ?? DEFAULT_DAYS) >= (wanted.days ?? DEFAULT_DAYS);
}

/** Opens a source. `query` says which window a companion is asked for. */
export async function open(source: Source, query: Query, now: number, signal?: AbortSignal): Promise<Opened> {
  let companion = false;
  if (typeof source === 'string' || source instanceof URL) {
    companion = isCompanion(source);
    const address = companion ? companionAddress(source, query, now) : String(source);
    source = await ask(address, companion, signal);
  }
  if (source instanceof Response) {
    if (!source.ok) throw await refusal(source);
    const length = source.headers.has('content-encoding') ? null : source.headers.get('content-length');
    const total = length === null ? null : Number(length);
    const { stream, compressed } = await inflated(source.body ?? new Blob([]).stream());
    return { stream, total: compressed ? null : total, form: companion ? 'ndjson' : 'auto', expectsEnd: companion };
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) source = new Blob([source as BlobPart]);
  const total = source instanceof Blob ? source.size : null;
  const { stream, compressed } = await inflated(source instanceof Blob ? source.stream() : source);
  return { stream, total: compressed ? null : total, form: 'auto', expectsEnd: false };
}

async function ask(address: string, companion: boolean, signal?: AbortSignal): Promise<Response> {
  const options: RequestInit = { cache: 'no-store' };
  if (companion) options.headers = { accept: 'application/x-ndjson' };
  if (signal) options.signal = signal;
  try {
    return await fetch(address, options);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error(`${new URL(address).host} could not be reached.`, { cause: error });
  }
}

/** A server's refusal in words; a problem document says more than its number. */
async function refusal(response: Response): Promise<Error> {
  let detail = '';
  if (response.headers.get('content-type')?.includes('problem+json')) {
    const problem: unknown = await response.json().catch(() => null);
    if (problem !== null && typeof problem === 'object' && 'detail' in problem) detail = String(problem.detail);
  } else {
    await response.body?.cancel();
  }
  const words = detail === '' ? `The server answered ${response.status}.` : `The server answered ${response.status}: ${detail}`;
  return Object.assign(new Error(words), { status: response.status });
}

/** Looks at the first bytes and undoes gzip; what is not compressed passes through. */
async function inflated(stream: ReadableStream<Uint8Array>): Promise<{ stream: ReadableStream<Uint8Array>; compressed: boolean }> {
  const reader = stream.getReader();
  const first = await reader.read();
  const rest = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      if (first.done) controller.close();
      else controller.enqueue(first.value as Uint8Array<ArrayBuffer>);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const compressed = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  return { stream: compressed ? rest.pipeThrough(new DecompressionStream('gzip')) : rest, compressed };
}
