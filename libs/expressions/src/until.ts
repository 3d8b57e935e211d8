import { TIME_TEXT_CHARS_MAX } from './limits.js';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** `2024-05-01`, `2024-05-01 09:30`, `2024-05-01 09:30 GMT+2`. */
const form = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:\s+(\d{1,2}):(\d{1,2})(?:\s+(\S+))?)?$/;

/**
 * A WAIT's `until` in epoch milliseconds; null when it cannot be read. Without a zone it is UTC, the zone of our servers.
 * Dates that do not exist (30 February, 24:00) are refused, where Java would roll them over.
 */
export function parseUntil(text: string): number | null {
  if (text.length > TIME_TEXT_CHARS_MAX) return null;
  const match = form.exec(text.trim());
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1, 6).map((digits) => Number(digits ?? 0));
  const offset = offsetMinutes(match[6]);
  if (offset === null || hour > 23 || minute > 59 || !isDate({ year, month, day })) return null;
  return epochDays({ year, month, day }) * dayMs + (hour * 60 + minute - offset) * minuteMs;
}

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function isDate({ year, month, day }: CivilDate): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth(year, month);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 1970-01-01. Years begin in March here, so that the leap day is their last (Hinnant, days_from_civil). */
function epochDays({ year, month, day }: CivilDate): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Fixed offsets in minutes. Names with rules (`Europe/Berlin`) need zone data, which differ from process to process. */
const abbreviations: ReadonlyMap<string, number> = new Map([
  ['Z', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['PST', -480],
  ['PDT', -420],
  ['MST', -420],
  ['MDT', -360],
  ['CST', -360],
  ['CDT', -300],
  ['EST', -300],
  ['EDT', -240],
  ['CET', 60],
  ['CEST', 120],
  ['BST', 60],
  ['IST', 330],
  ['JST', 540],
]);

function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined) return 0;
  const named = abbreviations.get(zone.toUpperCase());
  if (named !== undefined) return named;
  const [, sign = '', hours = '', minutes = '0'] = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(zone) ?? [];
  if (sign === '' || Number(hours) > 18 || Number(minutes) > 59) return null;
  const size = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -size : size;
}
