// What a visit is, in words: when, with whom, what for, and what may still be done with it.
import { money, t } from '../common/i18n.js';
import { capital, dayOf, formatDay, formatTime, formatWhen, now, wall, zoneNote } from '../common/time.js';
import { Badge } from '../common/ui.jsx';
import { isPast } from './visits.js';

const byId = (list, id) => list.find((one) => one.id === id) ?? null;
export const doctorOf = (visit, { doctors }) => byId(doctors, visit.doctorId);
export const serviceOf = (visit, { services }) => byId(services, visit.serviceId);

export const when = (instant, clinic) =>
  capital(formatWhen(instant, clinic.timeZone, { today: dayOf(now(), clinic.timeZone) }));

/** 'Friday 20 November, 17:15' */
export function longWhen(visit, { timeZone }) {
  return `${formatDay(wall(visit.startsAt, timeZone).day, { long: true })}, ${formatTime(visit.startsAt, timeZone)}`;
}

/** The status as the patient sees it; a visit whose hour has passed without anybody saying so is over. */
export function Status({ visit }) {
  const forgotten = isPast(visit) && ['lead', 'requested', 'confirmed'].includes(visit.status);
  if (forgotten) return <span class="tag">{t('patient.status_past')}</span>;
  return <Badge status={visit.status} word={t(`patient.status_${visit.status}`)} />;
}

/** Until when patients move and cancel it themselves, in milliseconds. */
const lastMoment = (visit, service) => Date.parse(visit.startsAt) - (service?.cancelMinutes ?? 0) * 60000;

export function mayCancel(visit, service) {
  if (!['lead', 'requested', 'confirmed'].includes(visit.status)) return false;
  return !visit.startsAt || lastMoment(visit, service) > now();
}

/** Whether it could be booked online today; what cannot has no times to choose from. */
export const isOffered = (service, doctor) => Boolean(service?.offered && doctor?.offered);

export const mayMove = (visit, service, doctor) => isOffered(service, doctor) && mayCancel(visit, service);

/** 'You can change it until 16:15 today.', when that is not simply its beginning. */
export function deadline(visit, service, { timeZone }) {
  const until = visit.startsAt && lastMoment(visit, service);
  if (!until || !service?.cancelMinutes || until < now()) return null;
  const today = dayOf(now(), timeZone);
  return t('patient.changeUntil', { time: formatTime(until, timeZone), day: formatDay(dayOf(until, timeZone), { today }) });
}

export const price = (service) => (service?.price ? money(service.price, service.currency) : null);
export const length = (service) => service && t('patient.minutes', { n: service.durationMinutes });

export function ZoneNote({ visit, clinic }) {
  const note = visit.startsAt && zoneNote(visit.startsAt, clinic.timeZone);
  if (!note) return null;
  return (
    <p class="small muted">
      {t(note.day ? 'patient.zoneNoteDay' : 'patient.zoneNote', { ...note, day: note.day && formatDay(note.day) })}
    </p>
  );
}
