// The clinic, its services and its doctors: asked for as soon as the script runs, and again until they come.
import { batch, computed, signal } from '@preact/signals';
import { api } from '../common/api.js';
import { connected, whenConnected } from '../common/connection.js';
import { offered } from '../common/offered.js';
import { local } from '../common/storage.js';

const AGAIN_MS = 5000;

export const clinic = signal(null);
/** With those that cannot be booked online (any more): a visit that exists may be theirs. */
export const everyService = signal(null);
export const everyDoctor = signal(null);
/** What there is to choose from. */
export const services = computed(() => everyService.value && offered(everyService.value));
export const doctors = computed(() => everyDoctor.value && offered(everyDoctor.value));
/** true when the server did not answer after several tries */
export const unreachable = signal(false);
/** The phone number that was shown at the last visit: it helps when nothing else comes. */
export const knownPhone = signal(local.get('phone') ?? null);

/** What early.js has asked for already, once; else, or when that failed, asked for with patience. */
async function get(path) {
  const early = globalThis.opdeskEarly?.[path];
  delete globalThis.opdeskEarly?.[path];
  const answer = await early;
  return answer?.ok ? answer.json() : api('GET', path, { stranger: true });
}

export async function load() {
  try {
    const [about, offers, people] = await Promise.all(['/api/clinic', '/api/services', '/api/doctors'].map(get));
    batch(() => {
      clinic.value = about;
      everyService.value = offers.items;
      everyDoctor.value = people.items;
      unreachable.value = false;
      knownPhone.value = about.phone;
    });
    local.set('phone', about.phone);
  } catch {
    unreachable.value = true;
    setTimeout(() => whenConnected().then(load), connected.peek() ? AGAIN_MS : 0);
  }
}
