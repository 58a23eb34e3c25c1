/*
 * words.js - what an event of the record says, in people's words.
 */
import { has, money, t } from '../../common/i18n.js';
import { formatPhone } from '../../common/phone.js';
import { dayOf, formatDay, formatTime, weekdayName } from '../../common/time.js';
import { statusWord } from '../../common/ui.jsx';
import { whoOf } from '../panel/record.js';

/* Said by the event itself, or of no use to people. */
const hidden = ['version', 'slotId', 'isKey', 'isDeleted'];

/* Where the name stands in the list of fields; what is not here follows. */
const order = ['status', 'startsAt', 'endsAt', 'doctorId', 'serviceId', 'patientId', 'name', 'phone', 'email', 'reason', 'notes', 'text'];

/** Whoever has no role wrote to the database itself. */
export const actorOf = (actor) => (actor.role === null ? t('audit.bySql') : whoOf(actor));

/** "appointment of Asha Patil"; what has lost its name is of nobody. */
export function thingOf({ object, name }) {
  const key = `audit.${name ? 'of' : 'a'}_${object}`;
  return has(key) ? t(key, { name }) : object;
}

const firstOf = (keys, other) => {
  const key = keys.find(has);
  return key ? t(key) : other;
};

/** What was done; of some things it is said otherwise. */
export const actionWord = (action, object) => firstOf([`audit.action_${action}_${object}`, `audit.action_${action}`], action);
export const objectWord = (object) => firstOf([`audit.a_${object}`], object);

const monday = Date.parse('2026-01-05T00:00:00Z');
const weekday = (n) => weekdayName(new Date(monday + (n - 1) * 86_400_000).toISOString().slice(0, 10), 'long');

/* "00:15:00" and "1 day 02:00:00" as PostgreSQL writes them: without the seconds. */
const span = (text) => String(text).replace(/^(.*\d\d:\d\d):00$/, '$1');

function writers({ zone, today, currency, names }) {
  const when = (at) => `${formatDay(dayOf(at, zone), { today, long: true })}, ${formatTime(at, zone)}`;
  const yes = (value) => t(value ? 'record.yes' : 'record.no');
  const named = (id) => names[id] ?? t('record.another');
  const word = (section, kind) => (value) => (has(`${section}.${kind}_${value}`) ? t(`${section}.${kind}_${value}`) : String(value));
  return {
    status: statusWord, startsAt: when, endsAt: when, lastMailedAt: when, approvedAt: when, revokedAt: when, confirmedAt: when, expiresAt: when, enrolsUntil: when, phone: formatPhone, address: (value) => (/^\+/.test(value) ? formatPhone(value) : value),
    doctorId: named, serviceId: named, patientId: named, accountId: named, approvedBy: named,
    walkIn: yes, autoConfirm: yes, disabled: yes, offered: yes, proven: yes, price: (value) => money(value, currency), weekday,
    opens: span, closes: span, step: span, buffer: span, duration: span, notice: span, horizon: span, cancelUntil: span,
    source: word('panel', 'source'), role: word('audit', 'role'), kind: word('audit', 'kind'),
    seq: (value) => String(value),
  };
}

const blank = (value) => value === null || value === '' || value === '{}';

/**
 * [{ name, label, before, after }] of an event, in the order in which people
 * look; before and after null when empty, secret instead of both.  Of what was
 * made or deleted only what says something: no "no", and not once more who it was.
 */
export function changesOf({ action, fields, names }, about) {
  const write = writers({ ...about, names });
  const say = (name, value) => (blank(value) ? null : (write[name] ?? String)(value));
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.keys(fields).filter((name) => !hidden.includes(name) || (name === 'isDeleted' && action === 'updated'))
    .filter((name) => name !== 'position' || action === 'updated')
    .filter((name) => action === 'updated' || !fields[name].includes(false))
    .filter((name) => name !== 'accountId' || !/^signed/.test(action))
    .sort((a, b) => place(a) - place(b))
    .map((name) => ({
      name,
      label: firstOf([`audit.field_${name}`, `record.field_${name}`], name),
      ...(fields[name] === 'changed' ? { secret: true } : { before: say(name, fields[name][0]), after: say(name, fields[name][1]) }),
    }));
}
