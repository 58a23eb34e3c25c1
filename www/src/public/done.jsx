// The visit is made: what, when, where, and every way on from here.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { batch } from '@preact/signals';
import { CalendarPlus, Check, Hourglass, Phone, WifiOff } from 'lucide';
import { connected } from '../common/connection.js';
import { t, tx } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { formatDay, formatTime, now, wall, zoneNote } from '../common/time.js';
import { Banner, Button, Dialog, Icon } from '../common/ui.jsx';
import { clinic, everyService } from './data.js';
import {
  booked,
  day,
  doctorChoice,
  doctorOf,
  focusOn,
  goTo,
  moving,
  serviceId,
  slot,
  startAgain,
  zone,
} from './flow.js';
import { calendarFile, download } from '../common/ics.js';
import { Facts } from './summary.jsx';
import { refresh } from './slots.js';

const firstName = (name) => name.trim().split(/\s+/)[0];

export function Done() {
  const heading = useRef();
  const visit = booked.value;
  const asked = visit.status === 'requested';
  useLayoutEffect(() => {
    if (focusOn.value !== 'done') return;
    focusOn.value = null;
    scrollTo(0, 0);
    heading.current.focus({ preventScroll: true });
  });
  if (!clinic.value || !everyService.value) return null;
  return (
    <div class="done stack stack--3">
      <div class="stack stack--1">
        <span class={`done-mark${asked ? ' done-mark--asked' : ''}`}>
          <Icon of={asked ? Hourglass : Check} size="l" />
        </span>
        <h1 ref={heading} tabIndex={-1}>
          {t(asked ? 'public.askedTitle' : 'public.doneTitle', { name: firstName(visit.name) })}
        </h1>
        <p class="muted">{t(asked ? 'public.askedText' : 'public.doneText', { phone: formatPhone(visit.phone) })}</p>
      </div>
      {!connected.value && (
        <Banner kind="warning" icon={WifiOff} title={t('common.offlineTitle')}>
          {t('public.offlineDone')}
        </Banner>
      )}
      <VisitCard visit={visit} />
      <Ways visit={visit} />
    </div>
  );
}

function VisitCard({ visit }) {
  const { day: key } = wall(visit.startsAt, zone.value);
  const note = zoneNote(visit.startsAt, zone.value);
  return (
    <div class="card">
      <div class="card__body stack">
        <div>
          <p class="as-h2 num">
            {formatDay(key, { long: true })}, {formatTime(visit.startsAt, zone.value)}
          </p>
          {note && (
            <p class="small muted">
              {t(note.day ? 'public.zoneNoteDay' : 'public.zoneNote', {
                ...note,
                day: note.day && formatDay(note.day),
              })}
            </p>
          )}
        </div>
        <Facts visit={{ doctor: doctorOf(visit.doctorId), service: serviceOf(visit) }} />
      </div>
    </div>
  );
}

const serviceOf = (visit) => everyService.value.find((one) => one.id === visit.serviceId);

function save(visit) {
  const { name, address, phone } = clinic.value;
  const what = [serviceOf(visit)?.name, doctorOf(visit.doctorId)?.name].filter(Boolean).join(', ');
  const words = { title: `${what}, ${name}`, place: [name, address].filter(Boolean).join(', '), text: phone ?? '' };
  download('visit.ics', calendarFile(visit, words));
}

function move(visit) {
  batch(() => {
    moving.value = true;
    serviceId.value = visit.serviceId;
    doctorChoice.value = visit.doctorId;
    slot.value = day.value = null;
    goTo('when');
  });
  refresh();
}

/* What cannot be booked online has no times to move to. */
const mayMove = (visit) => Boolean(serviceOf(visit)?.offered && doctorOf(visit.doctorId)?.offered);

function Ways({ visit }) {
  const [asks, setAsks] = useState(false);
  const past = Date.parse(visit.startsAt) < now();
  return (
    <div class="stack stack--1">
      <Button kind="primary" wide icon={CalendarPlus} onClick={() => save(visit)}>
        {t('public.addToCalendar')}
      </Button>
      {!past && (
        <div class={mayMove(visit) ? 'pair' : 'stack'}>
          {mayMove(visit) && <Button onClick={() => move(visit)}>{t('public.changeTime')}</Button>}
          <Button kind="danger-quiet" onClick={() => setAsks(true)}>
            {t('public.cancelVisit')}
          </Button>
        </div>
      )}
      <div class="pair">
        <Button kind="quiet" onClick={startAgain}>
          {t('public.another')}
        </Button>
        <Button kind="quiet" href="/patient/">
          {t('public.allMine')}
        </Button>
      </div>
      {asks && <CancelDialog visit={visit} close={() => setAsks(false)} />}
    </div>
  );
}

/** A visitor cannot cancel by themselves yet: the clinic's phone does it. */
function CancelDialog({ visit, close }) {
  const { phone } = clinic.value;
  const when = `${formatDay(wall(visit.startsAt, zone.value).day)}, ${formatTime(visit.startsAt, zone.value)}`;
  const foot = (
    <>
      <Button onClick={close}>{t('public.keepVisit')}</Button>
      {phone && (
        <Button kind="primary" href={telHref(phone)} icon={Phone}>
          {formatPhone(phone)}
        </Button>
      )}
    </>
  );
  return (
    <Dialog title={t('public.cancelTitle')} onClose={close} foot={foot}>
      <p>{tx('public.cancelText', { when: <strong>{when}</strong> })}</p>
    </Dialog>
  );
}
