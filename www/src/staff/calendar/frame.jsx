// What stands round the visits: heads of columns, the hours beside them, the line of the present, a closed day.
import { CalendarClock, CalendarOff, CalendarX, Ellipsis } from 'lucide';
import { useId, useRef } from 'preact/hooks';
import { Avatar, Button, Empty, Icon } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { clock, formatDay, minutesOf, now } from '../../common/time.js';
import { labels, pixel } from './axis.js';
import { nextOpenDay } from './board.js';

/* What can be done with a doctor's whole day. */
function DayMenu({ column, onBulk }) {
  const id = useId();
  const button = useRef();
  const menu = useRef();
  const place = (event) => {
    if (event.newState !== 'open') return;
    const { right, bottom } = button.current.getBoundingClientRect();
    menu.current.style.top = `${bottom + 4}px`;
    menu.current.style.left = `${Math.max(8, right - menu.current.offsetWidth)}px`;
  };
  const choose = (action) => () => {
    menu.current.hidePopover();
    onBulk({ action, doctorId: column.doctor.id, day: column.day });
  };
  const words = { name: column.doctor.name, day: formatDay(column.day) };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="btn btn--icon btn--small cal__more"
        popovertarget={id}
        aria-label={t('bulk.dayMenu', words)}
      >
        <Icon of={Ellipsis} />
      </button>
      <div ref={menu} class="menu menu--day" id={id} popover="auto" onToggle={place}>
        <button type="button" aria-haspopup="dialog" onClick={choose('move')}>
          <Icon of={CalendarClock} size="s" />
          {t('bulk.moveDay')}
        </button>
        <button type="button" aria-haspopup="dialog" onClick={choose('cancel')}>
          <Icon of={CalendarX} size="s" />
          {t('bulk.cancelDay')}
        </button>
      </div>
    </>
  );
}

export function DoctorHead({ column, index, onBulk }) {
  return (
    <div class="cal__head">
      <Avatar name={column.doctor.name} person={(index % 4) + 1} />
      <div class="grow">
        <h2 id={`col-${column.key}`} class="truncate">
          {column.doctor.name}
        </h2>
        <p class="quiet truncate">
          {t('calendar.visits', { n: column.count })}, {t('calendar.free', { n: column.free.length })}
        </p>
      </div>
      {column.count > 0 && <DayMenu column={column} onBulk={onBulk} />}
    </div>
  );
}

export function DayHead({ column, today, go, onBulk }) {
  return (
    <div class="cal__head" aria-current={column.day === today ? 'date' : undefined}>
      <div class="grow">
        <h2 id={`col-${column.key}`} class="truncate">
          <button type="button" onClick={() => go({ view: 'day', day: column.day })}>
            {formatDay(column.day)}
          </button>
        </h2>
        <p class="quiet truncate">
          {column.spans.length + column.count === 0 ? t('calendar.closed') : t('calendar.visits', { n: column.count })}
        </p>
      </div>
      {column.count > 0 && <DayMenu column={column} onBulk={onBulk} />}
    </div>
  );
}

export function Scale({ axis, minuteNow }) {
  const heads = new Set(
    axis.pieces.filter((p, i) => !p.folded && (i === 0 || axis.pieces[i - 1].folded)).map((p) => p.from),
  );
  return (
    <div class="cal__times" aria-hidden="true">
      <div class="cal__scale" style={{ height: `${axis.height}px` }}>
        {labels(axis)
          .filter((m) => minuteNow === null || Math.abs(pixel(axis, m) - pixel(axis, minuteNow)) > 16)
          .map((m) => (
            <span key={m} class={heads.has(m) ? 'first' : undefined} style={{ top: `${pixel(axis, m)}px` }}>
              {clock(m)}
            </span>
          ))}
        {minuteNow !== null && (
          <span class="cal__chip" style={{ top: `${pixel(axis, minuteNow)}px` }}>
            {clock(minuteNow)}
          </span>
        )}
      </div>
    </div>
  );
}

export function ClosedDay({ day, schedules, zone, go }) {
  const next = nextOpenDay(schedules, day, zone);
  return (
    <div class="card">
      <Empty
        icon={CalendarOff}
        level="h2"
        title={t('calendar.emptyTitle', { day: formatDay(day, { long: true }) })}
        text={t('calendar.emptyText')}
      >
        {next && (
          <Button onClick={() => go({ day: next })}>
            {t('calendar.emptyGo', { day: formatDay(next, { long: true }) })}
          </Button>
        )}
      </Empty>
    </div>
  );
}

/* Across the day, or under the one column of a week that is today. */
export function NowLine({ axis, minute, columns, today }) {
  const i = columns.findIndex((c) => c.day === today);
  const one = columns.some((c) => c.day !== today);
  const side = one
    ? {
        left: `calc(56px + (100% - 56px) * ${i} / ${columns.length})`,
        right: 'auto',
        width: `calc((100% - 56px) / ${columns.length})`,
      }
    : {};
  return (
    <div class="cal__now" aria-hidden="true" style={{ top: `calc(var(--head) + ${pixel(axis, minute)}px)`, ...side }} />
  );
}

/** The present as a minute of the axis; null where it does not reach, and on other days. */
export function presentOn({ pieces }, columns, today, zone) {
  const minute = minutesOf(new Date(now()), zone);
  const shown = columns.some((c) => c.day === today) && pieces[0].from <= minute && minute <= pieces.at(-1).to;
  return shown ? minute : null;
}

/** The whole day before today, the hours so far of today, nothing later. */
export function pastOf(day, today, zone) {
  if (day === today) return minutesOf(new Date(now()), zone);
  return day < today ? 24 * 60 : 0;
}
