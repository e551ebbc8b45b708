// Several files, and the stretches of big ones, read by as many workers as there are cores and gathered by the first
// of them in their order: the same bytes as one worker gives. Loaded only when there is such a source.
//
// A stretch ends at a line feed. Whether that is the end of a row is known when everything before it has been read: a
// stretch that ends within one (of CSV, inside quotes) is read again together with the one behind it.

import type { LoadOptions } from './engine.js';
import { Meter, type Counts } from './meter.js';
import type { Counted, CountedBytes, Look, Part, Piece } from './part.js';
import { isPlain } from './source.js';
import { Thread } from './thread.js';
import type { Keeping, Loaded, Progress, ReadAs } from './types.js';

/** Each stretch is learned anew, so there are no more of them than keep all workers busy: some for each, so that no worker has much left to do when the others are done. */
const PIECES_EACH = 4;
const LEAST_PIECE_BYTES = 8 * 1024 * 1024;
/** The most bytes of a file that all workers read at a time. What is read of a stretch is held until its turn comes, and read for nothing where reading is stopped before. */
const MOST_BYTES_AT_A_TIME = 256 * 1024 * 1024;
/** A worker waits for bytes of one piece while it parses another. */
const PIECES_A_WORKER = 2;
/** What is looked at of a file to tell its form. */
const LOOK_BYTES = 64 * 1024;
const PROGRESS_MS = 250;
const LINE_FEED = 10;
/** A character a byte. */
const LATIN = new TextDecoder('latin1');
/** A byte order mark, blank lines, a line that names the delimiter, and one of fields, of which those in quotes hold none and have nothing beside them. */
const HEADER = /^(?:\u00ef\u00bb\u00bf)?(?:[ \r]*\n)*(?:sep=.\r?\n)?(?!\$|[\t ]*\r?\n)(?:[^"\r\n]|(?<![^,;\t|\n\u00bf])"[^"\r\n]*"(?=[,;\t|\r\n]))+\r?\n/i;
const NO_PART: Part = { bytes: [], lines: 0, taken: 0, decompressed: 0, rows: 0, unreadable: 0, noStart: 0, oldest: null, newest: null, isWhole: true, isHalted: false, as: undefined, readAs: null, broken: undefined };

interface Entry {
  piece: Piece;
  file: number;
  counted: CountedBytes;
  part?: Part;
  /** Read again as a piece of a longer one. */
  isDropped?: true;
}

/** How the stretches of a file are read that do not begin it. */
type Layout = Pick<Piece, 'head' | 'headLines' | 'as'>;

const NO_BYTES = new Uint8Array(0);

export class Gathering {
  readonly #main: Thread;
  readonly #client: number;
  readonly #sources: readonly Piece['source'][];
  readonly #as: ReadAs;
  readonly #keeping: Required<Keeping>;
  readonly #workers: number;
  readonly #pieceBytes: number;
  readonly #load = Thread.number();
  readonly #entries: Entry[] = [];
  readonly #running = new Map<Entry, { thread: Thread; id: number }>();
  #hasBegun = false;
  /** Under which rows are told, if repeated ones are looked for. */
  #identityKey: Uint8Array | undefined;
  /** By source: true if its bytes are there for good, and as they are. */
  #isPlain: readonly boolean[] = [];
  #isStopped = false;
  #broken: string | undefined;
  /** Where the next stretch begins, and how that file is laid out: `null` if it is read whole. */
  #file = 0;
  #at = 0;
  #layout: Layout | null | undefined;
  #ahead: Promise<Entry | undefined> | undefined;
  #next: Promise<Entry | undefined> = Promise.resolve(undefined);
  /** How many entries the first worker has, and the lines of the last one's file up to there. */
  #absorbed = 0;
  #lines = 0;
  #reach: Pick<Progress, 'oldest' | 'newest'> = { oldest: null, newest: null };
  #draining: Promise<void> = Promise.resolve();
  /** True once the first worker has all that it will get, though there may be more. */
  #isCut = false;
  #isLost = false;
  /** What the first source was taken for. */
  #readAs: string | null = null;
  #fail: (error: unknown) => void = () => {};
  #tell: () => void = () => {};

  constructor(main: Thread, client: number, sources: readonly Piece['source'][], as: ReadAs, keeping: Required<Keeping>, workers: number) {
    [this.#main, this.#client, this.#sources, this.#as, this.#keeping, this.#workers] = [main, client, sources, as, keeping, workers];
    const bytes = sources.reduce((sum, source) => sum + (source instanceof Blob ? source.size : 0), 0);
    const most = MOST_BYTES_AT_A_TIME / (workers * PIECES_A_WORKER);
    this.#pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.min(Math.ceil(bytes / (workers * PIECES_EACH)), most));
  }

  /** False for one file that cannot be cut into stretches. */
  async isSplit(): Promise<boolean> {
    if (this.#sources.length > 1) return true;
    return (this.#layout = await this.#look(this.#sources[0])) !== null;
  }

  /** True after a stop that left something to read. */
  get canReadOn(): boolean {
    return this.#isStopped && !this.#isLost && this.#broken === undefined && this.#file < this.#sources.length;
  }

  /** Reads from where it is to the end, or until it is stopped. */
  async run(signal: AbortSignal | undefined, onProgress: LoadOptions['onProgress']): Promise<Loaded> {
    [this.#isStopped, this.#isCut] = [false, false];
    const failed = new Promise<never>((_, reject) => this.#fail = reject);
    failed.catch(() => {});
    const abort = () => this.#fail(signal?.reason);
    signal?.addEventListener('abort', abort);
    const helpers: Thread[] = [];
    const meter = new Meter();
    let told = performance.now();
    this.#tell = () => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      onProgress?.(meter.progress(this.#counts()));
    };
    try {
      await Promise.race([failed, this.#readAll(helpers)]);
      const stopped = this.#isStopped && this.#file < this.#sources.length;
      const gathered = this.#main.ask<Counted>(this.#client, { name: 'gathered', load: this.#load, broken: this.#broken, stopped });
      const counted = await Promise.race([failed, gathered.answer]);
      return { ...meter.progress({ ...this.#counts(), ...counted }), stopped, readAs: this.#readAs, canReadOn: this.canReadOn, now: null };
    } catch (error) {
      for (const { thread, id } of this.#running.values()) thread.tell(this.#client, { name: 'abort', id });
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      for (const helper of helpers) helper.end();
      this.#running.clear();
    }
  }

  /** Ends the reading where it is; what lies before is kept. */
  stop(): void {
    this.#isStopped = true;
    for (const { thread, id } of this.#running.values()) thread.tell(this.#client, { name: 'halt', id });
  }

  /** Ends the reading for another one. */
  giveUp(): void {
    this.#fail(new DOMException('another load took its place', 'AbortError'));
  }

  async #readAll(helpers: Thread[]): Promise<void> {
    const main = this.#main;
    if (!this.#hasBegun) {
      this.#isPlain = await Promise.all(this.#sources.map(isPlain));
      const [places, texts] = [this.#isPlain.includes(true), this.#isPlain.includes(false) || this.#sources.length > 1];
      this.#identityKey = await main.ask<Uint8Array | undefined>(this.#client, { name: 'gather', load: this.#load, as: this.#as, keeping: this.#keeping, places, texts }).answer;
    }
    this.#hasBegun = true;
    const wanted = Math.min(this.#workers, this.#pieces()) - 1;
    // Asked for before the first worker has other work, so that helpers start while it reads its first piece.
    const asked = wanted > 0 ? main.ask<WebAssembly.Module>(this.#client, { name: 'module' }).answer : undefined;
    const work = this.#lanes(main);
    const module = await asked;
    for (let i = 0; i < wanted; i += 1) {
      const helper = new Thread((cause) => this.#fail(new Error(cause)), module);
      helpers.push(helper);
      work.push(...this.#lanes(helper));
    }
    await Promise.all(work);
    await this.#draining;
    if (this.#isStopped || this.#broken !== undefined) this.#rewind();
  }

  #lanes(thread: Thread): Promise<void>[] {
    return Array.from({ length: PIECES_A_WORKER }, () => this.#work(thread));
  }

  async #work(thread: Thread): Promise<void> {
    for (;;) {
      const entry = await this.#take();
      if (!entry) return;
      await this.#read(thread, entry);
      this.#draining = this.#draining.then(() => this.#drain());
      this.#draining.catch(this.#fail);
    }
  }

  async #read(thread: Thread, entry: Entry): Promise<void> {
    const { source } = entry.piece;
    const transfer = source instanceof ReadableStream ? [source as unknown as Transferable] : [];
    const { id, answer } = thread.ask<Part>(this.#client, { name: 'part', piece: entry.piece }, (progress) => {
      entry.counted = progress as Entry['counted'];
      this.#tell();
    }, transfer);
    this.#running.set(entry, { thread, id });
    try {
      entry.part = await answer;
    } catch (error) {
      const name = source instanceof File ? source.name : undefined;
      throw this.#sources.length > 1 && name !== undefined ? Object.assign(error as Error, { file: name }) : error;
    } finally {
      this.#running.delete(entry);
    }
    entry.counted = { ...entry.part, bytes: entry.part.taken };
    this.#tell();
  }

  /** Hands to the first worker what has been read, in order. */
  async #drain(): Promise<void> {
    for (let entry; (entry = this.#entries[this.#absorbed])?.part && !this.#isCut; this.#absorbed += 1) {
      if (entry.isDropped) continue;
      for (let more = 1; !entry.part.isWhole && !entry.part.isHalted && await this.#lengthen(entry, more); more *= 2) {
        await this.#read(this.#main, entry);
      }
      const { piece, file, part } = entry;
      if (piece.start === 0) this.#lines = 0;
      const place = { lines: this.#lines - piece.headLines, offset: piece.start - piece.head.length, file };
      const origin = piece.hasPlaces && piece.start === 0 && part.as ? { blob: piece.source as Blob, as: part.as } : undefined;
      const call = { name: 'absorb', load: this.#load, part: part.bytes, place, origin } as const;
      this.#reach = await this.#main.ask<Counted>(this.#client, call, undefined, part.bytes.map(({ buffer }) => buffer as ArrayBuffer)).answer;
      this.#lines += part.lines - piece.headLines;
      this.#broken ??= part.broken;
      this.#readAs ??= part.readAs;
      this.#isCut = part.isHalted || !part.isWhole || part.broken !== undefined;
      this.#isLost ||= part.isHalted && piece.end === undefined;
    }
  }

  /** Adds so many of the stretches behind it to a piece that ends within a row; false if there are none. */
  async #lengthen(entry: Entry, more: number): Promise<boolean> {
    let last = entry;
    // What is taken here nobody else reads, so that it belongs to this piece, and what others took meanwhile before it.
    for (let [i, least] = [this.#absorbed + 1, 0]; more > 0 || i <= least; i += 1) {
      const taken = this.#entries[i] ? undefined : await this.#take(entry.file);
      if (taken) least = this.#entries.indexOf(taken);
      const next = this.#entries[i];
      if (!next) break;
      if (next.isDropped) continue;
      if (next.file !== entry.file) break;
      next.isDropped = true;
      const runs = this.#running.get(next);
      if (runs) runs.thread.tell(this.#client, { name: 'halt', id: runs.id });
      else next.part ??= NO_PART;
      last = next;
      more -= 1;
    }
    entry.piece = { ...entry.piece, end: last.piece.end, isLast: last.piece.isLast };
    return last !== entry;
  }

  /** Back to where the first worker's rows end, so that reading can go on from there. */
  #rewind(): void {
    this.#entries.length = this.#absorbed;
    [this.#ahead, this.#layout] = [undefined, undefined];
    const last = this.#entries.findLast(({ isDropped }) => !isDropped);
    const isAtEnd = last?.piece.isLast && last.part?.isWhole && !last.part.isHalted;
    [this.#file, this.#at] = !last ? [0, 0] : isAtEnd ? [last.file + 1, 0] : [last.file, last.piece.start + (last.part?.taken ?? 0)];
  }

  /** The next piece to read, if it is of a certain file; the one behind it is cut meanwhile. */
  #take(file?: number): Promise<Entry | undefined> {
    return this.#next = this.#next.then(async () => {
      if (this.#isStopped || this.#broken !== undefined) return undefined;
      try {
        const entry = await (this.#ahead ?? this.#cut());
        if (!entry) return undefined;
        if (file !== undefined && entry.file !== file) {
          this.#ahead = Promise.resolve(entry);
          return undefined;
        }
        this.#entries.push(entry);
        this.#ahead = this.#cut();
        this.#ahead.catch(() => {});
        return entry;
      } catch (error) {
        // A file that cannot be read any more breaks off, like any other source.
        this.#broken = error instanceof Error ? error.message : String(error);
        return undefined;
      }
    });
  }

  async #cut(): Promise<Entry | undefined> {
    const [file, start] = [this.#file, this.#at];
    const source = this.#sources[file];
    if (source === undefined) return undefined;
    if (this.#layout === undefined) this.#layout = await this.#look(source);
    const layout = this.#layout;
    const size = layout ? (source as Blob).size : 0;
    const end = layout ? await endOfLine(source as Blob, start + this.#pieceBytes) : undefined;
    const isLast = end === undefined || end >= size;
    if (isLast) [this.#file, this.#at, this.#layout] = [file + 1, 0, undefined];
    else this.#at = end;
    const { head, headLines } = start > 0 && layout ? layout : { head: NO_BYTES, headLines: 0 };
    const { keepRows } = this.#keeping;
    return {
      piece: { source, hasPlaces: keepRows && (this.#isPlain[file] ?? false), keepsRows: keepRows, identityKey: this.#identityKey, start, end: start === 0 && isLast ? undefined : end, isLast, head, headLines, as: layout?.as ?? this.#as },
      file, counted: { rows: 0, unreadable: 0, noStart: 0, oldest: null, newest: null, bytes: 0, decompressed: 0 },
    };
  }

  /** How the stretches of a source are read; `null` if it has to be read whole. */
  async #look(source: Piece['source'] | undefined): Promise<Layout | null> {
    if (!(source instanceof Blob) || source.size <= this.#pieceBytes) return null;
    const bytes = new Uint8Array(await source.slice(0, LOOK_BYTES).arrayBuffer());
    const { isSplittable, as, readAs } = await this.#main.ask<Look>(this.#client, { name: 'look', bytes, as: this.#as }).answer;
    if (!isSplittable) return null;
    this.#readAs ??= readAs;
    // A line feed keeps a byte order mark from being taken for the beginning of a file.
    if (as.form === 'ndjson') return { head: new Uint8Array([LINE_FEED]), headLines: 1, as };
    const length = headerLength(bytes);
    const head = bytes.slice(0, length);
    return length === 0 ? null : { head, headLines: head.filter((byte) => byte === LINE_FEED).length, as };
  }

  /** About how many pieces there are. */
  #pieces(): number {
    return this.#sources.slice(this.#file).reduce((sum, source) => sum + (source instanceof Blob ? Math.ceil(source.size / this.#pieceBytes) : 1), 0);
  }

  #counts(): Counts {
    const sum = { rows: 0, unreadable: 0, noStart: 0, bytes: 0, decompressed: 0 };
    for (const { counted, isDropped } of this.#entries) {
      if (isDropped) continue;
      for (const name of ['rows', 'unreadable', 'noStart', 'bytes', 'decompressed'] as const) sum[name] += counted[name];
    }
    const sizes = this.#sources.map((source) => (source instanceof Blob ? source.size : null));
    const total = sizes.includes(null) ? null : sizes.reduce<number>((all, size) => all + (size ?? 0), 0);
    return { ...sum, total, oldest: this.#reach.oldest, newest: this.#reach.newest };
  }
}

/** Where the first line ends that reaches a place of a file. */
async function endOfLine(blob: Blob, from: number): Promise<number> {
  for (let [at, length] = [from - 1, LOOK_BYTES]; at < blob.size; at += length, length = Math.min(length * 2, LEAST_PIECE_BYTES / 2)) {
    const found = new Uint8Array(await blob.slice(at, at + length).arrayBuffer()).indexOf(LINE_FEED);
    if (found >= 0) return at + found + 1;
  }
  return blob.size;
}

/**
 * The length of the first line of CSV that is not blank, with what stands before it; 0 unless it is one record beyond
 * doubt, whatever separates its fields: only the engine knows how quotes and control lines read.
 */
function headerLength(bytes: Uint8Array): number {
  return HEADER.exec(LATIN.decode(bytes))?.[0].length ?? 0;
}
