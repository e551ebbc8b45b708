// Numbers, dates and hours as the reader writes them, from `Intl`. The words round them are English.

import type { Words } from './types.js';
import { zoneOffset } from './zone.js';

/** A local date as an instant of UTC, in which all dates are formatted. */
export const day = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const HOUR = 3_600_000;
const REFERENCE_MONDAY = Date.UTC(2024, 0, 1);

/** English writes ranges without the thin spaces that Unicode puts round the dash. */
const tight = (text: string): string => text.replace(/[\u2009\u202f]/g, ' ').replace(/(\d(?: [AP]M)?) ?– ?(\d)/g, '$1–$2');

export class Format {
  readonly locale: string;
  readonly words: Words;
  readonly #has24Hours: boolean;
  readonly #number: Intl.NumberFormat;
  readonly #decimals: Intl.NumberFormat[] = [];
  readonly #rough: Intl.NumberFormat;
  readonly #percents: Intl.NumberFormat[] = [];
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(locale: string, firstDay: number | undefined, hourCycle: 'h12' | 'h23' | undefined) {
    try {
      [this.locale = 'en'] = Intl.getCanonicalLocales(locale);
    } catch {
      this.locale = 'en';
    }
    const habit = new Intl.DateTimeFormat(this.locale, { hour: 'numeric' }).resolvedOptions().hourCycle;
    this.#has24Hours = (hourCycle ?? habit ?? 'h23').startsWith('h2');
    this.#number = new Intl.NumberFormat(this.locale);
    this.#rough = new Intl.NumberFormat(this.locale, { maximumSignificantDigits: 2 });
    const week = weekOf(this.locale);
    this.words = {
      weekdays: Array.from({ length: 7 }, (_, i) => this.#date({ weekday: 'short' }).format(REFERENCE_MONDAY + i * 24 * HOUR)),
      months: Array.from({ length: 12 }, (_, i) => this.#date({ month: 'short' }).format(Date.UTC(2024, i, 15))),
      hours: Array.from({ length: 24 }, (_, i) => this.hour(i)),
      firstDay: firstDay ?? week.firstDay,
      weekend: week.weekend,
    };
  }

  count(value: number): string {
    return this.#number.format(value);
  }

  /** `23 runs`, `1 run`. */
  plural(value: number, one: string, many = `${one}s`): string {
    return `${this.count(value)} ${value === 1 ? one : many}`;
  }

  /** A rate: 100% only if nothing failed, 0% only if nothing succeeded. */
  percent(rate: number, digits = 0): string {
    const shown = (value: number) => {
      const decimals = value === 1 || value === 0 ? 0 : digits;
      const format = this.#percents[decimals] ??= new Intl.NumberFormat(this.locale, { style: 'percent', maximumFractionDigits: decimals, minimumFractionDigits: decimals });
      return format.format(value);
    };
    const step = 10 ** -(digits + 2);
    if (rate < 1 && rate > 1 - step / 2) return `over ${shown(1 - step)}`;
    if (rate > 0 && rate < step / 2) return `under ${shown(step)}`;
    return shown(rate);
  }

  /** A rate with as many decimals as it takes not to look like a bound that it lies under. */
  rate(rate: number, bounds: readonly number[]): string {
    const digits = [0, 1, 2, 3].find((digits) => {
      const seen = Math.round(rate * 10 ** (digits + 2)) / 10 ** (digits + 2);
      return bounds.every((bound) => (rate < bound) === (seen < bound));
    });
    return this.percent(rate, digits ?? 3);
  }

  /** The two largest units: `340 ms`, `8.4 s`, `3 min 20 s`, `2 h 53 min`, `1 d 3 h`. */
  duration(ms: number): string {
    const number = (value: number, digits = 0) => (this.#decimals[digits] ??= new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits })).format(value);
    if (ms < 999.5) return `${number(ms)} ms`;
    if (ms < 59_950) return `${number(ms / 1000, 1)} s`;
    const units = [['d', 24 * HOUR], ['h', HOUR], ['min', 60_000], ['s', 1000]] as const;
    for (const [i, [unit, size]] of units.entries()) {
      const smaller = units[i + 1];
      if (smaller === undefined || ms < size - smaller[1] / 2) continue;
      const steps = Math.round(ms / smaller[1]);
      const perUnit = size / smaller[1];
      const rest = steps % perUnit;
      const whole = `${number(Math.floor(steps / perUnit))} ${unit}`;
      return rest === 0 ? whole : `${whole} ${number(rest)} ${smaller[0]}`;
    }
    return `${number(ms / 1000, 1)} s`;
  }

  /** `346 MB`. */
  bytes(bytes: number): string {
    const [unit, size] = bytes < 999.5e3 ? ['kB', 1e3] : bytes < 999.5e6 ? ['MB', 1e6] : ['GB', 1e9] as const;
    const value = bytes / size;
    return `${(this.#decimals[value < 10 ? 1 : 0] ??= new Intl.NumberFormat(this.locale, { maximumFractionDigits: value < 10 ? 1 : 0 })).format(value)} ${unit}`;
  }

  /** A number of which the first two digits matter: `620,000`. */
  rough(value: number): string {
    return this.#rough.format(value);
  }

  /** `12 s`, `3 min`: the largest unit alone. */
  about(ms: number): string {
    return ms < 60_000 ? this.duration(Math.max(1, Math.ceil(ms / 1000)) * 1000) : this.duration(Math.ceil(ms / 60_000) * 60_000);
  }

  /** `8 AM`, or `08` where clocks have 24 hours. */
  hour(hour: number): string {
    if (this.#has24Hours) return String(hour).padStart(2, '0');
    return this.#date({ hour: 'numeric', hourCycle: 'h12' }).format(hour * HOUR).replace(/\u202f/g, ' ');
  }

  /** `7 PM`, or `19:00`. */
  hourSpoken(hour: number): string {
    return this.#has24Hours ? `${this.hour(hour)}:00` : this.hour(hour);
  }

  /** `7–8 PM`, or `19:00–20:00`. */
  hours(hour: number): string {
    if (this.#has24Hours) return `${this.hour(hour)}:00–${this.hour((hour + 1) % 24)}:00`;
    // A range over midnight would be written with both dates.
    if (hour === 23) return `${this.hour(23)}–${this.hour(0)}`;
    return tight(this.#date({ hour: 'numeric', hourCycle: 'h12' }).formatRange(hour * HOUR, (hour + 1) * HOUR).replace(/^.*, /, ''));
  }

  /** `Thu, Jun 27, 2013`. */
  date(date: string): string {
    return this.#date({ weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' }).format(day(date));
  }

  /** `Thursday, June 27`. */
  spoken(date: string): string {
    return this.#date({ weekday: 'long', month: 'long', day: 'numeric' }).format(day(date));
  }

  monthDay(date: string): string {
    return this.#date({ month: 'short', day: 'numeric' }).format(day(date));
  }

  month(date: string): string {
    return this.#date({ month: 'long' }).format(day(date));
  }

  /** `May 1 – Jul 29, 2013`; long: `May 1 – July 29, 2013`. */
  range(from: string, to: string, month: 'short' | 'long' = 'short', year = true): string {
    const format = this.#date({ month, day: 'numeric', ...(year && { year: 'numeric' }) });
    return format.formatRange(day(from), day(to)).replace(/[\u2009\u202f]/g, ' ');
  }

  /** What the clocks of a zone were called at an instant: `EDT`. */
  clock(zone: string, instant: number): string {
    const parts = this.#date({ hour: 'numeric', timeZoneName: 'short' }, zone).formatToParts(instant);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
    return name.replace('GMT', 'UTC').replace('-', '−');
  }

  /** `1 AM on Fri, Jun 28`, in a zone. */
  elsewhere(zone: string, instant: number): string {
    const hour = this.#date({ hour: 'numeric', ...(new Date(instant).getTimezoneOffset() % 60 !== 0 && { minute: '2-digit' }), hourCycle: this.#has24Hours ? 'h23' : 'h12' }, zone).format(instant);
    return `${hour.replace(/\u202f/g, ' ')} on ${this.#date({ weekday: 'short', month: 'short', day: 'numeric' }, zone).format(instant)}`;
  }

  /** Date, hour, minute and second of an instant on the clocks of a zone: `Jun 27, 7:20:05 PM`. */
  moment(at: number, zone: string): string {
    const options = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit', hourCycle: this.#has24Hours ? 'h23' : 'h12' } as const;
    return this.#date(options, zone).format(at).replace(/\u202f/g, ' ');
  }

  time(at: Date): string {
    return this.#date({ hour: 'numeric', minute: '2-digit' }, undefined).format(at);
  }

  #date(options: Intl.DateTimeFormatOptions, timeZone: string | undefined = 'UTC'): Intl.DateTimeFormat {
    const key = JSON.stringify([options, timeZone]);
    let format = this.#formats.get(key);
    if (!format) this.#formats.set(key, format = new Intl.DateTimeFormat(this.locale, { ...options, calendar: 'gregory', ...(timeZone && { timeZone }) }));
    return format;
  }
}

/** The instant at which a local hour begins; of a doubled hour the first. */
export function instantOf(zone: string, date: string, hour: number): number {
  const local = day(date) + hour * HOUR;
  const before = local - zoneOffset(zone, local - 24 * HOUR) * 1000;
  const exact = local - zoneOffset(zone, before) * 1000;
  return zoneOffset(zone, exact) === zoneOffset(zone, before) ? exact : before;
}

export const viewerZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';
export const city = (zone: string): string => zone.split('/').pop()?.replaceAll('_', ' ') ?? zone;

interface Week { firstDay: number; weekend: number[] }

/** First weekday and weekend of a locale; where the browser does not know, what most of the world does. */
function weekOf(locale: string): Week {
  const it = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => Week; weekInfo?: Week };
  const known = it.getWeekInfo?.() ?? it.weekInfo;
  if (known) return { firstDay: known.firstDay, weekend: [...known.weekend] };
  const region = it.maximize().region ?? '';
  const sunday = ['US', 'CA', 'MX', 'BR', 'JP', 'KR', 'IN', 'IL'].includes(region);
  return { firstDay: sunday ? 7 : 1, weekend: [6, 7] };
}
