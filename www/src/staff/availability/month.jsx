// The month with its closed days and extra sessions, and the list of them in words.
import { useRef, useState } from 'preact/hooks';
import { ChevronLeft, ChevronRight, Pencil, Plus, X } from 'lucide';
import { Button } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { addDays, capital, clock, dateNumber, formatDay, monthName } from '../../common/time.js';
import { dayMark, exceptionKey, monthOf, nextMonth, toForm } from './exceptions.js';
import { openSpans } from './hours.js';
import { dayName } from './painter.jsx';
import { WEEKDAYS } from './week.js';

/** 'Closed', 'Closed 16:00–19:00', 'Extra 14:00–16:00, every 15 min' */
export function exceptionText(e, zone) {
  const { kind, whole, start, end, first, last, slotMinutes } = toForm(e, zone);
  if (whole) return t('availability.exClosed');
  const words = { from: clock(start), to: clock(end % 1440), n: slotMinutes };
  if (first !== last)
    return t('availability.exClosedOver', {
      from: `${formatDay(first)} ${words.from}`,
      to: `${formatDay(last)} ${words.to}`,
    });
  return t(kind === 'closed' ? 'availability.exClosedHours' : 'availability.exExtra', words);
}

export function exceptionDays(e, zone) {
  const { first, last } = toForm(e, zone);
  return first === last
    ? formatDay(first)
    : t('availability.dayRange', { from: formatDay(first), to: formatDay(last) });
}

const LOOK = { closed: 'closed', part: 'part', extra: 'extra' };

function dayWords(day, mark, works) {
  const words = [formatDay(day, { long: true })];
  if (mark) words.push(t(`availability.mark_${mark}`));
  else if (!works) words.push(t('availability.markOff'));
  return words.join(', ');
}

function Day({ day, schedule, zone, today, chosen, focus, choose, isHead }) {
  const mark = dayMark(schedule.exceptions, day, zone);
  const works = openSpans(schedule, day, zone).length > 0;
  return (
    <button
      type="button"
      class={LOOK[mark] ?? (works ? undefined : 'off')}
      data-date={day}
      tabIndex={isHead ? 0 : -1}
      aria-current={day === today ? 'date' : undefined}
      aria-pressed={chosen ? 'true' : 'false'}
      aria-label={dayWords(day, mark, works)}
      onClick={() => choose(day)}
      onFocus={() => focus(day)}
    >
      {dateNumber(day)}
    </button>
  );
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export function Month({ schedule, zone, today, day, choose }) {
  const table = useRef();
  const [shown, setShown] = useState(`${day.slice(0, 8)}01`);
  const [at, setAt] = useState(day);
  const weeks = monthOf(shown);
  const head = at.slice(0, 7) === shown.slice(0, 7) ? at : shown;
  const walk = (event) => {
    const next = event.key in STEPS ? addDays(head, STEPS[event.key]) : null;
    if (!next) return;
    event.preventDefault();
    setShown(`${next.slice(0, 8)}01`);
    setAt(next);
    requestAnimationFrame(() => table.current?.querySelector(`[data-date="${next}"]`)?.focus());
  };
  return (
    <div class="stack stack--1">
      <div class="row row--apart row--keep">
        <h2 id="exceptions-h">{t('availability.exceptions')}</h2>
        <div class="row row--keep">
          <Button
            kind="icon"
            small
            icon={ChevronLeft}
            label={t('availability.monthBefore')}
            onClick={() => setShown(nextMonth(shown, -1))}
          />
          <span class="month__name" aria-live="polite">
            {capital(monthName(shown))}
          </span>
          <Button
            kind="icon"
            small
            icon={ChevronRight}
            label={t('availability.monthAfter')}
            onClick={() => setShown(nextMonth(shown, 1))}
          />
        </div>
      </div>
      <table class="month" ref={table} onKeyDown={walk}>
        <caption class="visually-hidden">{monthName(shown)}</caption>
        <thead>
          <tr>
            {WEEKDAYS.map((d) => (
              <th key={d} scope="col">
                <abbr title={dayName(d)}>{dayName(d, 'narrow')}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week, i) => (
            <tr key={i}>
              {week.map((d, j) => (
                <td key={j}>
                  {d && (
                    <Day
                      day={d}
                      {...{ schedule, zone, today, choose }}
                      chosen={d === day}
                      isHead={d === head}
                      focus={setAt}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ExceptionList({ exceptions, zone, edit, remove, add, added }) {
  return (
    <div class="stack stack--1">
      {exceptions.length === 0 ? (
        <p class="muted">{t('availability.exNone')}</p>
      ) : (
        <ul class="exceptions">
          {exceptions.map((e) => {
            const words = `${exceptionDays(e, zone)}, ${exceptionText(e, zone)}`;
            return (
              <li key={exceptionKey(e)}>
                <span class="num exceptions__days">{exceptionDays(e, zone)}</span>
                <span class="grow">
                  {exceptionText(e, zone)}
                  {e.everyone && <span class="tag">{t('availability.everyoneTag')}</span>}
                  {added.has(exceptionKey(e)) && <span class="tag tag--new">{t('availability.notSaved')}</span>}
                </span>
                <Button
                  kind="icon"
                  small
                  icon={Pencil}
                  label={t('availability.exEdit', { what: words })}
                  onClick={() => edit(e)}
                />
                <Button
                  kind="icon"
                  small
                  icon={X}
                  label={t('availability.exRemove', { what: words })}
                  onClick={() => remove(e)}
                />
              </li>
            );
          })}
        </ul>
      )}
      <Button small icon={Plus} onClick={add}>
        {t('availability.exAdd')}
      </Button>
    </div>
  );
}
