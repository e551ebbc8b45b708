// Reading a piece of a file into an engine of its own, on whatever thread has time, for another engine to absorb.

import type { Engine } from './execution_heatmap_wasm.js';
import { isTrap, startWhole } from './module.js';
import { feed, Pour } from './pour.js';
import { open } from './source.js';
import type { Progress, ReadAs, Source } from './types.js';

/** A source, or a stretch of a file. */
export interface Piece {
  /** True if its rows can be read again where they lie; else their texts are kept. */
  hasPlaces: boolean;
  /** False if its rows are only counted. */
  keepsRows: boolean;
  /** Under which its rows carry what tells repeated ones; absent if these are not looked for. */
  identityKey: Uint8Array | undefined;
  source: Exclude<Source, Response>;
  /** The stretch; its end is absent for a whole source. */
  start: number;
  end: number | undefined;
  /** True if nothing of the source comes after it. */
  isLast: boolean;
  /** What stands before the stretch so that it reads like a file: the header of CSV. */
  head: Uint8Array<ArrayBuffer>;
  headLines: number;
  as: ReadAs;
}

/** Where a piece lies, for what an engine says of lines and rows. */
export interface Place {
  /** Lines and bytes of the file before the piece, less those of its head. */
  lines: number;
  offset: number;
  /** Which of several files it belongs to. */
  file: number;
}

/** What an engine has read. */
export type Counted = Pick<Progress, 'rows' | 'unreadable' | 'noStart' | 'oldest' | 'newest'>;
/** The same, and of how many bytes. */
export type CountedBytes = Counted & Pick<Progress, 'bytes' | 'decompressed'>;

/** What a piece held. */
export interface Part extends Counted {
  bytes: Uint8Array[];
  /** Lines that were read, those of the head included. */
  lines: number;
  /** Bytes of the stretch up to the end of the last row that was read; of a compressed source those that were undone. */
  taken: number;
  decompressed: number;
  isHalted: boolean;
  /** True if the stretch ends between two rows. */
  isWhole: boolean;
  /** As what its rows are read again, and what it was taken for. */
  as: ReadAs | undefined;
  readAs: string | null;
  broken: string | undefined;
}

/** What the beginning of a file says of the rest. */
export interface Look {
  as: ReadAs;
  /** What it was taken for. */
  readAs: string | null;
  /** True if each stretch between two row ends can be read by itself. */
  isSplittable: boolean;
}

const PROGRESS_MS = 250;

/** Begins a source, dropping what was held unless it is the next one of several. What cannot be read so is refused with an error with `parameter`. */
export function begin(engine: Engine, { form = 'auto', preset, map }: ReadAs, expectsEnd: boolean, isNext = false): void {
  const json = typeof map === 'object' ? JSON.stringify(map) : map;
  try {
    if (isNext) engine.beginNext(form, expectsEnd, preset, json);
    else engine.begin(form, expectsEnd, preset, json);
  } catch (error) {
    if (isTrap(error)) throw error;
    const parameter = /^the preset /.test((error as Error).message) ? 'preset' : /^form: /.test((error as Error).message) ? 'form' : 'map';
    throw Object.assign(error as Error, { parameter });
  }
}

/** As what parts of a source are read from its first row on; absent where they cannot be read by themselves. */
export const known = (engine: Engine, as: ReadAs): ReadAs | undefined => named(engine.known(), as);
/** As what a row of a source is read again; absent where a row is not one stretch of it. */
export const understood = (engine: Engine, as: ReadAs): ReadAs | undefined => named(engine.understood(), as);

function named([form, preset]: string[] = [], { map }: ReadAs): ReadAs | undefined {
  if (form === undefined) return undefined;
  return { form, ...(preset && { preset }), ...(map !== undefined && { map }) };
}

/** What a source was taken for, as a sentence. */
export function sentenceOf(engine: Engine): string | null {
  const words = engine.recognised();
  return words === undefined ? null : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** What an engine has read so far. */
export function counts(engine: Engine): Counted {
  const [rows = 0, unreadable = 0, noStart = 0, oldest = NaN, newest = NaN] = engine.progress();
  const instant = (at: number) => (Number.isNaN(at) ? null : at);
  return { rows, unreadable, noStart, oldest: instant(oldest), newest: instant(newest) };
}

/** Throws if the source is of no form that is read. */
export function refuseUnrecognised(engine: Engine): void {
  const startsWith = engine.unrecognised();
  if (startsWith === undefined) return;
  const hint = engine.unrecognisedHint();
  const words = `This is not a log that can be read. It starts with "${startsWith}".${hint === undefined ? '' : ` ${hint}`}`;
  throw Object.assign(new Error(words), { startsWith, hint });
}

/** Looks at a file's first bytes. */
export async function look(bytes: Uint8Array, as: ReadAs): Promise<Look> {
  const { Engine, memory } = await startWhole();
  const engine = new Engine();
  try {
    begin(engine, as, false);
    feed(engine, memory, bytes);
    const parts = known(engine, as);
    return { as: parts ?? as, isSplittable: parts !== undefined, readAs: sentenceOf(engine) };
  } finally {
    engine.free();
  }
}

/** Reads a piece. `onStart` gets what halts it; `onProgress` is called at most four times a second. */
export async function readPart({ source, hasPlaces, keepsRows, identityKey, start: from, end, isLast, head, as }: Piece, signal: AbortSignal, onStart: (halt: () => void) => void, onProgress: (counted: CountedBytes) => void): Promise<Part> {
  const { Engine, memory } = await startWhole();
  // Only a whole source can be compressed.
  const { stream, undone } = end === undefined ? await open(source, {}, Date.now(), false, signal) : { stream: (source as Blob).slice(from, end).stream(), undone: undefined };
  const engine = new Engine();
  try {
    // Of a whole source it is not known yet whether its form lets a row be read again; stretches are lines or records.
    if (keepsRows) engine.keep(hasPlaces, !hasPlaces || end === undefined, false);
    else engine.keepNone();
    if (identityKey) engine.carryIdentities(identityKey);
    begin(engine, as, false);
    if (head.length > 0) feed(engine, memory, head);
    const pour = new Pour(engine, memory, stream);
    let isHalted = false;
    const halt = () => {
      isHalted = true;
      pour.halt();
    };
    onStart(halt);
    signal.addEventListener('abort', halt);
    let told = performance.now();
    await pour.run(() => {}, () => {
      signal.throwIfAborted();
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      onProgress({ ...counts(engine), bytes: undone?.() ?? pour.bytes, decompressed: pour.bytes });
    });
    const [isWhole, lines, pending] = [engine.isBetweenRows(), engine.lines(), engine.pending()];
    const isAll = isLast && !isHalted;
    if (isAll) engine.close();
    refuseUnrecognised(engine);
    return {
      ...counts(engine), bytes: engine.takePart(), lines, taken: undone?.() ?? pour.bytes - (isAll ? 0 : pending), decompressed: pour.bytes,
      isHalted, isWhole: isWhole || isAll, as: understood(engine, as), readAs: sentenceOf(engine), broken: pour.broken,
    };
  } finally {
    engine.free();
  }
}
