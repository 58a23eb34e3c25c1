// A strip of days, and the times of the chosen one.  They show what they are given (freedays.js) and tell what is chosen.
import { useEffect, useRef } from 'preact/hooks';
import { ChevronRight } from 'lucide';
import { arrows } from './arrows.js';
import { t } from './i18n.js';
import { capital, clock, dateNumber, daysBetween, formatDay, monthSpan, weekdayName } from './time.js';
import { Icon } from './ui.jsx';

/** list: freeDays(); day: the chosen one; today: the clinic's; onMore: shows later days, or null when there are none. */
export function Days({ list, day, today, onDay, onMore }) {
  const box = useRef();
  useEffect(() => {
    const it = box.current.querySelector(':checked')?.parentElement;
    if (
      it &&
      (it.offsetLeft < box.current.scrollLeft ||
        it.offsetLeft + it.offsetWidth > box.current.scrollLeft + box.current.clientWidth)
    )
      box.current.scrollTo({ left: it.offsetLeft - 16 });
  }, [day]);
  return (
    <fieldset>
      <legend class="visually-hidden">{t('times.day')}</legend>
      <div class="days-head">
        <span class="label">{monthSpan(list[0].day, list.at(-1).day)}</span>
        {onMore && (
          <button class="link-btn small only-wide" type="button" onClick={onMore}>
            {t('times.showLater')}
          </button>
        )}
      </div>
      <div class="days" ref={box}>
        {list.map((one) => (
          <label class="day" key={one.day}>
            <input
              type="radio"
              name="day"
              checked={one.day === day}
              disabled={!one.free}
              onChange={() => onDay(one.day)}
            />
            <span class="day__name" aria-hidden="true">
              {daysBetween(today, one.day) === 0 ? capital(t('common.today')) : weekdayName(one.day)}
            </span>
            <span class="day__date" aria-hidden="true">
              {dateNumber(one.day)}
            </span>
            <span class="visually-hidden">{formatDay(one.day, { long: true })}, </span>
            <span class="day__free">
              {one.free ? t('times.nFree', { n: one.free }) : t(one.closed ? 'times.closed' : 'times.full')}
            </span>
          </label>
        ))}
        {onMore && (
          <button class="day day--more only-narrow" type="button" onClick={onMore}>
            <Icon of={ChevronRight} />
            <span class="day__name">{t('times.moreDays')}</span>
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

/**
 * list: [{ms, minutes, choices, taken}] of one day; isChosen(time); askedFor: the instant (ms) that is being asked for;
 * onPick(time).
 */
export function Times({ list, isChosen, askedFor, onPick }) {
  const box = useRef();
  const focusable = list.find((time) => isChosen(time)) ?? list.find((time) => !time.taken) ?? list[0];
  return (
    <div class="slots stack stack--3" ref={box} onKeyDown={(event) => arrows(event, box.current)}>
      <p class="visually-hidden" id="slots-hint">
        {t('times.arrowsHint')}
      </p>
      {parts.map(([name, from, to]) => {
        const some = list.filter((time) => time.minutes >= from && time.minutes < to);
        if (!some.length) return null;
        const free = some.filter((time) => !time.taken).length;
        return (
          <fieldset key={name} aria-describedby="slots-hint">
            <legend class="slots__head">
              <span class="label">{t(`times.${name}`)}</span>
              <span class="small muted">{t('times.nFree', { n: free })}</span>
            </legend>
            <div class="slots__grid">
              {some.map((time) => (
                <Time
                  key={time.ms}
                  time={time}
                  tab={time === focusable}
                  chosen={isChosen(time)}
                  busy={askedFor === time.ms}
                  onPick={onPick}
                />
              ))}
            </div>
          </fieldset>
        );
      })}
      {!list.length && <p class="muted">{t('times.pickDay')}</p>}
    </div>
  );
}

function Time({ time, tab, chosen, busy, onPick }) {
  const at = clock(time.minutes);
  if (time.taken)
    return (
      <button class="slot slot--taken" type="button" aria-disabled="true" tabIndex={tab ? 0 : -1}>
        <s>{at}</s>
        <span>{t('times.taken')}</span>
      </button>
    );
  return (
    <button
      class="slot"
      type="button"
      tabIndex={tab ? 0 : -1}
      aria-pressed={chosen || busy ? 'true' : 'false'}
      aria-busy={busy ? 'true' : undefined}
      onClick={() => onPick(time)}
    >
      {at}
    </button>
  );
}

/** What stands there until the times have come. */
export function TimesLoading() {
  return (
    <div class="stack stack--3" aria-busy="true">
      <p class="visually-hidden" role="status">
        {t('times.loadingTimes')}
      </p>
      <div class="days">
        {Array.from({ length: 7 }, (_, i) => (
          <span key={i} class="skeleton skel-day" />
        ))}
      </div>
      <div class="slots__grid">
        {Array.from({ length: 8 }, (_, i) => (
          <span key={i} class="skeleton skeleton--block" />
        ))}
      </div>
    </div>
  );
}
