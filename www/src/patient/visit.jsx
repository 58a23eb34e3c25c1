// One visit, and what may be done with it.
import { useState } from 'preact/hooks';
import { ArrowLeft, CalendarPlus, CalendarX2, Phone } from 'lucide';
import { t, tx } from '../common/i18n.js';
import { calendarFile, download } from '../common/ics.js';
import { formatPhone, telHref } from '../common/phone.js';
import { navigate } from '../common/router.js';
import { now } from '../common/time.js';
import { Button, Dialog, Empty, Field, Icon, Skeleton, toast } from '../common/ui.jsx';
import { book, cancel, same, save } from './changes.js';
import { deadline, doctorOf, isOffered, length, longWhen, mayCancel, mayMove, price, serviceOf, Status, ZoneNote } from './facts.jsx';
import { tellRefusal } from './tell.js';
import { isPast, upcoming, visitOf } from './visits.js';

export function Back({ to = '/patient/', words = 'patient.allVisits' }) {
  return (
    <a class="back" href={to}>
      <Icon of={ArrowLeft} size="s" />
      {t(words)}
    </a>
  );
}

export function Visit({ id, ...all }) {
  const visit = visitOf(id);
  if (!visit) return upcoming.value ? <Gone /> : <Skeleton lines={4} block />;
  const { clinic, me } = all;
  const doctor = doctorOf(visit, all);
  const service = serviceOf(visit, all);
  const rows = [
    ['doctor', doctor?.name],
    ['service', service?.name],
    ['length', length(service)],
    ['price', price(service)],
    ['where', clinic.address],
    ['who', visit.name !== me.name && visit.name],
  ].filter(([, value]) => value);
  return (
    <div class="stack stack--3">
      <Back />
      <div class="stack stack--1">
        <h1 class="num" tabIndex={-1}>
          {visit.startsAt ? longWhen(visit, clinic) : t('patient.noTime')}
        </h1>
        <ZoneNote visit={visit} clinic={clinic} />
        <div>
          <Status visit={visit} />
        </div>
        <Meaning visit={visit} />
      </div>
      <section class="card" aria-label={t('patient.details')}>
        <div class="card__body card__body--3 stack">
          <dl class="facts">{rows.flatMap(([name, value]) => [<dt>{t(`patient.${name}`)}</dt>, <dd>{value}</dd>])}</dl>
          <Reason visit={visit} />
        </div>
      </section>
      <Ways visit={visit} service={service} doctor={doctor} clinic={clinic} />
    </div>
  );
}

const Gone = () => (
  <Empty icon={CalendarX2} level="h1" title={t('patient.gone')} text={t('patient.goneText')}>
    <Button kind="primary" href="/patient/">
      {t('patient.allVisits')}
    </Button>
  </Empty>
);

/** What the status means for who waits. */
function Meaning({ visit }) {
  if (isPast(visit)) return null;
  const words = { requested: 'patient.meansRequested', lead: 'patient.meansLead', checked_in: 'patient.meansCheckedIn' };
  return words[visit.status] && <p class="muted">{t(words[visit.status])}</p>;
}

function Reason({ visit }) {
  const [edits, setEdits] = useState(false);
  const open = ['lead', 'requested', 'confirmed'].includes(visit.status) && !isPast(visit);
  if (!visit.reason && !open) return null;
  return (
    <div class="row row--apart row--top row--keep">
      <div>
        <p class="small muted">{t('patient.reason')}</p>
        <p>{visit.reason ?? <span class="muted">{t('patient.noReason')}</span>}</p>
      </div>
      {open && (
        <Button kind="quiet" small onClick={() => setEdits(true)}>
          {t('common.change')}
          <span class="visually-hidden"> {t('patient.reason')}</span>
        </Button>
      )}
      {edits && <ReasonDialog visit={visit} close={() => setEdits(false)} />}
    </div>
  );
}

function ReasonDialog({ visit, close }) {
  const [reason, setReason] = useState(visit.reason ?? '');
  const [busy, setBusy] = useState(false);
  const keep = async () => {
    setBusy(true);
    try {
      await save(visit, { reason: reason.trim() || null });
      toast(t('common.saved'));
      close();
    } catch (error) {
      setBusy(false);
      tellRefusal(error);
      if (error.code === 'VERSION_CONFLICT') close();
    }
  };
  const foot = (
    <>
      <Button onClick={close}>{t('common.cancel')}</Button>
      <Button kind="primary" busy={busy} onClick={keep}>
        {t('common.save')}
      </Button>
    </>
  );
  return (
    <Dialog title={t('patient.reason')} onClose={close} foot={foot}>
      <Field id="v-reason" label={t('patient.reasonHint')}>
        {(a) => (
          <textarea class="textarea" {...a} rows={4} maxLength={500} value={reason} onInput={(e) => setReason(e.target.value)} />
        )}
      </Field>
    </Dialog>
  );
}

function addToCalendar(visit, doctor, service, clinic) {
  const what = [service?.name, doctor?.name].filter(Boolean).join(', ');
  const words = {
    title: `${what}, ${clinic.name}`,
    place: [clinic.name, clinic.address].filter(Boolean).join(', '),
    text: clinic.phone ?? '',
  };
  download('visit.ics', calendarFile(visit, words));
}

function Ways({ visit, service, doctor, clinic }) {
  const [asks, setAsks] = useState(false);
  const until = deadline(visit, service, clinic);
  const late = !mayCancel(visit, service) && ['requested', 'confirmed'].includes(visit.status) && !isPast(visit);
  const byCall = mayCancel(visit, service) && visit.startsAt && !isOffered(service, doctor);
  const comes = visit.startsAt && !isPast(visit);
  return (
    <div class="stack stack--1">
      {comes && (
        <Button kind="primary" wide icon={CalendarPlus} onClick={() => addToCalendar(visit, doctor, service, clinic)}>
          {t('patient.addToCalendar')}
        </Button>
      )}
      {mayCancel(visit, service) && (
        <div class={mayMove(visit, service, doctor) ? 'pair' : 'stack'}>
          {mayMove(visit, service, doctor) && (
            <Button href={`/patient/visits/${visit.id}/time`}>{t(visit.startsAt ? 'patient.changeTime' : 'patient.pickTime')}</Button>
          )}
          <Button kind="danger-quiet" onClick={() => setAsks(true)}>
            {t('patient.cancelVisit')}
          </Button>
        </div>
      )}
      {until && <p class="small muted">{until}</p>}
      {(late || byCall) && (
        <div class="stack stack--1">
          <p class="muted">{t(late ? 'patient.lateText' : 'patient.moveByCall')}</p>
          {clinic.phone && (
            <Button wide href={telHref(clinic.phone)} icon={Phone}>
              {formatPhone(clinic.phone)}
            </Button>
          )}
        </div>
      )}
      {visit.status === 'cancelled' && Date.parse(visit.startsAt) > now() && isOffered(service, doctor) && <Again visit={visit} />}
      {asks && <CancelDialog visit={visit} clinic={clinic} again={isOffered(service, doctor)} close={() => setAsks(false)} />}
    </div>
  );
}

/** The time goes back to the clinic at once, so having it again is another booking. */
async function bookAgain(visit) {
  try {
    const made = await book(same(visit));
    toast(t('patient.bookedAgain'));
    navigate(`/patient/visits/${made.id}`);
  } catch (error) {
    tellRefusal(error);
  }
}

function Again({ visit }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    await bookAgain(visit);
    setBusy(false);
  };
  return (
    <Button wide busy={busy} onClick={press}>
      {t('patient.again')}
    </Button>
  );
}

function CancelDialog({ visit, clinic, again, close }) {
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      await cancel(visit);
      close();
      toast(t('patient.cancelled'), {
        action: visit.startsAt && again && { label: t('patient.again'), run: () => bookAgain(visit) },
        for: 10000,
      });
    } catch (error) {
      setBusy(false);
      close();
      tellRefusal(error);
    }
  };
  const foot = (
    <>
      <Button onClick={close}>{t('patient.keepVisit')}</Button>
      <Button kind="danger" busy={busy} onClick={go}>
        {t('patient.cancelVisit')}
      </Button>
    </>
  );
  return (
    <Dialog title={t('patient.cancelTitle')} onClose={close} foot={foot}>
      <p>
        {visit.startsAt
          ? tx('patient.cancelText', { when: <strong>{longWhen(visit, clinic)}</strong> })
          : t('patient.cancelLead')}
      </p>
    </Dialog>
  );
}
