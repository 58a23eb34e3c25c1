// Free times: asked for in fortnights per doctor, asked again every 20 seconds while someone looks, or every minute
// while the hub tells what happens (news.js).  The server alone decides what is free; here it is only sorted by day.
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { api } from '../common/api.js';
import { connected, whenConnected } from '../common/connection.js';
import { freeDays, wallIn } from '../common/freedays.js';
import { addDays, dayOf, daysBetween, now } from '../common/time.js';
import { clinic, doctors } from './data.js';
import { booked, day, doctorChoice, hold, moving, open, service, serviceId, zone } from './flow.js';

const FORTNIGHT = 14;
const POLL_MS = 20000;
const CALM_MS = 60000;
const MARK_MS = 4000;

/** key of a fortnight -> {slots: [{startsAt, endsAt, doctorId, ms}], rules, exceptions} */
const fortnights = signal({});
/** how many fortnights the strip shows */
export const shown = signal(1);
/** true when the times could not be had */
export const failed = signal(false);
/** how news comes: 'live', 'sse', 'polling' or 'offline' */
export const way = signal('polling');
/** `${doctorId} ${ms}` -> the slot, while it is shown as taken */
export const taken = signal({});

let askedAt = 0;
/** Pieces that were taken while the page is open: an answer that was under way does not know the last of them. */
const heard = [];
let underWay = 0;

const today = () => dayOf(now(), zone.peek());
const fortnight = (n, first) => addDays(first, n * FORTNIGHT);
const keyOf = (doctorId, from, forService = serviceId.peek()) => `${forService} ${doctorId} ${from}`;
const nameOf = (slot) => `${slot.doctorId} ${slot.ms}`;

const chosenDoctors = () => {
  const all = doctors.value ?? [];
  return doctorChoice.value && doctorChoice.value !== 'any' ? all.filter((d) => d.id === doctorChoice.value) : all;
};

export const overlaps = (slot, one) =>
  one &&
  slot.doctorId === one.doctorId &&
  slot.ms < Date.parse(one.endsAt) &&
  Date.parse(slot.endsAt) > Date.parse(one.startsAt);

// A held time is shown to nobody, so what the own hold covers is missing from the answer, and is put back.
function withOwn(slots, before, doctorId, from) {
  const mine = hold.peek();
  if (!mine || mine.doctorId !== doctorId || mine.serviceId !== serviceId.peek() || mine.expiresAt < now())
    return slots;
  const away = daysBetween(from, dayOf(mine.startsAt, zone.peek()));
  const own =
    away >= 0 && away < FORTNIGHT
      ? [{ startsAt: mine.startsAt, endsAt: mine.endsAt, doctorId, ms: Date.parse(mine.startsAt) }]
      : [];
  const covered = before.filter((slot) => overlaps(slot, mine));
  const known = new Set(slots.map((slot) => slot.ms));
  const back = [...own, ...covered].filter(
    (slot, i, all) => !known.has(slot.ms) && all.findIndex((s) => s.ms === slot.ms) === i,
  );
  return [...slots, ...back].sort((a, b) => a.ms - b.ms);
}

/** Show slots as taken where they stand, for a moment. */
export function markTaken(slots) {
  if (!slots.length) return;
  taken.value = { ...taken.value, ...Object.fromEntries(slots.map((slot) => [nameOf(slot), slot])) };
  setTimeout(function clear() {
    // Never take a time from under the focus.
    if (document.activeElement?.closest('.slots')) {
      setTimeout(clear, 1000);
      return;
    }
    const left = { ...taken.value };
    for (const slot of slots) delete left[nameOf(slot)];
    taken.value = left;
  }, MARK_MS);
}

async function ask(doctorId, from) {
  const forService = serviceId.peek();
  const key = keyOf(doctorId, from);
  const query = new URLSearchParams({ from, to: addDays(from, FORTNIGHT - 1), serviceId: forService });
  const begun = heard.length;
  underWay += 1;
  const answer = await api('GET', `/api/availability/${doctorId}?${query}`, { stranger: true }).finally(() => {
    underWay -= 1;
  });
  const before = fortnights.peek()[key]?.slots ?? [];
  const isNews = (slot) => heard.slice(begun).some((piece) => overlaps(slot, piece));
  const fresh = answer.slots
    .map((slot) => ({ ...slot, doctorId, ms: Date.parse(slot.startsAt) }))
    .filter((slot) => !isNews(slot));
  const slots = withOwn(fresh, before, doctorId, from);
  const free = new Set(slots.map((slot) => slot.ms));
  batch(() => {
    fortnights.value = { ...fortnights.peek(), [key]: { slots, rules: answer.rules, exceptions: answer.exceptions } };
    markTaken(before.filter((slot) => !free.has(slot.ms) && slot.ms > now() && !overlaps(slot, booked.peek())));
  });
}

/** Ask again for what is on the screen: of all fortnights shown, or (a poll) only of the one with the chosen day. */
export async function refresh({ all = true } = {}) {
  if (!serviceId.peek() || !clinic.peek()) return;
  askedAt = now();
  const first = today();
  const wanted = Array.from({ length: shown.peek() }, (_, n) => fortnight(n, first)).filter(
    (from) => all || !day.peek() || (day.peek() >= from && day.peek() < addDays(from, FORTNIGHT)),
  );
  try {
    await Promise.all(wanted.flatMap((from) => untracked(chosenDoctors).map((doctor) => ask(doctor.id, from))));
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

/** All that is known for the choice, or null while it loads: [{day, free, closed, slots}] for each day of the strip. */
export const strip = computed(() => {
  if (!clinic.value || !serviceId.value || !doctors.value) return null;
  const first = dayOf(now(), zone.value);
  const parts = [];
  for (const doctor of chosenDoctors()) {
    for (let n = 0; n < shown.value; n++) {
      const from = fortnight(n, first);
      const part = fortnights.value[keyOf(doctor.id, from, serviceId.value)];
      if (!part) return null;
      parts.push({ ...part, from, count: FORTNIGHT });
    }
  }
  return freeDays({ first, count: shown.value * FORTNIGHT, zone: zone.value, parts });
});

const wallOf = (ms) => wallIn(zone.peek(), ms);

/** The times of the chosen day, with those just taken in their places: [{ms, minutes, choices, taken}] */
export const times = computed(() => {
  const free = strip.value?.find((one) => one.day === day.value)?.slots ?? [];
  const known = new Set(free.map((time) => time.ms));
  const ids = new Set(chosenDoctors().map((d) => d.id));
  const gone = Object.values(taken.value)
    .filter((slot) => ids.has(slot.doctorId) && !known.has(slot.ms) && wallOf(slot.ms).day === day.value)
    .map((slot) => ({ ms: slot.ms, minutes: wallOf(slot.ms).minutes, choices: [slot], taken: true }));
  const once = gone.filter((time, i) => gone.findIndex((t) => t.ms === time.ms) === i);
  return [...free, ...once].sort((a, b) => a.ms - b.ms);
});

export const anyFree = computed(() => strip.value?.some((one) => one.free) ?? false);

/** The next free slot of a doctor (or of anyone), from what is loaded; null: none in the first fortnight; undefined: not loaded. */
export function nextFree(doctorId) {
  const first = dayOf(now(), zone.value);
  const ids = doctorId === 'any' ? (doctors.value ?? []).map((d) => d.id) : [doctorId];
  const parts = ids.map((id) => fortnights.value[keyOf(id, first, serviceId.value)]);
  if (parts.includes(undefined)) return undefined;
  const free = parts.flatMap((part) => part.slots.filter((slot) => slot.ms > now()).slice(0, 1));
  return free.sort((a, b) => a.ms - b.ms)[0] ?? null;
}

/** Whether the time is free, as far as the last answer goes. */
export const isFree = ({ doctorId, startsAt }) =>
  strip.value?.some(({ slots }) =>
    slots.some((time) => time.ms === Date.parse(startsAt) && time.choices.some((one) => one.doctorId === doctorId)),
  ) ?? false;

/** Whether the service can be booked beyond the last day shown. */
export const moreDays = computed(() => shown.value * FORTNIGHT <= (service.value?.horizonDays ?? 0));

export function showMore() {
  shown.value += 1;
  return refresh();
}

// ---- what news.js does with them ---------------------------------------------------------------------------------

/** Every fortnight of a doctor that is known, for whatever service: [key, part] */
const partsOf = (doctorId) => Object.entries(fortnights.peek()).filter(([key]) => key.split(' ')[1] === doctorId);

/** The hours of a doctor, as far as they are known. */
export const rulesOf = (doctorId) => partsOf(doctorId).flatMap(([, { rules }]) => rules);

/** Somebody has taken that piece of a doctor's time: [{key, slot}] of what is not free any more. */
export function takeOut(piece) {
  heard.push(piece);
  const out = partsOf(piece.doctorId).flatMap(([key, { slots }]) =>
    slots.filter((slot) => overlaps(slot, piece)).map((slot) => ({ key, slot })),
  );
  if (!out.length) return out;
  const gone = new Set(out.map(({ slot }) => slot));
  batch(() => {
    change(out, (slots) => slots.filter((slot) => !gone.has(slot)));
    markTaken(out.filter(({ key, slot }) => key.startsWith(`${serviceId.peek()} `) && slot.ms > now()).map((it) => it.slot));
  });
  return out;
}

/** Whether an answer is under way that may not know what has just happened. */
export const isAsking = () => underWay > 0;

/** The same, free again. */
export function putBack(out) {
  change(out, (slots, key) => {
    const known = new Set(slots.map((slot) => slot.ms));
    const back = out.filter((it) => it.key === key && !known.has(it.slot.ms)).map((it) => it.slot);
    return [...slots, ...back].sort((a, b) => a.ms - b.ms);
  });
}

function change(out, how) {
  const next = { ...fortnights.peek() };
  for (const key of new Set(out.map((it) => it.key)))
    if (next[key]) next[key] = { ...next[key], slots: how(next[key].slots, key) };
  fortnights.value = next;
}

/** Whether that piece is offered already, or lies outside of what is shown. */
export function showing({ doctorId, startsAt, endsAt }) {
  const ms = Date.parse(startsAt);
  const last = addDays(today(), shown.peek() * FORTNIGHT);
  if (Date.parse(endsAt) <= now() || dayOf(ms, zone.peek()) >= last) return true;
  const parts = partsOf(doctorId);
  return parts.length > 0 && parts.every(([, { slots }]) => slots.some((slot) => slot.ms === ms));
}

/** Ask again for some doctors' times, where they are shown. */
export async function askFor(ids) {
  const first = today();
  const asked = untracked(chosenDoctors).filter(({ id }) => ids.includes(id));
  const all = Array.from({ length: shown.peek() }, (_, n) => fortnight(n, first));
  await Promise.all(asked.flatMap(({ id }) => all.map((from) => ask(id, from)))).catch(() => {});
}

/** The free times nearest to one that is gone. */
export const nearest = (startsAt) =>
  (strip.peek() ?? [])
    .flatMap((one) => one.slots)
    .sort((a, b) => Math.abs(a.ms - Date.parse(startsAt)) - Math.abs(b.ms - Date.parse(startsAt)))
    .slice(0, 3)
    .map(({ choices: [{ startsAt: at, endsAt, doctorId }] }) => ({ startsAt: at, endsAt, doctorId }));

// ---- keeping them fresh ------------------------------------------------------------------------------------------

const visible = signal(document.visibilityState === 'visible');

/** Whether somebody looks at free times. */
export const looking = computed(
  () =>
    visible.value &&
    connected.value &&
    ['doctor', 'when', 'details'].includes(open.value) &&
    (!booked.value || moving.value),
);

/** Load when the choice changes, keep fresh while someone looks.  Called once. */
export function keepFresh() {
  effect(() => {
    if (clinic.value && doctors.value && serviceId.value) {
      doctorChoice.value;
      untracked(refresh);
    }
  });
  effect(() => {
    const list = strip.value;
    const chosen = list?.find((one) => one.day === day.peek());
    if (list && !chosen) day.value = list.find((one) => one.free)?.day ?? null;
  });
  setInterval(() => {
    const told = ['live', 'sse'].includes(way.peek()) && now() - askedAt < CALM_MS;
    if (looking.peek() && !told) refresh({ all: false });
  }, POLL_MS);
  document.addEventListener('visibilitychange', () => {
    visible.value = document.visibilityState === 'visible';
    if (looking.peek()) refresh();
  });
  effect(() => {
    if (!connected.value) whenConnected().then(() => looking.peek() && refresh());
  });
}
