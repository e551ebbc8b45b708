// The page's settings and its address are one thing: what a reader changes stands in the query, so that a link
// restores it. Keys of others are kept.

import { DEFAULT_METRIC } from '/pkg/limits.js';

const LISTS = ['workflow_id', 'status', 'tag', 'level'];
const TEXTS = ['workspace', 'file', 'metric', 'granularity', 'days', 'from', 'to', 'until', 'by', 'attempts', 'time_zone', 'locale', 'pattern', 'cell', 'theme'];
const DEFAULTS = { metric: DEFAULT_METRIC, theme: 'auto', pattern: '1', by: 'start', attempts: 'each' };

/** How many letters have to be put in, left out or changed to make one word of the other. */
function edits(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1) next.push(Math.min(row[j] + (letter !== other[j]), next[j] + 1, row[j + 1] + 1));
    row = next;
  }
  return row.at(-1);
}

/** Keys of an address that nothing here reads, each with the one that it nearly is. Others belong to others. */
export function misspelt(search) {
  const known = [...TEXTS, ...LISTS];
  return [...new Set(new URLSearchParams(search).keys())].filter((key) => !known.includes(key) && key.length <= 20).flatMap((key) => {
    const plain = key.toLowerCase().replaceAll('-', '_').replaceAll(' ', '_');
    const letters = (word) => [...word].sort().join('');
    // Letters that changed places are one mistake, and so is a part for the whole: `dyas`, `workflow`.
    const isNear = (name) => letters(name) === letters(plain) || (plain.length > 3 && name.includes(plain));
    const distances = known.map((name) => [name, isNear(name) ? Math.min(1, edits(plain, name)) : edits(plain, name)]);
    const [name, distance] = distances.reduce((least, other) => (other[1] < least[1] ? other : least));
    return plain.length > 2 && distance <= (name.length > 5 ? 2 : 1) ? [{ key, name }] : [];
  });
}

/** The settings that an address holds: a text or, for lists, an array each. */
export function readAddress(search) {
  const parameters = new URLSearchParams(search);
  const settings = {};
  for (const name of TEXTS) settings[name] = parameters.get(name) ?? undefined;
  for (const name of LISTS) settings[name] = parameters.getAll(name);
  return settings;
}

/** The address that holds the settings: defaults are left out, the zone never. */
export function writeAddress(href, settings) {
  const url = new URL(href);
  for (const name of TEXTS) {
    url.searchParams.delete(name);
    const value = settings[name];
    if (value !== undefined && value !== '' && value !== DEFAULTS[name]) url.searchParams.set(name, value);
  }
  for (const name of LISTS) {
    url.searchParams.delete(name);
    for (const value of settings[name] ?? []) url.searchParams.append(name, value);
  }
  return url;
}
