// The third question: a strip of days, the times of the chosen one, and what stands there when there are none.
import { useEffect, useRef } from 'preact/hooks';
import { CalendarX2, ChevronRight, ClockAlert } from 'lucide';
import { connected } from '../common/connection.js';
import { t } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { capital, clock, dateNumber, daysBetween, dayOf, formatDay, formatTime, formatWhen, monthSpan, now, weekdayName, zoneName, zoneNote } from '../common/time.js';
import { Banner, Button, Empty, Icon, Skeleton } from '../common/ui.jsx';
import { clinic, doctors } from './data.js';
import { day, doctorChoice, doctorOf, goTo, open, slot, zone } from './flow.js';
import { asking, choose, lost, release } from './holding.js';
import { anyFree, failed, moreDays, nextFree, refresh, showMore, shown, strip, times } from './slots.js';
import { roomy } from './room.js';
import { Step } from './steps.jsx';
import { arrows } from './arrows.js';

const today = () => dayOf(now(), zone.value);

export function When() {
  const chosen = slot.value && capital(formatWhen(slot.value.startsAt, zone.value, { today: today() }));
  return (
    <Step name="when" n={3} answer={chosen} beside={roomy.value && open.value === 'details'}>
      {lost.value ? <Lost /> : <Offer />}
    </Step>
  );
}

function Offer() {
  if (!strip.value)
    return failed.value && connected.value ? <Broken /> : <Loading />;
  if (!anyFree.value)
    return <NothingFree />;
  return (
    <>
      <Days />
      <Times />
      <ZoneLine />
      <p class={`live${connected.value && !failed.value ? '' : ' live--off'}`}>{t(connected.value && !failed.value ? 'public.live' : 'public.notLive')}</p>
    </>
  );
}

function Loading() {
  return (
    <div class="stack stack--3" aria-busy="true">
      <p class="visually-hidden" role="status">{t('public.loadingTimes')}</p>
      <div class="days">{Array.from({ length: 7 }, (_, i) => <span key={i} class="skeleton skel-day" />)}</div>
      <div class="slots__grid">{Array.from({ length: 8 }, (_, i) => <span key={i} class="skeleton skeleton--block" />)}</div>
    </div>
  );
}

function Broken() {
  return (
    <Empty error title={t('public.timesFailed')} text={t('public.timesFailedText')}>
      <Button kind="primary" onClick={() => refresh()}>{t('common.retry')}</Button>
    </Empty>
  );
}

function NothingFree() {
  const other = doctors.value.find((one) => one.id !== doctorChoice.value && nextFree(one.id));
  const askFor = (id) => {
    release();
    doctorChoice.value = id;
    day.value = null;
    goTo('when');
  };
  const weeks = shown.value * 2;
  return (
    <Empty icon={CalendarX2} title={weeks === 2 ? t('public.nothingFree') : t('public.nothingFreeWeeks', { n: weeks })} text={t('public.nothingFreeText')}>
      {moreDays.value && <Button kind="primary" onClick={showMore}>{t('public.lookFurther')}</Button>}
      {other && doctorChoice.value !== 'any' && (
        <Button kind={moreDays.value ? 'quiet' : 'primary'} onClick={() => askFor(other.id)}>{t('public.askFor', { doctor: other.name })}</Button>
      )}
      {clinic.value.phone && <Button kind="quiet" href={telHref(clinic.value.phone)}>{t('public.callNumber', { phone: formatPhone(clinic.value.phone) })}</Button>}
    </Empty>
  );
}

function dayName(key) {
  const away = daysBetween(today(), key);
  return away === 0 ? capital(t('common.today')) : weekdayName(key);
}

function Days() {
  const box = useRef();
  useEffect(() => {
    const it = box.current.querySelector(':checked')?.parentElement;
    if (it && (it.offsetLeft < box.current.scrollLeft || it.offsetLeft + it.offsetWidth > box.current.scrollLeft + box.current.clientWidth))
      box.current.scrollTo({ left: it.offsetLeft - 16 });
  }, [day.value]);
  return (
    <fieldset>
      <legend class="visually-hidden">{t('public.day')}</legend>
      <div class="days-head">
        <span class="label">{monthSpan(strip.value[0].day, strip.value.at(-1).day)}</span>
        {moreDays.value && <button class="link-btn small only-wide" type="button" onClick={showMore}>{t('public.showLater')}</button>}
      </div>
      <div class="days" ref={box}>
        {strip.value.map((one) => (
          <label class="day" key={one.day}>
            <input type="radio" name="day" checked={one.day === day.value} disabled={!one.free} onChange={() => { day.value = one.day; }} />
            <span class="day__name" aria-hidden="true">{dayName(one.day)}</span>
            <span class="day__date" aria-hidden="true">{dateNumber(one.day)}</span>
            <span class="visually-hidden">{formatDay(one.day, { long: true })}, </span>
            <span class="day__free">{one.free ? t('public.nFree', { n: one.free }) : t(one.closed ? 'public.closed' : 'public.full')}</span>
          </label>
        ))}
        {moreDays.value && (
          <button class="day day--more only-narrow" type="button" onClick={showMore}><Icon of={ChevronRight} /><span class="day__name">{t('public.moreDays')}</span></button>
        )}
      </div>
    </fieldset>
  );
}

// Noon and five o'clock divide the day, as people speak of it.
const parts = [['morning', 0, 720], ['afternoon', 720, 1020], ['evening', 1020, 1440]];

function Times() {
  const box = useRef();
  const all = times.value;
  const focusable = all.find((time) => isChosen(time)) ?? all.find((time) => !time.taken) ?? all[0];
  return (
    <div class="slots stack stack--3" ref={box} onKeyDown={(event) => arrows(event, box.current)}>
      <p class="visually-hidden" id="slots-hint">{t('public.arrowsHint')}</p>
      {parts.map(([name, from, to]) => {
        const some = all.filter((time) => time.minutes >= from && time.minutes < to);
        if (!some.length)
          return null;
        const free = some.filter((time) => !time.taken).length;
        return (
          <fieldset key={name} aria-describedby="slots-hint">
            <legend class="slots__head"><span class="label">{t(`public.${name}`)}</span><span class="small muted">{t('public.nFree', { n: free })}</span></legend>
            <div class="slots__grid">{some.map((time) => <Time key={time.ms} time={time} tab={time === focusable} />)}</div>
          </fieldset>
        );
      })}
      {!all.length && <p class="muted">{t('public.pickDay')}</p>}
    </div>
  );
}

const isChosen = (time) => slot.value && Date.parse(slot.value.startsAt) === time.ms
  && time.choices.some((one) => one.doctorId === slot.value.doctorId);

function Time({ time, tab }) {
  const at = clock(time.minutes);
  if (time.taken)
    return <button class="slot slot--taken" type="button" aria-disabled="true" tabIndex={tab ? 0 : -1}><s>{at}</s><span>{t('public.taken')}</span></button>;
  const press = () => (isChosen(time) ? goTo('details') : choose(time.choices));
  return (
    <button class="slot" type="button" tabIndex={tab ? 0 : -1} aria-pressed={isChosen(time) || asking.value === time.ms ? 'true' : 'false'}
      aria-busy={asking.value === time.ms ? 'true' : undefined} onClick={press}>{at}</button>
  );
}

function ZoneLine() {
  const note = day.value && times.value[0] && zoneNote(times.value[0].ms, zone.value);
  return note && <p class="small muted">{t('public.clinicTime', { zone: zoneName(zone.value, times.value[0].ms) })}</p>;
}

/** Someone was faster: the nearest free times are the answer. */
function Lost() {
  const { startsAt, alternatives } = lost.value;
  const back = () => {
    lost.value = null;
    goTo('when');
  };
  return (
    <>
      <Banner kind="warning" icon={ClockAlert} alert title={t('public.justTaken', { time: formatTime(startsAt, zone.value) })}>
        {alternatives.length ? t('public.nearTimes') : t('public.noNearTimes')}
      </Banner>
      {alternatives.length > 0 && (
        <div class="choices" role="group" aria-label={t('public.nearTimesLabel')}>
          {alternatives.map((one) => (
            <button key={one.doctorId + one.startsAt} class="choice" type="button" aria-busy={asking.value === Date.parse(one.startsAt) ? 'true' : undefined} onClick={() => choose([one])}>
              <span>
                <span class="choice__title num">{capital(formatWhen(one.startsAt, zone.value, { today: today() }))}</span><br />
                <span class="choice__note">{doctorOf(one.doctorId)?.name}</span>
              </span>
              <span class="choice__end"><Icon of={ChevronRight} /></span>
            </button>
          ))}
        </div>
      )}
      <button class="link-btn start" type="button" onClick={back}>{t('public.allTimes')}</button>
    </>
  );
}
