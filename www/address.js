// The page's settings and its address are one thing: what a reader changes stands in the query, so that a link
// restores it. Keys of others are kept.

import { DEFAULT_METRIC } from '/pkg/limits.js';

const LISTS = ['workflow_id', 'status', 'tag', 'level'];
const TEXTS = ['workspace', 'file', 'metric', 'granularity', 'days', 'from', 'to', 'until', 'by', 'attempts', 'time_zone', 'locale', 'pattern', 'cell', 'theme'];
const DEFAULTS = { metric: DEFAULT_METRIC, theme: 'auto', pattern: '1', by: 'start', attempts: 'each' };

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
