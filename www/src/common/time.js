// Time as the clinic reads it from its wall.
//
// A day is a key 'YYYY-MM-DD', a time of day is minutes since midnight, an instant is a Date or an RFC 3339 text.  The
// zone is always an argument: nothing here looks at the browser's own, except zoneNote(), which is about just that.
import { locale, t } from './i18n.js';

const formats = new Map();

/** A cached Intl.DateTimeFormat: making one costs a hundred times more than using it. */
export function formatter(tag, options) {
  const key = tag + JSON.stringify(options);
  let it = formats.get(key);
  if (!it) formats.set(key, (it = new Intl.DateTimeFormat(tag, options)));
  return it;
}

const two = (n) => String(n).padStart(2, '0');
const date = (instant) => (instant instanceof Date ? instant : new Date(instant));

/** {day: '2026-11-20', minutes: 1035}: what calendar and clock show in that zone. */
export function wall(instant, zone) {
  const parts = {};
  const it = formatter('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  for (const { type, value } of it.formatToParts(date(instant))) parts[type] = value;
  return { day: `${parts.year}-${parts.month}-${parts.day}`, minutes: parts.hour * 60 + +parts.minute };
}

export const dayOf = (instant, zone) => wall(instant, zone).day;
export const minutesOf = (instant, zone) => wall(instant, zone).minutes;

/**
 * The instant at which the clocks of a zone show that time.  A time that a clock change leaves out comes out as much
 * later as the clocks jumped; one that happens twice is the first.
 */
export function instantOf(day, minutes, zone) {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutes * 60000;
  const offset = (at) => {
    const seen = wall(at, zone);
    return Date.parse(`${seen.day}T00:00:00Z`) + seen.minutes * 60000 - Math.floor(at / 60000) * 60000;
  };
  const before = offset(wanted - 86400000);
  const after = offset(wanted + 86400000);
  const early = wanted - Math.max(before, after);
  if (offset(early) === Math.max(before, after)) return new Date(early);
  const late = wanted - Math.min(before, after);
  return new Date(offset(late) === Math.min(before, after) ? late : wanted - before);
}

// Days are counted in UTC, where each has 24 hours.
const utc = (day) => Date.parse(`${day}T00:00:00Z`);
const key = (ms) => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day, n) => key(utc(day) + n * 86400000);
export const daysBetween = (from, to) => Math.round((utc(to) - utc(from)) / 86400000);
export const days = (from, count) => Array.from({ length: count }, (_, i) => addDays(from, i));
/** 1 is Monday, 7 is Sunday, as in the API. */
export const weekdayOf = (day) => new Date(utc(day)).getUTCDay() || 7;
export const mondayOf = (day) => addDays(day, 1 - weekdayOf(day));

/** '17:15' from minutes, from 'HH:MM:SS', or from an instant and a zone. */
export const clock = (minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
export const formatTime = (instant, zone) => clock(minutesOf(instant, zone));
export const minutesFrom = (text) => +text.slice(0, 2) * 60 + +text.slice(3, 5);

function dayPart(day, options) {
  return formatter(locale(), { timeZone: 'UTC', ...options }).format(utc(day));
}

export const weekdayName = (day, width = 'short') => dayPart(day, { weekday: width });
/** 'November – December 2026' */
export function monthSpan(from, to) {
  const it = formatter(locale(), { timeZone: 'UTC', month: 'long', year: 'numeric' });
  return it.formatRange(utc(from), utc(to));
}

export const monthName = (day) => dayPart(day, { month: 'long', year: 'numeric' });
export const dateNumber = (day) => String(+day.slice(8));

/**
 * 'Fri 20 Nov'; 'today' and 'tomorrow' when `today` is given and it is; with long, 'Friday 20 November'.  A year is
 * added when it is not the one of `today` (or of the present).
 */
export function formatDay(day, { today, long = false } = {}) {
  if (today && !long) {
    const away = daysBetween(today, day);
    if (away === 0 || away === 1) return t(away ? 'common.tomorrow' : 'common.today');
  }
  const width = long ? 'long' : 'short';
  const year = day.slice(0, 4) === (today ?? new Date().toISOString()).slice(0, 4) ? {} : { year: 'numeric' };
  return `${weekdayName(day, width)} ${dayPart(day, { day: 'numeric', month: width, ...year })}`;
}

/** 'today, 17:15' or 'Fri 20 Nov, 17:15' */
export function formatWhen(instant, zone, options) {
  const { day, minutes } = wall(instant, zone);
  return `${formatDay(day, options)}, ${clock(minutes)}`;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** '4:32' from milliseconds left */
export function countdown(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${two(s % 60)}`;
}

export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** 'India' for Asia/Kolkata, as the language calls it: "India time" */
export function zoneName(zone, instant = new Date()) {
  const parts = formatter(locale(), { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts(date(instant));
  return parts.find((p) => p.type === 'timeZoneName')?.value ?? zone;
}

/** null when the visitor's clock shows the same; else {time, day, place, zone}, day only if it is another one. */
export function zoneNote(instant, zone, own = browserZone()) {
  if (!own || own === zone) return null;
  const there = wall(instant, zone);
  const here = wall(instant, own);
  if (there.day === here.day && there.minutes === here.minutes) return null;
  const place = own.split('/').pop().replaceAll('_', ' ');
  return {
    time: clock(here.minutes),
    day: here.day === there.day ? null : here.day,
    place,
    zone: zoneName(zone, instant),
  };
}

// The server's clock, learnt from the Date of its answers: a phone that is five minutes wrong must not lose a hold.
let ahead = 0;

export function learnClock(header, sentAt) {
  const server = Date.parse(header ?? '');
  if (Number.isNaN(server)) return;
  // The header has whole seconds and travelled: half a second and half the way are the best guess.
  const diff = server + 500 - (sentAt + Date.now()) / 2;
  ahead = Math.abs(diff) < 1500 ? 0 : diff;
}

export const now = () => Date.now() + ahead;
