// The strip of days, and the times of the chosen one.
import { useEffect, useRef } from 'preact/hooks';
import { ChevronRight } from 'lucide';
import { t } from '../common/i18n.js';
import {
  capital,
  clock,
  dateNumber,
  dayOf,
  daysBetween,
  formatDay,
  monthSpan,
  now,
  weekdayName,
} from '../common/time.js';
import { Icon } from '../common/ui.jsx';
import { arrows } from './arrows.js';
import { day, goTo, slot, zone } from './flow.js';
import { asking, choose } from './holding.js';
import { moreDays, showMore, strip, times } from './slots.js';

const today = () => dayOf(now(), zone.value);

function dayName(key) {
  const away = daysBetween(today(), key);
  return away === 0 ? capital(t('common.today')) : weekdayName(key);
}

export function Days() {
  const box = useRef();
  useEffect(() => {
    const it = box.current.querySelector(':checked')?.parentElement;
    if (
      it &&
      (it.offsetLeft < box.current.scrollLeft ||
        it.offsetLeft + it.offsetWidth > box.current.scrollLeft + box.current.clientWidth)
    )
      box.current.scrollTo({ left: it.offsetLeft - 16 });
  }, [day.value]);
  return (
    <fieldset>
      <legend class="visually-hidden">{t('public.day')}</legend>
      <div class="days-head">
        <span class="label">{monthSpan(strip.value[0].day, strip.value.at(-1).day)}</span>
        {moreDays.value && (
          <button class="link-btn small only-wide" type="button" onClick={showMore}>
            {t('public.showLater')}
          </button>
        )}
      </div>
      <div class="days" ref={box}>
        {strip.value.map((one) => (
          <label class="day" key={one.day}>
            <input
              type="radio"
              name="day"
              checked={one.day === day.value}
              disabled={!one.free}
              onChange={() => {
                day.value = one.day;
              }}
            />
            <span class="day__name" aria-hidden="true">
              {dayName(one.day)}
            </span>
            <span class="day__date" aria-hidden="true">
              {dateNumber(one.day)}
            </span>
            <span class="visually-hidden">{formatDay(one.day, { long: true })}, </span>
            <span class="day__free">
              {one.free ? t('public.nFree', { n: one.free }) : t(one.closed ? 'public.closed' : 'public.full')}
            </span>
          </label>
        ))}
        {moreDays.value && (
          <button class="day day--more only-narrow" type="button" onClick={showMore}>
            <Icon of={ChevronRight} />
            <span class="day__name">{t('public.moreDays')}</span>
          </button>
        )}
      </div>
    </fieldset>
  );
}

// Noon and five o'clock divide the day, as people speak of it.
const parts = [
  ['morning', 0, 720],
  ['afternoon', 720, 1020],
  ['evening', 1020, 1440],
];

export function Times() {
  const box = useRef();
  const all = times.value;
  const focusable = all.find((time) => isChosen(time)) ?? all.find((time) => !time.taken) ?? all[0];
  return (
    <div class="slots stack stack--3" ref={box} onKeyDown={(event) => arrows(event, box.current)}>
      <p class="visually-hidden" id="slots-hint">
        {t('public.arrowsHint')}
      </p>
      {parts.map(([name, from, to]) => {
        const some = all.filter((time) => time.minutes >= from && time.minutes < to);
        if (!some.length) return null;
        const free = some.filter((time) => !time.taken).length;
        return (
          <fieldset key={name} aria-describedby="slots-hint">
            <legend class="slots__head">
              <span class="label">{t(`public.${name}`)}</span>
              <span class="small muted">{t('public.nFree', { n: free })}</span>
            </legend>
            <div class="slots__grid">
              {some.map((time) => (
                <Time key={time.ms} time={time} tab={time === focusable} />
              ))}
            </div>
          </fieldset>
        );
      })}
      {!all.length && <p class="muted">{t('public.pickDay')}</p>}
    </div>
  );
}

const isChosen = (time) =>
  slot.value &&
  Date.parse(slot.value.startsAt) === time.ms &&
  time.choices.some((one) => one.doctorId === slot.value.doctorId);

function Time({ time, tab }) {
  const at = clock(time.minutes);
  if (time.taken)
    return (
      <button class="slot slot--taken" type="button" aria-disabled="true" tabIndex={tab ? 0 : -1}>
        <s>{at}</s>
        <span>{t('public.taken')}</span>
      </button>
    );
  const press = () => (isChosen(time) ? goTo('details') : choose(time.choices));
  return (
    <button
      class="slot"
      type="button"
      tabIndex={tab ? 0 : -1}
      aria-pressed={isChosen(time) || asking.value === time.ms ? 'true' : 'false'}
      aria-busy={asking.value === time.ms ? 'true' : undefined}
      onClick={press}
    >
      {at}
    </button>
  );
}
