// Keeping a time for the visitor: one hold at a time, asked for when a time is chosen and given back when another is.
import { batch, signal } from '@preact/signals';
import { api, newKey } from '../common/api.js';
import { whenConnected } from '../common/connection.js';
import { dayOf, now } from '../common/time.js';
import { day, goTo, hold, open, serviceId, slot, zone } from './flow.js';
import { markTaken, refresh } from './slots.js';

/** the instant (ms) that is being asked for, while the answer is awaited */
export const asking = signal(null);
/** {startsAt, alternatives: [{startsAt, endsAt, doctorId}]} after someone else was faster */
export const lost = signal(null);
/** true when a time is chosen that the server would not keep (too many holds): it can be booked all the same */
export const unkept = signal(false);

/** Give the hold back; that it may be gone already, or that nobody hears it, does no harm: it runs out by itself. */
export async function release() {
  const old = hold.peek();
  hold.value = null;
  if (!old) return;
  await api('DELETE', `/api/reservations/${old.id}`, {
    stranger: true,
    keepalive: true,
    headers: { 'X-Reservation-Token': old.token },
  }).catch(() => {});
}

async function reserve(wanted) {
  const body = { doctorId: wanted.doctorId, startsAt: wanted.startsAt, serviceId: serviceId.peek() };
  const kept = await api('POST', '/api/reservations', { stranger: true, body, idempotent: newKey() });
  const expiresAt = Date.parse(kept.expiresAt);
  return {
    ...body,
    id: kept.id,
    token: kept.token,
    startsAt: kept.startsAt,
    endsAt: kept.endsAt,
    expiresAt,
    keptMs: expiresAt - now(),
  };
}

// Several doctors may have the same time: the first that can still be had is taken.
async function reserveOne(choices) {
  let refusal;
  for (const wanted of choices) {
    try {
      return { held: await reserve(wanted), wanted };
    } catch (e) {
      if (e.code !== 'SLOT_TAKEN') throw e;
      markTaken([{ ...wanted, ms: Date.parse(wanted.startsAt) }]);
      refusal ??= e;
    }
  }
  return { refusal };
}

/** Someone was faster: what to show instead, in place of the times. */
export function loseTo(startsAt, alternatives = []) {
  const doctorId = slot.peek()?.doctorId;
  batch(() => {
    lost.value = { startsAt, alternatives: alternatives.slice(0, 4).map((one) => ({ doctorId, ...one })) };
    slot.value = null;
    goTo('when');
  });
  refresh();
}

let turn = 0;

/** Choose a time: choices are the slots (one per doctor) at that instant.  Ends with the details open, or with `lost`. */
export async function choose(choices) {
  const mine = ++turn;
  const [first] = choices;
  asking.value = Date.parse(first.startsAt);
  await release();
  try {
    const { held, wanted, refusal } = await reserveOne(choices);
    if (mine !== turn) {
      if (held) giveBack(held);
      return;
    }
    if (refusal) {
      slot.value = first;
      loseTo(first.startsAt, refusal.body.alternatives);
      return;
    }
    settle({ ...wanted, startsAt: held.startsAt, endsAt: held.endsAt }, held);
  } catch (e) {
    if (mine === turn) await withoutHold(e, choices, mine);
  } finally {
    if (mine === turn) asking.value = null;
  }
}

const giveBack = (held) =>
  api('DELETE', `/api/reservations/${held.id}`, {
    stranger: true,
    headers: { 'X-Reservation-Token': held.token },
  }).catch(() => {});

function settle(chosen, held) {
  batch(() => {
    slot.value = { startsAt: chosen.startsAt, endsAt: chosen.endsAt, doctorId: chosen.doctorId };
    hold.value = held;
    day.value = dayOf(chosen.startsAt, zone.peek());
    lost.value = null;
    unkept.value = !held;
    if (open.peek() !== 'details') goTo('details'); // else the visitor is typing there: the focus stays
  });
}

async function withoutHold(e, choices, mine) {
  if (e.code === 'OFFLINE') {
    settle(choices[0], null);
    await whenConnected();
    if (mine === turn && !hold.peek() && slot.peek()?.startsAt === choices[0].startsAt) await choose(choices);
  } else if (e.status === 400 || e.status === 404 || e.status === 409) {
    // Not on offer any more: too close by now, or the hours have changed.
    markTaken(choices.map((one) => ({ ...one, ms: Date.parse(one.startsAt) })));
    loseTo(choices[0].startsAt);
  } else settle(choices[0], null);
}

/** Take the same time again after the hold has run out. */
export const keepAgain = () => choose([slot.peek()]);
