/*
 * record.js - what a revision says, in people's words.
 *
 * A revision is { actor, changedAt, version, fields: { status: [before, after] } };
 * the words for it are { who, what, changes: [{ name, before, after }] }, where
 * what is a sentence when no field changed, and before or after null when empty.
 */
import { t } from '../../common/i18n.js';
import { formatPhone } from '../../common/phone.js';
import { dayOf, formatDay, formatTime } from '../../common/time.js';
import { statusWord } from '../../common/ui.jsx';

/* The order in which changes stand; a time says more than its end. */
const order = ['status', 'startsAt', 'endsAt', 'doctorId', 'serviceId', 'name', 'phone', 'email', 'patientId', 'reason', 'notes', 'walkIn', 'source', 'isDeleted'];

/** Who did it; a stranger and plain SQL have no name. */
export function whoOf({ name, role }) {
  if (role === 'chatbot')
    return t('record.byAssistant', { name: name ?? t('record.aPatient') });
  if (role === 'patient')
    return t('record.byPatient', { name: name ?? t('record.aPatient') });
  if (name)
    return name;
  if (role === 'public')
    return t('record.aVisitor');
  return t(role && role !== 'system' ? 'record.formerStaff' : 'record.theSystem');
}

const nameIn = (list) => (id) => list.find((one) => one.id === id)?.name ?? t('record.another');

/* With its year where that is not the present one. */
const when = (zone, today) => (at) => `${formatDay(dayOf(at, zone), { today, long: true })}, ${formatTime(at, zone)}`;

function writers({ zone, today, doctors, services }) {
  const yes = (value) => t(value ? 'record.yes' : 'record.no');
  return {
    status: statusWord,
    startsAt: when(zone, today),
    endsAt: when(zone, today),
    doctorId: nameIn(doctors),
    serviceId: nameIn(services),
    phone: formatPhone,
    patientId: () => t('record.linked'),
    walkIn: yes,
    source: (value) => t(`panel.source_${value}`),
    isDeleted: yes,
  };
}

export function wordsOf({ actor, version, fields }, about) {
  const write = writers(about);
  const say = (name, value) => (value === null || value === '' ? null : (write[name] ?? String)(value));
  const changes = order.filter((name) => name in fields && !(name === 'endsAt' && 'startsAt' in fields))
    .map((name) => ({ name, before: say(name, fields[name][0]), after: say(name, fields[name][1]) }));
  const what = changes.length > 0 ? null : t(version === 1 ? 'record.made' : 'record.savedSame');
  return { who: whoOf(actor), what, changes };
}
