/*
 * outcomes.jsx - what becomes of each row of a step for many.
 */
import { ArrowRight, CircleAlert, CircleCheck } from 'lucide';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay, formatTime } from '../../common/time.js';
import { Icon, statusWord } from '../../common/ui.jsx';

export const isFine = ({ outcome }) => outcome === 'OK';

const known = ['VERSION_CONFLICT', 'NOT_FOUND', 'SLOT_TAKEN', 'PATIENT_BUSY', 'LOCKED', 'VALIDATION_ERROR', 'FORBIDDEN'];

const isSo = ({ status }, action) => status === { cancel: 'cancelled', confirm: 'confirmed' }[action];

/* That it is possible stands in the icon; anything else is said. */
function Verdict({ item, action }) {
  if (!isFine(item))
    return <p class="outcome__why">{why(item)}</p>;
  return isSo(item, action) ? <p class="quiet">{t('bulk.isSo')}</p> : <p class="visually-hidden">{t('bulk.fine')}</p>;
}

function why({ outcome, status }) {
  if (outcome === 'BAD_TRANSITION')
    return t('bulk.why_BAD_TRANSITION', { status: statusWord(status) });
  return t(known.includes(outcome) ? `bulk.why_${outcome}` : 'bulk.why_other');
}

const startOf = ({ startsAt }) => (startsAt ? Date.parse(startsAt) : Infinity);

/** Those that stand in the way come first; then by time. */
export const inOrder = (items) => items.toSorted?.(compare) ?? [...items].sort(compare);
const compare = (a, b) => isFine(a) - isFine(b) || (startOf(a) === startOf(b) ? 0 : startOf(a) - startOf(b));

export function Outcomes({ items, action, zone, today, doctors }) {
  return (
    <ul class="outcomes" aria-label={t('bulk.outcomes')} tabIndex={0}>
      {inOrder(items).map((item) => (
        <li key={item.id} class={isFine(item) ? 'outcome' : 'outcome outcome--no'}>
          <Icon of={isFine(item) ? CircleCheck : CircleAlert} size="s" />
          <div class="grow">
            <p>
              <span class="strong">{item.name ?? t('bulk.unknown')}</span> <span class="muted num">{when(item, zone, today)}</span>
              {item.to && isFine(item) && <span class="num"> <Icon of={ArrowRight} size="s" /><span class="visually-hidden">{t('bulk.goesTo')} </span> {whither(item, { zone, today, doctors })}</span>}
            </p>
            <Verdict item={item} action={action} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function when({ startsAt }, zone, today) {
  return startsAt ? `${formatDay(dayOf(startsAt, zone), { today })}, ${formatTime(startsAt, zone)}` : t('appointments.noTime');
}

/* The day is named when it is another one, the doctor when it is. */
function whither({ to, startsAt, doctorId }, { zone, today, doctors }) {
  const day = to.startsAt && dayOf(to.startsAt, zone);
  return [
    day && day !== dayOf(startsAt, zone) && formatDay(day, { today }),
    to.startsAt && formatTime(to.startsAt, zone),
    to.doctorId !== doctorId && (doctors.find((one) => one.id === to.doctorId)?.name ?? t('record.another')),
  ].filter(Boolean).join(', ');
}
