// A time zone as a table of (instant, offset), made from what the browser knows of zones. The engine has no zone
// database; this table is the only thing it learns of a zone.

export interface ZoneTable {
  /** From when on, in milliseconds; the first entry also holds before. */
  instants: Float64Array;
  /** Seconds that local time is ahead of UTC. */
  offsets: Int32Array;
}

const DAY = 86_400_000;
/** The zone that is never ahead: `Intl`, which takes long to begin, is not asked about it. */
const UTC = 'UTC';

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  // An offset such as +05:00 is no name, though Intl takes it; nor does the database know a name in other letters.
  if (/^[A-Za-z]/.test(zone)) {
    try {
      const made = new Intl.DateTimeFormat('en-US', {
        timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', era: 'short',
        year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
      });
      if (isSpelled(zone, made.resolvedOptions().timeZone)) {
        clocks.set(zone, made);
        return made;
      }
    } catch {
      // Falls through to the error that names it.
    }
  }
  // The engine's words for the same refusal.
  throw Object.assign(new Error(`time_zone: '${zone}' is not a zone that is known here; it takes a name of the IANA time zone database such as UTC, Europe/Berlin or America/New_York`),
    { parameter: 'time_zone' });
}

/** Parts of names that are not written with one capital and small letters after it. */
const SPELLINGS = new Map([
  'ACT', 'LHI', 'NSW', 'US', 'GB', 'GB-Eire', 'NZ', 'NZ-CHAT', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC', 'W-SU', 'EST', 'MST', 'HST',
  'EST5EDT', 'CST6CDT', 'MST7MDT', 'PST8PDT', 'CET', 'EET', 'MET', 'WET', 'McMurdo', 'DumontDUrville', 'ComodRivadavia',
  'DeNoronha', 'EasterIsland', 'BajaNorte', 'BajaSur', 'Knox_IN', 'Dar_es_Salaam', 'Isle_of_Man', 'Port-au-Prince', 'Port_of_Spain',
].map((part) => [part.toLowerCase(), part]));

/** True if a name is written as the database writes it. `Intl` takes any letters and gives some names for others. */
function isSpelled(zone: string, resolved: string): boolean {
  if (zone === resolved) return true;
  if (zone.toLowerCase() === resolved.toLowerCase()) return false;
  const part = (text: string) => SPELLINGS.get(text)
    ?? (/^gmt([-+]?\d+)?$/.test(text) ? text.toUpperCase() : text.replace(/(^|[-_])[a-z]/g, (letter) => letter.toUpperCase()));
  return zone === zone.toLowerCase().split('/').map(part).join('/');
}

function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = value;
  const year = part.era?.startsWith('B') ? 1 - Number(part.year) : Number(part.year);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
  local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
  return Math.round((local.getTime() - Math.floor(instant / 1000) * 1000) / 1000);
}

/** The seconds that a zone is ahead of UTC at an instant. Throws an error that names a zone that is not known. */
export function zoneOffset(zone: string, instant: number): number {
  return zone === UTC ? 0 : offsetAt(clock(zone), instant);
}

/** True for a zone that is known. */
export function isZone(zone: string): boolean {
  try {
    return zone === UTC || Boolean(clock(zone));
  } catch {
    return false;
  }
}

/** The local date of an instant. */
export function localDate(zone: string, instant: number): string {
  return new Date(instant + zoneOffset(zone, instant) * 1000).toISOString().slice(0, 10);
}

/** The first instant of a local date, as the engine has it: midnight, the earlier of two, or the end of a gap round it. */
export function startOfDate(zone: string, date: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const { instants, offsets } = zoneTable(zone, midnight - 2 * DAY, midnight + 2 * DAY);
  for (const [i, from] of instants.entries()) {
    const at = Math.max(midnight - (offsets[i] ?? 0) * 1000, from);
    if (at < (instants[i + 1] ?? Infinity)) return at;
  }
  return midnight;
}

/** The offsets of a zone over a span of milliseconds. Throws an error that names a zone that is not known. */
export function zoneTable(zone: string, from: number, until: number): ZoneTable {
  if (zone === UTC) return { instants: Float64Array.of(from), offsets: Int32Array.of(0) };
  const format = clock(zone);
  const instants = [from];
  let offset = offsetAt(format, from);
  const offsets = [offset];
  // No zone has changed its clocks twice within a day.
  for (let before = from; before < until; before += DAY) {
    const after = Math.min(before + DAY, until);
    const next = offsetAt(format, after);
    if (next === offset) continue;
    let [low, high] = [before, after];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(format, middle) === offset) low = middle;
      else high = middle;
    }
    instants.push(high);
    offsets.push(next);
    offset = next;
  }
  return { instants: Float64Array.from(instants), offsets: Int32Array.from(offsets) };
}
