// My visits: what is to come, and what has been.
import { CalendarDays, CalendarPlus, ChevronRight } from 'lucide';
import { useState } from 'preact/hooks';
import { connected } from '../common/connection.js';
import { t } from '../common/i18n.js';
import { formatTime } from '../common/time.js';
import { Button, Empty, Icon, Skeleton } from '../common/ui.jsx';
import { doctorOf, serviceOf, Status, when } from './facts.jsx';
import { failed, more, past, refresh, showMore, upcoming, way } from './visits.js';

const FEW = 5;

export function Visits({ me, clinic, doctors, services }) {
  const all = { clinic, doctors, services, me };
  return (
    <div class="stack stack--4">
      <div class="row row--apart page-head">
        <h1 tabIndex={-1}>{t('patient.visits')}</h1>
        <Button kind="primary" icon={CalendarPlus} href="/patient/book">
          {t('patient.book')}
        </Button>
      </div>
      {upcoming.value ? <Lists all={all} /> : failed.value && connected.value ? <Broken /> : <Skeleton lines={3} block />}
    </div>
  );
}

function Broken() {
  return (
    <Empty error level="h2" title={t('patient.listFailed')} text={t('patient.listFailedText')}>
      <Button kind="primary" onClick={refresh}>
        {t('common.retry')}
      </Button>
    </Empty>
  );
}

function Lists({ all }) {
  const [whole, setWhole] = useState(false);
  const old = past.value;
  if (!upcoming.value.length && !old.length)
    return (
      <>
        <Empty icon={CalendarDays} level="h2" title={t('patient.none')} text={t('patient.noneText')} />
        <Current zone={all.clinic.timeZone} />
      </>
    );
  return (
    <>
      <section class="stack" aria-labelledby="upcoming">
        <h2 id="upcoming">{t('patient.upcoming')}</h2>
        {upcoming.value.length ? (
          <ul class="choices">
            {upcoming.value.map((visit) => (
              <li key={visit.id}>
                <Card visit={visit} all={all} />
              </li>
            ))}
          </ul>
        ) : (
          <p class="muted">{t('patient.noUpcoming')}</p>
        )}
        <Current zone={all.clinic.timeZone} />
      </section>
      {old.length > 0 && (
        <section class="stack" aria-labelledby="past">
          <h2 id="past">{t('patient.past')}</h2>
          <ul class="choices">
            {(whole ? old : old.slice(0, FEW)).map((visit) => (
              <li key={visit.id}>
                <Card visit={visit} all={all} />
              </li>
            ))}
          </ul>
          {(more.value || (!whole && old.length > FEW)) && (
            <Button kind="quiet" onClick={() => (whole ? showMore() : setWhole(true))}>
              {t('patient.older')}
            </Button>
          )}
        </section>
      )}
    </>
  );
}

function Card({ visit, all }) {
  const doctor = doctorOf(visit, all);
  const service = serviceOf(visit, all);
  return (
    <a class="choice visit" href={`/patient/visits/${visit.id}`}>
      <span class="stack stack--half">
        <span class="choice__title num">{visit.startsAt ? when(visit.startsAt, all.clinic) : t('patient.noTime')}</span>
        <span class="choice__note">{[service?.name, doctor?.name].filter(Boolean).join(', ')}</span>
        {visit.name !== all.me.name && <span class="choice__note">{t('patient.for', { name: visit.name })}</span>}
        <span>
          <Status visit={visit} />
        </span>
      </span>
      <span class="choice__end">
        <Icon of={ChevronRight} />
      </span>
    </a>
  );
}

/** Whether what is shown is how it is. */
function Current({ zone }) {
  const { kind, at } = way.value;
  const off = !connected.value || failed.value;
  const time = at ? formatTime(at, zone) : '';
  const words = off ? 'patient.stateOf' : kind === 'polling' || kind === 'offline' ? 'patient.everyHalf' : 'patient.live';
  return <p class={`live${off ? ' live--off' : words === 'patient.live' ? '' : ' live--slow'}`}>{t(words, { time })}</p>;
}
