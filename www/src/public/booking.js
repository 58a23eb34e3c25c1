// From chosen time and details to a visit: the enquiry is patched with the time, or made with it when there is none.
import { batch, signal } from '@preact/signals';
import { api, fieldError } from '../common/api.js';
import { whenConnected } from '../common/connection.js';
import { t } from '../common/i18n.js';
import { phoneProblem } from '../common/phone.js';
import { clinic } from './data.js';
import { booked, details, goTo, hold, lead, moving, serviceId, slot } from './flow.js';
import { loseTo } from './holding.js';
import { filled, keyFor, settled } from './saving.js';

/** 'idle', 'sending' or 'waiting' (for the connection) */
export const progress = signal('idle');
/** {name, phone, email, reason} -> what is wrong with it */
export const problems = signal({});
/** what went wrong with the whole, as {title, text} */
export const failure = signal(null);

function check() {
  const { name, phone, email } = details.peek();
  const found = {};
  const wrong = phoneProblem(phone, clinic.peek().country);
  if (wrong)
    found.phone = !phone.trim()
      ? t('public.phoneMissing')
      : wrong.need
        ? t('public.phoneDigits', { need: wrong.need, n: wrong.have })
        : t('public.phoneWrong');
  if (!/\p{L}/u.test(name)) found.name = t('public.nameMissing');
  if (email.trim() && !/^\S+@\S+\.\S+$/.test(email.trim())) found.email = t('public.emailWrong');
  return found;
}

/** Show what is wrong and put the focus into the first field of it. */
function complain(found) {
  problems.value = found;
  const first = ['phone', 'name', 'email', 'reason'].find((field) => found[field]);
  requestAnimationFrame(() => document.getElementById(`d-${first}`)?.focus());
}

const chosenTime = () => {
  const { startsAt, doctorId } = slot.peek();
  const time = { startsAt, doctorId, serviceId: serviceId.peek() };
  const kept = hold.peek();
  return kept ? { ...time, reservationId: kept.id, reservationToken: kept.token } : time;
};

const patch = ({ id, token }, body) =>
  api('PATCH', `/api/appointments/${id}`, { stranger: true, body, headers: { 'X-Edit-Token': token } });

async function post(body) {
  const { appointment, editToken } = await api('POST', '/api/appointments', {
    stranger: true,
    body,
    idempotent: keyFor(body),
  });
  lead.value = { id: appointment.id, token: editToken, sent: null };
  return appointment;
}

const isBooked = (row) => row.status !== 'lead' && Date.parse(row.startsAt) === Date.parse(slot.peek().startsAt);

/** After a lost answer nobody knows whether it was done: asking for no change brings the row. */
async function wasDone(mine) {
  try {
    const { appointment } = await patch(mine, { name: details.peek().name.trim() });
    return isBooked(appointment) ? appointment : null;
  } catch (e) {
    if (e.code === 'OFFLINE') throw e;
    return null;
  }
}

async function send(again) {
  const mine = lead.peek();
  if (!mine) return post({ ...filled(), ...chosenTime() });
  const done = again && (await wasDone(mine));
  if (done) return done;
  const words = moving.peek() ? {} : filled(mine.sent ?? {});
  return (await patch(mine, { ...words, ...chosenTime() })).appointment;
}

function finish(appointment) {
  batch(() => {
    booked.value = appointment;
    hold.value = null;
    moving.value = false;
    progress.value = 'idle';
    goTo('done');
  });
}

function refuse(e) {
  const fields = Object.fromEntries(
    ['name', 'phone', 'email', 'reason']
      .map((field) => [field, fieldError(e, field) && t(`public.refused_${field}`)])
      .filter(([, text]) => text),
  );
  if (e.code === 'SLOT_TAKEN') loseTo(slot.peek().startsAt, e.body.alternatives);
  else if (Object.keys(fields).length) complain(fields);
  else if (e.status === 400 && fieldError(e, 'startsAt')) loseTo(slot.peek().startsAt);
  else if (e.code === 'PATIENT_BUSY') failure.value = { title: t('public.busyTitle'), text: t('public.busyText') };
  else if (e.code === 'LOCKED') failure.value = { title: t('public.lockedTitle'), text: t('public.lockedText') };
  else if (e.code === 'RATE_LIMITED') failure.value = { title: t('common.failedTitle'), text: t('common.tooMany') };
  else failure.value = { title: t('common.failedTitle'), text: t('common.failedText') };
}

/** Book, or move what is booked, and do not stop for a lost connection. */
export async function book() {
  const found = moving.peek() ? {} : check();
  if (Object.keys(found).length) {
    complain(found);
    return;
  }
  batch(() => {
    problems.value = {};
    failure.value = null;
    progress.value = 'sending';
  });
  await settled();
  for (let again = false, fallbacks = 0; ;) {
    try {
      finish(await send(again));
      return;
    } catch (e) {
      if (e.code === 'OFFLINE') {
        progress.value = 'waiting';
        await whenConnected();
        progress.value = 'sending';
        again = true;
      } else if (e.status === 404 && fallbacks++ < 2) {
        // Our row or our hold is not there any more: first without the one, then without the other.
        if (lead.peek() && !moving.peek()) lead.value = null;
        else hold.value = null;
      } else {
        progress.value = 'idle';
        refuse(e);
        return;
      }
    }
  }
}
