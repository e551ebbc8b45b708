// What crosses between page, worker and engine. Types only: nothing here runs.

export type Metric = 'success_rate' | 'volume' | 'duration' | 'error_count' | 'p50_duration' | 'p95_duration' | 'p99_duration' | 'max_duration' | 'queue_wait';
export type Granularity = 'hourly' | 'daily';

/** One view of the rows. What is absent takes the engine's default. */
export interface Query {
  metric?: Metric;
  granularity?: Granularity;
  days?: number;
  from?: string;
  to?: string;
  until?: string;
  /** An IANA name; `UTC` by default. */
  time_zone?: string;
  workflow_id?: readonly string[];
  status?: readonly string[];
  tag?: readonly string[];
  thresholds?: readonly number[];
  /** Which moment places an execution: `start` by default. */
  by?: 'start' | 'end' | 'scheduled';
  /** Whether each attempt counts, as by default, or only the last. */
  attempts?: 'each' | 'last';
  /** Which patterns are told: those that matter most, as by default, or all that passed their tests. */
  patterns?: 'first' | 'all';
}

/** Bytes of a log, or where to get them. A string is an address. */
export type Source = string | URL | Response | ReadableStream<Uint8Array> | Blob | ArrayBuffer | Uint8Array;

/** What a source is read as. What is absent is found out from its first bytes. */
export interface ReadAs {
  /** The name of a form: `ndjson`, `csv`, … */
  form?: string;
  /** The name of a system whose export it is: `github`, `airflow`, … */
  preset?: string;
  /** Which of the source's fields are which, as an object or its JSON text. */
  map?: object | string;
}

/** An array of numbers whose type says how they are written. */
export type NumberArray =
  | Float64Array | Float32Array | BigInt64Array | BigUint64Array | Int32Array | Uint32Array | Int16Array | Uint16Array
  | Int8Array | Uint8Array;

/** Numbers that stand for texts: the place of each in `dictionary`; one below zero stands for none. */
export interface CodedColumn {
  codes: Exclude<NumberArray, Float64Array | Float32Array>;
  dictionary: readonly (string | null)[];
}

export type ColumnValues = NumberArray | CodedColumn | readonly unknown[];

/**
 * Rows as columns of one length. The rules are those of rows: of an instant the magnitude of a number tells whether it
 * is in seconds, milliseconds, microseconds or nanoseconds since 1970, 0 says "none" and so does NaN; of a text `''`,
 * `null` and `undefined` say "none". Typed arrays and codes are fastest; other arrays are read value by value, where a
 * `Date` is its instant.
 */
export interface Columns {
  started_at: NumberArray | readonly (Date | string | number | bigint | null | undefined)[];
  /** Words of the vocabulary, or of any system. */
  status: CodedColumn | readonly (string | null | undefined)[];
  finished_at?: NumberArray | readonly (Date | string | number | bigint | null | undefined)[];
  /** Milliseconds. */
  duration_ms?: NumberArray | readonly (number | bigint | string | null | undefined)[];
  workflow_id?: NumberArray | CodedColumn | readonly (string | number | bigint | null | undefined)[];
  workflow?: CodedColumn | readonly (string | null | undefined)[];
  /** Of each row an array of texts, or one text in which `|` separates them. */
  tags?: CodedColumn | readonly (readonly string[] | string | null | undefined)[];
  id?: NumberArray | CodedColumn | readonly (string | number | bigint | null | undefined)[];
  attempt?: NumberArray | readonly (number | null | undefined)[];
  error?: CodedColumn | readonly (string | null | undefined)[];
}

/**
 * What a program holds already: columns, or rows with the keys of a row of NDJSON. Of a row its own properties are read;
 * a `Date` is its instant and a `bigint` its digits.
 */
export type Given = { columns: Columns } | Iterable<object> | AsyncIterable<object>;

/** Whatever can be loaded: a source, several that are read as one, or what a program holds already. */
export type Loadable = Source | readonly Source[] | Given;

/** What is kept of the rows of a source. */
export interface Keeping {
  /**
   * False counts rows by workflow, status, tags and quarter of an hour as they come and keeps none, by default true. Views by
   * start say the same; single rows cannot be shown, be placed by another moment or be held against each other.
   */
  keepRows?: boolean;
  /** True looks for rows that repeat another one, by default where there are several sources. */
  deduplicate?: boolean;
}

/** How far reading has come. */
export interface Progress {
  /** Rows read so far. */
  rows: number;
  unreadable: number;
  noStart: number;
  /** Milliseconds since 1970 of the oldest and newest start; `null` before the first one. */
  oldest: number | null;
  newest: number | null;
  /** Bytes of the source that were read, as it lies there: of a compressed one compressed bytes. */
  bytes: number;
  /** How many bytes the source has, likewise, if that is known; never less than `bytes`. */
  total: number | null;
  /** The bytes that were read of what the source holds: more than `bytes` if it is compressed, else as many. */
  decompressed: number;
  /** Milliseconds since reading began. */
  elapsed: number;
  /** Rows and `bytes` a second, over the last seconds. */
  rowsPerSecond: number;
  bytesPerSecond: number;
  /** Milliseconds that the rest takes at this rate; `null` if that cannot be told. */
  remaining: number | null;
}

/** What a finished reading says of itself. */
export interface Loaded extends Progress {
  /** True if {@link HeatmapClient.stop} ended it. */
  stopped: boolean;
  /** What the source was taken for, in a sentence; `null` where nothing had to be found out. */
  readAs: string | null;
  /** True if {@link HeatmapClient.readOn} goes on where it was stopped. */
  canReadOn: boolean;
  /** For rows that a companion streamed: the instant at which it was asked. `null` for a file. */
  now: number | null;
}

export interface Totals {
  executions: number;
  completed: number;
  failed: number;
  timed_out: number;
  cancelled: number;
  skipped: number;
  running: number;
  pending: number;
  waiting: number;
  other: number;
  success_rate: number | null;
  average_duration_ms: number | null;
}

export interface Level {
  level: number;
  label: string;
  range: [number, number] | null;
}

export interface Pattern {
  kind: string;
  sentence: string;
  /** What was counted, what it was held against, and how often chance would bring as much. */
  how_we_know: string;
  /** The place among `patterns`, from 0 on, of the one that explains it; absent if none of them does. */
  explained_by?: number;
  series: { all?: true; workflow_id?: string; tag?: string };
  /** When in the week; null of a kind that does not recur there. */
  window: { weekdays: number[]; from_hour: number; to_hour: number } | null;
  /** The measure there and elsewhere, or after and before; null of a kind that has none. */
  effect: { inside: number; outside: number } | null;
  /** Counts by name, among them the units of time that can tell and those in which it held. */
  evidence: {
    [count: string]: unknown;
    from: string;
    to: string;
    weeks_held?: number;
    weeks?: number;
    days_held?: number;
    days?: number;
    by_week: { week: string; held: boolean | null }[];
  };
  /** Null of advice, which is counted and not tested. */
  p_adjusted: number | null;
  cells: [string, number][];
}

/** The response, as every surface gives it. */
export interface HeatmapResponse {
  metric: Metric;
  granularity: Granularity;
  start_date: string;
  end_date: string;
  cells: { date: string; hour?: number; value: number | null; count: number; level: number; hours?: number }[];
  scale: { min: number | null; max: number | null; levels: Level[] };
  patterns_detected: string[];
  time_zone: string;
  days: number;
  until: string;
  complete: boolean;
  incomplete_reason: string | null;
  totals: Totals;
  other_statuses: Record<string, number>;
  rows: {
    read: number;
    placed: number;
    no_start: number;
    outside_window: number;
    filtered: number;
    duplicate: number;
    unreadable: number;
  };
  problems: { line: number; kind: string; message: string }[];
  patterns: Pattern[];
  /** When there is room for another job, in the form of patterns, with the kind `quiet_window`. */
  advice: Pattern[];
  notices: string[];
}

/** The cells as columns, dense: hourly `24 × date + hour`, daily `date`. */
export interface Cells {
  /** What each cell shows: 0 a level, 1 a level by few runs, 2 no runs, 3 runs of which the metric can tell nothing, 4 skipped, 5 still to come. */
  state: Uint8Array;
  /** 0 for no value, else 1 to 4. */
  level: Uint8Array;
  /** NaN where there is none. */
  value: Float64Array;
  /** 1 but where a clock change falls. */
  hours: Float64Array;
  executions: Float64Array;
  decided: Float64Array;
  /** Decided executions that have a duration. */
  timed: Float64Array;
  /** Executions of which it is known how long they waited. */
  waited: Float64Array;
  averageDuration: Float64Array;
  completed: Float64Array;
  failed: Float64Array;
  timedOut: Float64Array;
  cancelled: Float64Array;
  skipped: Float64Array;
  running: Float64Array;
  pending: Float64Array;
  waiting: Float64Array;
  other: Float64Array;
}

export type SceneNode =
  /** `stroke` is the width of the line along the path, `dash` the lengths of its dashes and gaps. */
  | { kind: 'path'; class: string; data: string; stroke?: number; dash?: [number, number] | null }
  | { kind: 'text'; class: string; x: number; y: number; anchor: 'start' | 'middle' | 'end'; content: string };

/** A picture that has been laid out; lengths in CSS pixels. */
export interface Scene {
  width: number;
  height: number;
  /** The size of labels in CSS pixels. */
  labelSize: number;
  title: string;
  description: string;
  nodes: SceneNode[];
  /** Where the cells lie, rows × columns as the eye sees them; `cells` holds the cell's number or −1. */
  places: { columns: Float64Array; rows: Float64Array; width: number; height: number; cells: Int32Array };
}

/** The words of the reader's language for the picture. */
export interface Words {
  /** Monday to Sunday. */
  weekdays: string[];
  months: string[];
  hours: string[];
  /** 1 = Monday. */
  firstDay: number;
  weekend: number[];
}

export interface PictureOptions {
  width?: number;
  layout?: 'auto' | 'wide' | 'narrow';
  labelSize?: number;
  framed?: boolean;
  words?: Words;
}

export type Theme = 'auto' | 'light' | 'dark';

/** One execution. Instants are milliseconds since 1970. */
export interface Row {
  workflow_id: string | null;
  workflow: string | null;
  /** One of the known statuses, or `other`; the word as it came stands beside. */
  status: string;
  status_word: string;
  /** When it started; absent if it never did, and then when it was due. */
  started_at?: number;
  due_at?: number;
  duration_ms: number | null;
  waited_ms: number | null;
  tags: readonly string[];
  /** What only the source holds; absent if the source cannot be read again and kept texts found no room. */
  id?: string | null;
  attempt?: number;
  error?: string | null;
}

/** Some of the rows of cells. */
export interface Rows {
  rows: Row[];
  /** How many there are in all. */
  total: number;
}

export interface Workflow {
  id: string | null;
  name: string | null;
  executions: number;
}

/** What the engine answers to one query, as it crosses between worker and page. */
export interface Answer {
  /** The bytes of the response, written when they are first asked for. */
  readonly json: Uint8Array;
  cells: Cells;
  /** Under so many finished executions a cell's state is "few". */
  fewRuns: number;
  dates: string[];
  workflows: Workflow[];
  tags: string[];
  /** Which load's rows were counted. */
  load: number;
  /** Present if a picture was asked for. */
  scene: Scene | null;
}

export interface ViewOptions {
  /** Milliseconds since 1970 at which an open window ends; by default the clock for a companion, absent for a file. */
  now?: number | null;
  /**
   * False leaves the patterns out, for pictures of rows that still arrive. `'total'` looks at all executions together, by
   * their starts and outcomes, and not at each workflow, durations or advice, which takes a small part of the time: for what
   * is shown meanwhile.
   */
  patterns?: boolean | 'total';
  /** Also lay the picture out. */
  picture?: PictureOptions;
}
