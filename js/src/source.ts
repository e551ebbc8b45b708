// Where rows come from: addresses, responses, files, streams and bytes become one stream of plain bytes.

import { DEFAULT_DAYS, MOST_DAYS } from './limits.js';
import type { Query, Source } from './types.js';
import { isZone, localDate, startOfDate } from './zone.js';

/** A source that has been opened. */
export interface Opened {
  stream: ReadableStream<Uint8Array>;
  /** How many bytes the source has as it lies there, compressed or not, if that is known. */
  total: number | null;
  /** How many of its bytes were undone so far, of a compressed source; of any other they are those that are read. */
  undone?: (() => number) | undefined;
  form: 'auto' | 'ndjson';
  /** True for a companion's stream, which is incomplete without its last control line. */
  expectsEnd: boolean;
}

/** Days that are asked for beyond a window, so that most other zones' midnights lie inside what was read, too. */
const MARGIN_DAYS = 2;
const DAY = 86_400_000;

/** True for the address of a companion's rows. */
export function isCompanion(address: string | URL): boolean {
  return URL.canParse(address) && /\/api\/v1\/workspaces\/[^/]+\/executions$/.test(new URL(address).pathname);
}

/** True for a source whose rows a companion streams. */
export function isFromCompanion(source: Source, base?: string): boolean {
  if (typeof source === 'string' || source instanceof URL) return URL.canParse(source, base) && isCompanion(new URL(source, base));
  return source instanceof Response && isCompanion(source.url);
}

const shifted = (date: string, days: number): string => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** The window that a companion is asked for so that a query can be answered: wider where the limit leaves room. */
export function windowFor(query: Query): Query {
  const window: Query = { time_zone: query.time_zone ?? 'UTC' };
  if (query.from !== undefined && query.to !== undefined) {
    const days = (Date.parse(query.to) - Date.parse(query.from)) / DAY;
    const margin = days + MARGIN_DAYS <= MOST_DAYS ? MARGIN_DAYS / 2 : 0;
    return { ...window, from: shifted(query.from, -margin), to: shifted(query.to, margin) };
  }
  const days = Math.min((query.days ?? DEFAULT_DAYS) + MARGIN_DAYS, MOST_DAYS);
  return { ...window, days, ...(query.until !== undefined && { until: query.until }) };
}

/** The address at which a companion gives the rows of a window. */
function companionAddress(address: string | URL, window: Query, now: number): string {
  const url = new URL(address);
  for (const name of ['days', 'from', 'to', 'until', 'time_zone']) url.searchParams.delete(name);
  for (const name of ['from', 'to', 'days', 'until', 'time_zone'] as const) {
    if (window[name] !== undefined) url.searchParams.set(name, String(window[name]));
  }
  if (window.from === undefined && window.until === undefined) url.searchParams.set('until', new Date(now).toISOString());
  return url.href;
}

/** The instants of a query's window, from the first to the one after the last. */
function spanOf({ from, to, days = DEFAULT_DAYS, until, time_zone: zone = 'UTC' }: Query, now: number): [number, number] {
  if (from !== undefined && to !== undefined) return [startOfDate(zone, from), startOfDate(zone, shifted(to, 1))];
  const end = until === undefined ? now : Date.parse(until);
  // What is no instant is refused in words by whoever is asked.
  if (Number.isNaN(end)) return [NaN, NaN];
  return [startOfDate(zone, shifted(localDate(zone, end - 1), -days)), end];
}

/** True if the rows that were read for one window hold all of a query's. `now` is where open windows end. */
export function covers(read: Query, wanted: Query, now: number): boolean {
  const names = ['from', 'to', 'days', 'until', 'time_zone'] as const;
  if (names.every((name) => read[name] === windowFor(wanted)[name])) return true;
  const [first, last] = spanOf(read, now);
  try {
    const [from, until] = spanOf(wanted, now);
    return first <= from && last >= until;
  } catch {
    // No rows help with a zone that is not known.
    return true;
  }
}

/** A source that is opened before anybody can read it, and when that began. */
export interface Opening {
  now: number;
  opened: Promise<Opened>;
}

/** Opens what has an address; of what is at hand nothing would be won. The signal has to give up what is not read after all. */
export function opening(source: Source | readonly Source[], query: Query, companion: boolean, signal: AbortSignal): Opening | undefined {
  if (typeof source !== 'string') return undefined;
  const now = Date.now();
  const opened = open(source, query, now, companion, signal);
  // Whoever reads it is told.
  opened.catch(() => {});
  // `Intl` takes long to begin with a zone, and nothing else is to do until bytes come.
  if (query.time_zone !== undefined) isZone(query.time_zone);
  return { now, opened };
}

/** Opens a source. `query` says which window a companion is asked for, `companion` that a stream is one's. */
export async function open(source: Source, query: Query, now: number, companion = isFromCompanion(source), signal?: AbortSignal): Promise<Opened> {
  if (typeof source === 'string' || source instanceof URL) {
    const window = companion ? windowFor(query) : undefined;
    const asked = ask(window ? companionAddress(source, window, now) : String(source), companion, signal);
    try {
      // A zone that is not known is refused. `Intl` takes long to begin with one, so that is looked at while the rows are on their way.
      if (window) spanOf(window, now);
    } catch (error) {
      void asked.then(({ body }) => body?.cancel(), () => {});
      throw error;
    }
    source = await asked;
  }
  if (source instanceof Response) {
    if (!source.ok) throw await refusal(source);
    const length = source.headers.has('content-encoding') ? null : source.headers.get('content-length');
    const total = length === null ? null : Number(length);
    return { ...await inflated(source.body ?? new Blob([]).stream()), total, form: companion ? 'ndjson' : 'auto', expectsEnd: companion };
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) source = new Blob([source as BlobPart]);
  const total = source instanceof Blob ? source.size : null;
  return { ...await inflated(source instanceof Blob ? source.stream() : source), total, form: companion ? 'ndjson' : 'auto', expectsEnd: companion };
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

/** @internal A server's refusal in words; a problem document says more than its number. */
export async function refusal(response: Response): Promise<Error> {
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

/** Looks at the first bytes and undoes gzip and zstd; what is not compressed passes through. */
async function inflated(stream: ReadableStream<Uint8Array>): Promise<Pick<Opened, 'stream' | 'undone'>> {
  const reader = stream.getReader();
  let first = new Uint8Array();
  let done = false;
  while (!done && first.length < MAGIC_BYTES) {
    const next = await reader.read();
    done = next.done;
    if (next.value === undefined) continue;
    const longer = new Uint8Array(first.length + next.value.length);
    longer.set(first);
    longer.set(next.value, first.length);
    first = longer;
  }
  const rest = new ReadableStream<Uint8Array>({
    start(controller) {
      if (first.length > 0) controller.enqueue(first);
      if (done) controller.close();
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  const isGzip = first[0] === GZIP[0] && first[1] === GZIP[1];
  if (!isCompressed(first)) return { stream: rest };
  let bytes = 0;
  return { stream: await undone(rest, isGzip, (length) => bytes += length), undone: () => bytes };
}

/**
 * Undoes compression by the module that is made for it. Where that cannot be had, as by a page that was left open without
 * a network, the browser itself reads the first member of gzip, which mostly is the only one; it tells if another follows.
 * `onBytes` gets how many compressed bytes are undone next.
 */
async function undone(stream: ReadableStream<Uint8Array>, isGzip: boolean, onBytes: (length: number) => void): Promise<ReadableStream<Uint8Array>> {
  const isOffline = globalThis.navigator?.onLine === false;
  try {
    if (!isGzip || !isOffline) return await (await import('./inflate.js')).inflate(stream, isGzip, onBytes);
  } catch (error) {
    if (!isGzip) throw new Error('What undoes zstd could not be loaded.', { cause: error });
  }
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
  return stream.pipeThrough(counted).pipeThrough(new DecompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>);
}

/** True for the first bytes of data that is compressed. */
function isCompressed(first: Uint8Array): boolean {
  return (first[0] === GZIP[0] && first[1] === GZIP[1]) || isZstd(first);
}

/** How many first bytes say how data is compressed. */
const MAGIC_BYTES = 4;
const GZIP = [0x1f, 0x8b];

/** True for the first bytes of a frame of zstd, or of one that is to be skipped. */
function isZstd([a, b, c, d]: Uint8Array): boolean {
  if (a === undefined) return false;
  return (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) || ((a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18);
}

/** Some bytes of a file. */
export async function bytesOf(blob: Blob, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(from, to).arrayBuffer());
}

/** A source whose bytes are there for good. */
export function blobOf(source: Source): Blob | undefined {
  if (source instanceof Blob) return source;
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source) ? new Blob([source as BlobPart]) : undefined;
}

/** True for one that is not compressed, so that a row lies where its bytes do. */
export async function isPlain(source: Source): Promise<boolean> {
  const blob = blobOf(source);
  return blob !== undefined && !isCompressed(await bytesOf(blob, 0, MAGIC_BYTES));
}
