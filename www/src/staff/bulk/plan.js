/*
 * plan.js - what one step for many appointments is, and what takes it back.
 *
 *   step    { action: 'cancel' | 'confirm' | 'move', toDoctorId?, minutes?, outsideHours? }
 *   target  { items: [{ id, version }] } or { doctorId, day }
 *   item    { id, version, name, status, doctorId, startsAt, to, outcome }
 */
import { daysBetween } from '../../common/time.js';

export const MOST = 500; /* rows of one step */
export const units = { minutes: 1, hours: 60, days: 24 * 60 };
const LIMIT = 60 * 24 * 60; /* minutes; the server takes no more */

/** A form of a move that has not been filled in. */
export const nowhere = { doctorId: '', day: '', amount: '', unit: 'minutes', way: 'later', outside: false };

export const itemsOf = (rows) => rows.map(({ id, version }) => ({ id, version }));

/** The members of a move that a form describes; null when it leads nowhere. from: the day of those who move, if it is one. */
export function moveOf({ doctorId, day, amount, unit, way, outside }, from) {
  const by = Math.round(Number(amount) || 0) * units[unit] * (way === 'later' ? 1 : -1);
  const minutes = by + (from && day ? daysBetween(from, day) * units.days : 0);
  if ((!doctorId && minutes === 0) || Math.abs(minutes) > LIMIT)
    return null;
  return { ...(doctorId && { toDoctorId: doctorId }), ...(minutes !== 0 && { minutes }), ...(outside && { outsideHours: true }) };
}

/** The step that takes another one back, as { step, items }; null when there is none. before: the items as they were. */
export function wayBack(step, before, after) {
  const was = new Map(before.map((one) => [one.id, one]));
  const changed = after.filter(({ id, version }) => version !== was.get(id)?.version);
  if (changed.length === 0)
    return null;
  if (step.action !== 'move')
    return { step: { action: 'undo' }, items: changed };
  const doctors = new Set(changed.map(({ id }) => was.get(id).doctorId));
  if (step.toDoctorId && (doctors.size > 1 || doctors.has(null)))
    return null; /* they came from several */
  return {
    step: { action: 'move', outsideHours: true, ...(step.minutes && { minutes: -step.minutes }), ...(step.toDoctorId && { toDoctorId: [...doctors][0] }) },
    items: changed,
  };
}
