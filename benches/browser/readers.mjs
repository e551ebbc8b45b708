// Every reading that is measured in the browser: its name in the table, where its code is, what it reads, and whether it
// is also run at the larger size. `cells: false` marks what reads without counting; it is held to no cells.

export const READERS = [
  { name: 'engine NDJSON', bundle: 'engine', peer: 'bytes', form: 'ndjson', large: true },
  { name: 'engine NDJSON, rows not kept', bundle: 'engine', peer: 'counted', form: 'ndjson', large: true },
  { name: 'engine NDJSON of three shapes', bundle: 'engine', peer: 'bytes', form: 'ndjson', file: 'mixed', large: true },
  { name: 'engine CSV', bundle: 'engine', peer: 'bytes', form: 'csv', large: true },
  { name: 'engine Arrow', bundle: 'engine', peer: 'bytes', form: 'arrow', large: true },
  { name: 'engine typed columns', bundle: 'engine', peer: 'columns', form: 'ndjson', large: true },
  { name: 'copy + newline scan (limit)', bundle: 'module', peer: 'scan', form: 'ndjson', large: true, cells: false },
  { name: 'serde_json owned (wasm)', bundle: 'module', peer: 'owned', form: 'ndjson', large: true },
  { name: 'serde_json borrowed (wasm)', bundle: 'module', peer: 'borrowed', form: 'ndjson', large: true },
  { name: 'serde_json, three fields alone (wasm)', bundle: 'module', peer: 'lean', form: 'ndjson', large: true },
  { name: 'JS loop', bundle: 'plain', peer: 'loop', form: 'ndjson', large: true },
  { name: 'JS one JSON.parse a piece', bundle: 'plain', peer: 'joined', form: 'ndjson' },
  { name: 'JS lines only', bundle: 'plain', peer: 'split', form: 'ndjson', cells: false },
  { name: 'JS CSV', bundle: 'plain', peer: 'csv', form: 'csv', large: true },
  { name: 'JS typed columns', bundle: 'plain', peer: 'columns', form: 'ndjson', large: true },
  { name: 'DuckDB-wasm CSV', bundle: 'duckdb', peer: 'csv', form: 'csv', large: true },
  { name: 'DuckDB-wasm Arrow', bundle: 'duckdb', peer: 'arrow', form: 'arrow', large: true },
  { name: 'DuckDB-wasm JSON array', bundle: 'duckdb', peer: 'array', form: 'ndjson' },
  { name: 'arquero NDJSON', bundle: 'arquero', peer: 'ndjson', form: 'ndjson' },
  { name: 'arquero CSV', bundle: 'arquero', peer: 'csv', form: 'csv' },
  { name: 'arquero Arrow', bundle: 'arquero', peer: 'arrow', form: 'arrow', large: true },
  { name: 'crossfilter2 NDJSON', bundle: 'crossfilter', peer: 'ndjson', form: 'ndjson' },
  { name: 'Perspective Arrow', bundle: 'perspective', peer: 'arrow', form: 'arrow' },
  { name: 'Perspective CSV', bundle: 'perspective', peer: 'csv', form: 'csv' },
  { name: 'sql.js NDJSON', bundle: 'sqljs', peer: 'ndjson', form: 'ndjson' },
];

/** Whose cells the others are held to: the plainest. */
export const REFERENCE = 'JS loop';

/** Who holds rows and filters them, and up to how many millions. */
export const HOLDERS = [
  { name: 'engine', bundle: 'engine', peer: 'bytes', form: 'ndjson', millions: 10 },
  { name: 'DuckDB-wasm table', bundle: 'duckdb', peer: 'csv', form: 'csv', millions: 10 },
  { name: 'crossfilter2', bundle: 'crossfilter', peer: 'ndjson', form: 'ndjson', millions: 1 },
];
