/*
 * open.js - anything may ask for the dialog that makes an appointment.
 *
 *   openBooking({ doctorId, serviceId, day, startsAt, walkIn: true })
 */
import { signal } from '@preact/signals';

/** What the dialog begins with, or null while there is none. */
export const booking = signal(null);

export function openBooking(preset = {}) {
  booking.value = preset;
}

export function closeBooking() {
  booking.value = null;
}
