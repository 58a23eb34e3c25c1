// What the visitor has chosen so far, and which question is open.  Kept in sessionStorage, so that a reload or a phone
// that drops the page loses nothing.
import { batch, computed, effect, signal } from '@preact/signals';
import { session } from '../common/storage.js';
import { clinic, doctors, everyDoctor, everyService, services } from './data.js';

const saved = session.get('booking') ?? {};

/** 'service', 'doctor', 'when', 'details' or 'done' */
export const open = signal(saved.open ?? 'service');
export const serviceId = signal(saved.serviceId ?? null);
/** 'any' or a doctor's id */
export const doctorChoice = signal(saved.doctorChoice ?? null);
export const day = signal(saved.day ?? null);
/** {startsAt, endsAt, doctorId} */
export const slot = signal(saved.slot ?? null);
/** {id, token, expiresAt, keptMs, startsAt, endsAt, doctorId, serviceId}; instants in milliseconds but startsAt, endsAt */
export const hold = signal(saved.hold ?? null);
export const details = signal(saved.details ?? { name: '', phone: '', email: '', reason: '' });
/** {id, token, sent}: our row on the server; sent is what it knows already */
export const lead = signal(saved.lead ?? null);
/** the appointment, once there is one */
export const booked = signal(saved.booked ?? null);
/** true while a booked visit gets another time */
export const moving = signal(saved.moving ?? false);

effect(() => {
  session.set('booking', {
    open: open.value,
    serviceId: serviceId.value,
    doctorChoice: doctorChoice.value,
    day: day.value,
    slot: slot.value,
    hold: hold.value,
    details: details.value,
    lead: lead.value,
    booked: booked.value,
    moving: moving.value,
  });
});

const byId = (list, id) => list?.find((one) => one.id === id) ?? null;

export const service = computed(() => byId(everyService.value, serviceId.value));
export const doctorOf = (id) => byId(everyDoctor.value, id);
/** The doctor of the chosen time, or the chosen one; null for "first available". */
export const doctor = computed(() => doctorOf(slot.value?.doctorId ?? doctorChoice.value));
export const zone = computed(() => clinic.value?.timeZone ?? 'UTC');

// What cannot be offered any more is asked again; with one service or one doctor there is no question.
effect(() => {
  if (!services.value || !doctors.value || booked.peek()) return;
  batch(() => {
    if (serviceId.peek() && !byId(services.value, serviceId.peek())) serviceId.value = null;
    if (services.value.length === 1) serviceId.value = services.value[0].id;
    if (doctorChoice.peek() && doctorChoice.peek() !== 'any' && !byId(doctors.value, doctorChoice.peek()))
      doctorChoice.value = null;
    if (doctors.value.length === 1) doctorChoice.value = doctors.value[0].id;
    if (open.peek() !== 'done') open.value = firstOpen(open.peek());
  });
});

/** The question to show when `wanted` is asked for: that one, or the first before it that has no answer. */
export function firstOpen(wanted) {
  if (!serviceId.peek()) return 'service';
  if (wanted === 'service' && services.peek()?.length > 1) return 'service';
  if (!doctorChoice.peek()) return 'doctor';
  if (wanted === 'doctor' && doctors.peek()?.length > 1) return 'doctor';
  return slot.peek() && wanted !== 'when' ? 'details' : 'when';
}

/** The step whose heading takes the focus when it is next drawn: the visitor, not the start of the page, opened it. */
export const focusOn = signal(null);

export function goTo(step) {
  batch(() => {
    open.value = step === 'done' ? step : firstOpen(step);
    focusOn.value = open.value;
  });
}

export const setDetail = (name, value) => {
  details.value = { ...details.value, [name]: value };
};

/** Back to the first question, keeping who the visitor is. */
export function startAgain() {
  batch(() => {
    serviceId.value = services.value.length === 1 ? services.value[0].id : null;
    doctorChoice.value = doctors.value.length === 1 ? doctors.value[0].id : null;
    day.value = slot.value = hold.value = lead.value = booked.value = null;
    moving.value = false;
    details.value = { ...details.value, reason: '' };
    goTo('service');
  });
}
