// The calendar: a day with a column for each doctor, or a week of one; on a phone one doctor and one day.
import { useMemo, useState } from 'preact/hooks';
import { Banner, Button, Empty, Skeleton } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { dayOf, formatTime } from '../../common/time.js';
import { daysOf } from './board.js';
import { useView } from './data.js';
import { LiveLine } from '../shell/live.jsx';
import { present } from '../shell/clock.js';
import { place } from '../shell/router.js';
import { firstOffered } from '../offer.js';
import { useMedia } from './screen.js';
import { Toolbar } from './toolbar.jsx';
import { View } from './view.jsx';

/** What the address says: day, view and doctor, each with its default. */
function placeOf(asked, { today, doctors, narrow }) {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(asked.get('day') ?? '') ? asked.get('day') : today;
  const doctor = doctors.find((d) => d.id === asked.get('doctor')) ?? firstOffered(doctors);
  return { day, view: !narrow && asked.get('view') === 'week' ? 'week' : 'day', doctor: doctor?.id };
}

function addressOf({ day, view, doctor }, today) {
  const query = new URLSearchParams();
  if (day !== today) query.set('day', day);
  if (view === 'week') query.set('view', 'week');
  if (doctor) query.set('doctor', doctor);
  return `/staff/calendar${query.size ? `?${query}` : ''}`;
}

export default function Calendar({ me, clinic, doctors: all, services, store, navigate }) {
  const zone = clinic.timeZone;
  const minute = Math.floor(present.value / 60_000);
  const narrow = useMedia('(max-width: 719px)');
  const today = dayOf(new Date(present.value), zone);
  const doctors = useMemo(() => (me.role === 'doctor' ? all.filter((d) => d.id === me.doctorId) : all), [all, me]);
  const at = placeOf(place.value.query, { today, doctors, narrow });
  const one = at.view === 'week' || narrow;
  const shownDoctors = useMemo(
    () => (one ? doctors.filter((d) => d.id === at.doctor) : doctors),
    [one, at.doctor, doctors],
  );
  const go = (change) => navigate(addressOf({ ...at, ...change }, today));
  const [open, setOpen] = useState(new Set());
  const data = useView(
    {
      ...daysOf(at.view, at.day),
      doctorId: one ? at.doctor : undefined,
      doctorIds: shownDoctors.map((d) => d.id),
      serviceId: firstOffered(services)?.id,
    },
    store,
    zone,
  );

  return (
    <>
      <div class="work__head">
        <h1>{t('calendar.title')}</h1>
        <LiveLine store={store} zone={zone} />
        <Toolbar
          {...at}
          today={today}
          narrow={narrow}
          doctors={doctors}
          doctorId={at.doctor}
          go={go}
          sheet={() => navigate(`/staff/daysheet?day=${at.day}${one ? `&doctor=${at.doctor}` : ''}`)}
        />
      </div>
      <div class="work__body stack">
        {data.view && data.error && (
          <Banner kind="plain">{t('calendar.stale', { time: formatTime(new Date(data.view.at), zone) })}</Banner>
        )}
        {data.view ? (
          <View
            key={at.view}
            {...{ at, data, zone, minute, today, narrow, all, me, services, store, navigate, go, open, setOpen }}
            doctors={shownDoctors}
          />
        ) : (
          <Waiting data={data} />
        )}
      </div>
    </>
  );
}

function Waiting({ data }) {
  if (!data.error)
    return (
      <div class="card card__body">
        <Skeleton lines={10} block label={t('calendar.loading')} />
      </div>
    );
  const offline = data.error.code === 'OFFLINE';
  return (
    <div class="card">
      <Empty
        error
        level="h2"
        title={t(offline ? 'common.offlineTitle' : 'calendar.brokenTitle')}
        text={t('calendar.brokenText', { n: data.retryIn })}
      >
        <Button onClick={data.refresh}>{t('calendar.tryNow')}</Button>
      </Empty>
    </div>
  );
}
