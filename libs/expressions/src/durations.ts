import { TIME_TEXT_CHARS_MAX } from './limits.js';

const unitMs = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000 };
type Unit = keyof typeof unitMs;

/** In the order in which they must be given. */
const units: readonly Unit[] = ['days', 'hours', 'minutes', 'seconds'];

const words: ReadonlyMap<string, Unit> = new Map([
  ...['days', 'day', 'd'].map((word) => [word, 'days'] as const),
  ...['hours', 'hour', 'hrs', 'hr', 'h'].map((word) => [word, 'hours'] as const),
  ...['minutes', 'minute', 'mins', 'min', 'm'].map((word) => [word, 'minutes'] as const),
  ...['seconds', 'second', 'secs', 'sec', 's'].map((word) => [word, 'seconds'] as const),
]);

/** Java reads the number as an int and refuses what is larger. */
const countMax = 2_147_483_647;

/**
 * A WAIT's `duration` in milliseconds: `2 days 3 hours 4 minutes 5 seconds`, `1d2h`, `30 secs`. Null when it cannot be
 * read; blank text too.
 */
export function parseDuration(text: string): number | null {
  if (text.length > TIME_TEXT_CHARS_MAX || text.trim() === '') return null;
  const part = /[ \t\n\v\f\r]*([0-9]+)[ \t\n\v\f\r]*([a-z]+)/iy;
  const end = text.trimEnd().length;
  let total = 0;
  let unitsSeen = 0;
  while (part.lastIndex < end) {
    const [, digits = '', word = ''] = part.exec(text) ?? [];
    const unit = words.get(word.toLowerCase());
    const place = unit === undefined ? -1 : units.indexOf(unit);
    const count = Number(digits);
    if (unit === undefined || place < unitsSeen || count > countMax) return null;
    total += count * unitMs[unit];
    unitsSeen = place + 1;
  }
  return total;
}
