// Free times by day, as pages show them: which day has how many, which is full, and on which nobody works.
import { dayOf, days as daysFrom, minutesFrom, now, wall, weekdayOf } from './time.js';

/**
 * [{day, free, closed, slots: [{ms, minutes, choices}]}] for `count` days from `first`; choices are the slots, one per
 * doctor, at that instant.  parts: what a doctor's availability says of some of these days,
 * {from, count, slots: [{ms, …}], rules, exceptions}.
 */
export function freeDays({ first, count, zone, parts }) {
  const table = new Map(daysFrom(first, count).map((d) => [d, { day: d, slots: new Map(), parts: [] }]));
  for (const part of parts) collect(table, part, zone);
  return [...table.values()].map((one) => finish(one, zone));
}

function collect(table, part, zone) {
  for (const d of daysFrom(part.from, part.count)) table.get(d)?.parts.push(part);
  for (const slot of part.slots) {
    const { day: d, minutes } = wallIn(zone, slot.ms);
    const times = table.get(d)?.slots;
    if (!times || slot.ms <= now()) continue;
    const same = times.get(slot.ms);
    if (same) same.choices.push(slot);
    else times.set(slot.ms, { ms: slot.ms, minutes, choices: [slot] });
  }
}

const finish = ({ day: d, slots, parts }, zone) => ({
  day: d,
  free: slots.size,
  closed: !slots.size && !parts.some((part) => worksOn(part, d, zone)),
  slots: [...slots.values()].sort((a, b) => a.ms - b.ms),
});

// The same instants come again with each answer, and asking Intl is dear on a slow phone.
const walls = new Map();

/** wall() of an instant in milliseconds, remembered. */
export function wallIn(zone, ms) {
  const key = `${zone} ${ms}`;
  let it = walls.get(key);
  if (!it) walls.set(key, (it = wall(ms, zone)));
  return it;
}

/** Whether there are hours on a day that are not over and not all taken away: then a day without free times is full. */
function worksOn({ rules, exceptions }, d, zone) {
  const { day: todayKey, minutes } = wall(now(), zone);
  const left = (end) => d !== todayKey || minutesFrom(end) > minutes;
  const rule = rules.some(
    (r) =>
      r.weekday === weekdayOf(d) && (!r.validFrom || r.validFrom <= d) && (!r.validTo || r.validTo >= d) && left(r.end),
  );
  const covers = (e) => dayOf(e.from, zone) <= d && dayOf(Date.parse(e.to) - 1, zone) >= d;
  const closed = exceptions.some(
    (e) => e.kind === 'closed' && covers(e) && Date.parse(e.to) - Date.parse(e.from) >= 12 * 3600000,
  );
  return (rule && !closed) || exceptions.some((e) => e.kind === 'extra' && covers(e));
}
