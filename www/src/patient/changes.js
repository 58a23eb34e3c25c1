// What a patient does to a visit, and the way back.
import { api, newKey } from '../common/api.js';
import { apply, refresh } from './visits.js';

export async function save(visit, members) {
  const { appointment } = await api('PUT', `/api/appointments/${visit.id}`, {
    body: { version: visit.version, ...members },
  });
  apply(appointment);
  return appointment;
}

export async function cancel(visit) {
  await api('DELETE', `/api/appointments/${visit.id}`);
  await refresh();
}

/** key: of one intention, so that a lost answer makes no second visit. */
export async function book(members, key = newKey()) {
  const { appointment } = await api('POST', '/api/appointments', { body: members, idempotent: key });
  apply(appointment);
  return appointment;
}

/** What it takes to have the same visit once more. */
export const same = ({ doctorId, serviceId, startsAt, name, reason }) => ({
  doctorId,
  serviceId,
  startsAt,
  name,
  ...(reason && { reason }),
});
