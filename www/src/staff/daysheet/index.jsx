// The day on paper: for each doctor a list of visits with room for notes.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { CalendarDays, ChevronLeft, ChevronRight, Printer } from 'lucide';
import { api } from '../../common/api.js';
import { Banner, Button, Empty, Skeleton, statusWord } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { addDays, capital, dayOf, formatDay, formatTime, formatWhen, now } from '../../common/time.js';
import { formatPhone } from '../../common/phone.js';
import { loader } from '../calendar/loader.js';
import { DayButton } from '../calendar/toolbar.jsx';
import { present } from '../shell/clock.js';
import { place } from '../shell/router.js';
import { sheetsOf, walkInsOf } from './sheet.js';

async function visitsOf(day, doctorId, signal) {
  const items = [];
  let cursor = null;

  do {
    const query = new URLSearchParams({
      from: day,
      to: day,
      limit: 200,
      ...(doctorId && { doctorId }),
      ...(cursor && { cursor }),
    });
    const page = await api('GET', `/api/appointments?${query}`, { signal });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

/* The visits of a day, asked for again whenever the store learns something. */
function useDay(day, doctorId, store) {
  const [state, set] = useState({});
  const key = `${day} ${doctorId ?? ''}`;
  const work = useMemo(
    () =>
      loader((signal) => visitsOf(day, doctorId, signal), {
        done: (visits) => set({ key, visits, at: now() }),
        failed: (error, retryIn) => set((was) => ({ ...(was.key === key ? was : {}), key, error, retryIn })),
      }),
    [key],
  );

  useEffect(() => {
    work.start();
    return () => work.stop();
  }, [work]);
  useEffect(() => store.subscribe(() => work.soon()), [store, work]);
  return { ...(state.key === key ? state : {}), again: work.now };
}

function placeOf(asked, { today, doctors }) {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(asked.get('day') ?? '') ? asked.get('day') : today;
  return { day, doctor: doctors.find((d) => d.id === asked.get('doctor')) ?? null };
}

export default function DaySheet({ me, clinic, doctors: all, services, store, navigate }) {
  const zone = clinic.timeZone;
  const today = dayOf(new Date(present.value), zone);
  const doctors = me.role === 'doctor' ? all.filter((d) => d.id === me.doctorId) : all;
  const { day, doctor } = placeOf(place.value.query, { today, doctors });
  const [gone, setGone] = useState(false);
  const data = useDay(day, doctor?.id, store);
  const rows = store.rows.value;
  const names = useMemo(() => new Map(services.map((s) => [s.id, s.name])), [services]);
  const sheets = useMemo(
    () =>
      data.visits &&
      sheetsOf({
        visits: data.visits,
        walkIns: walkInsOf(rows, day, zone, doctor?.id),
        doctors: doctor ? [doctor] : doctors,
        gone,
      }),
    [data.visits, rows, day, zone, doctor, doctors, gone],
  );
  const go = (change) => {
    const next = { day, doctor: doctor?.id, ...change };
    const query = new URLSearchParams({ day: next.day, ...(next.doctor && { doctor: next.doctor }) });
    navigate(`/staff/daysheet?${query}`);
  };

  return (
    <>
      <div class="work__head sheet__bar">
        <h1>{t('daysheet.title')}</h1>
        <div class="calendar__nav">
          <Button
            kind="icon"
            icon={ChevronLeft}
            label={t('calendar.dayBefore')}
            onClick={() => go({ day: addDays(day, -1) })}
          />
          <DayButton day={day} text={capital(formatDay(day))} onDay={(d) => go({ day: d })} />
          <Button
            kind="icon"
            icon={ChevronRight}
            label={t('calendar.dayAfter')}
            onClick={() => go({ day: addDays(day, 1) })}
          />
          <Button small onClick={() => go({ day: today })} off={day === today}>
            {t('calendar.today')}
          </Button>
        </div>
        {doctors.length > 1 && (
          <>
            <label class="visually-hidden" for="sheet-doctor">
              {t('calendar.doctor')}
            </label>
            <select
              class="select calendar__who"
              id="sheet-doctor"
              value={doctor?.id ?? ''}
              onChange={(e) => go({ doctor: e.currentTarget.value || null })}
            >
              <option value="">{t('daysheet.allDoctors')}</option>
              {doctors.map((d) => (
                <option key={d.id} value={d.id}>
                  {d.name}
                </option>
              ))}
            </select>
          </>
        )}
        <label class="check">
          <input type="checkbox" checked={gone} onChange={(e) => setGone(e.currentTarget.checked)} />
          {t('daysheet.cancelledToo')}
        </label>
        <Button kind="icon" icon={CalendarDays} label={t('calendar.title')} href={`/staff/calendar?day=${day}`} />
        <Button kind="primary" icon={Printer} onClick={() => print()} off={!sheets?.length}>
          {t('daysheet.print')}
        </Button>
      </div>
      <div class="work__body stack">
        {data.error && data.visits && (
          <Banner kind="plain" class="sheet__bar">
            {t('calendar.stale', { time: formatTime(new Date(data.at), zone) })}
          </Banner>
        )}
        {!sheets && <Waiting data={data} />}
        {sheets?.length === 0 && (
          <div class="card">
            <Empty
              level="h2"
              title={t('daysheet.noneTitle', { day: formatDay(day, { long: true }) })}
              text={t('daysheet.noneText')}
            />
          </div>
        )}
        {sheets?.map((sheet) => (
          <Sheet key={sheet.doctor?.id ?? 'none'} {...{ sheet, day, zone, clinic, names }} />
        ))}
      </div>
    </>
  );
}

function Waiting({ data }) {
  if (!data.error)
    return (
      <div class="card card__body">
        <Skeleton lines={8} block label={t('daysheet.loading')} />
      </div>
    );
  return (
    <div class="card">
      <Empty
        error
        level="h2"
        title={t(data.error.code === 'OFFLINE' ? 'common.offlineTitle' : 'daysheet.brokenTitle')}
        text={t('calendar.brokenText', { n: data.retryIn })}
      >
        <Button onClick={data.again}>{t('calendar.tryNow')}</Button>
      </Empty>
    </div>
  );
}

const HEADS = ['time', 'name', 'phone', 'service', 'reason', 'notes'];

function Sheet({ sheet: { doctor, visits, walkIns }, day, zone, clinic, names }) {
  const id = `sheet-${doctor?.id ?? 'none'}`;
  const counts = [
    (visits.length > 0 || walkIns.length === 0) && t('daysheet.count', { n: visits.length }),
    walkIns.length > 0 && t('daysheet.walkInCount', { n: walkIns.length }),
  ].filter(Boolean);
  return (
    <section class="sheet card" aria-labelledby={id}>
      <header class="sheet__head">
        <div>
          <p class="sheet__clinic">{clinic.name}</p>
          <h2 id={id}>{doctor?.name ?? t('daysheet.noDoctor')}</h2>
        </div>
        <div class="sheet__when">
          <p class="strong">{formatDay(day, { long: true })}</p>
          <p class="muted">{counts.join(', ')}</p>
        </div>
      </header>
      <table class="sheet__table">
        <caption class="visually-hidden">
          {doctor?.name ?? t('daysheet.noDoctor')}, {formatDay(day, { long: true })}
        </caption>
        <thead>
          <tr>
            {HEADS.map((h) => (
              <th key={h} scope="col" class={`sheet__${h}`}>
                {t(`daysheet.${h}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {visits.map((v) => (
            <Line
              key={v.id}
              row={v}
              when={`${formatTime(v.startsAt, zone)}–${formatTime(v.endsAt, zone)}`}
              names={names}
            />
          ))}
        </tbody>
        {walkIns.length > 0 && (
          <tbody>
            <tr class="sheet__group">
              <th colSpan={HEADS.length} scope="rowgroup">
                {t('daysheet.walkIns')}
              </th>
            </tr>
            {walkIns.map((v) => (
              <Line key={v.id} row={v} when={formatTime(v.createdAt, zone)} names={names} />
            ))}
          </tbody>
        )}
      </table>
      <p class="sheet__foot">{t('daysheet.printed', { when: formatWhen(new Date(present.value), zone) })}</p>
    </section>
  );
}

/* Confirmed is what one expects and needs no word. */
function Line({ row, when, names }) {
  const off = row.status === 'cancelled' || row.status === 'no_show';
  return (
    <tr class={off ? 'is-off' : undefined}>
      <td class="num sheet__time">{when}</td>
      <th scope="row" class="sheet__name">
        <span>{row.name}</span>
        {row.status !== 'confirmed' && <span class="sheet__status">{statusWord(row.status)}</span>}
      </th>
      <td class="num sheet__phone">{row.phone && formatPhone(row.phone)}</td>
      <td class="sheet__service">{names.get(row.serviceId)}</td>
      <td class="sheet__reason">{row.reason}</td>
      <td class="sheet__notes">{row.notes}</td>
    </tr>
  );
}
