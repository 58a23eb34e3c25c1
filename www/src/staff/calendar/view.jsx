// One view of the calendar when its data is there: the columns, and what moves in them.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { CalendarOff } from 'lucide';
import { Avatar, Badge, Button, Empty } from '../../common/ui.jsx';
import { lang, t } from '../../common/i18n.js';
import { addDays, clock, formatDay, minutesOf, now } from '../../common/time.js';
import { within } from '../availability/hours.js';
import { axis as axisOf, labels, pixel, scale } from './axis.js';
import { columnsOf, fillColumn, nextOpenDay, placed, shortestSlot } from './board.js';
import { carrier } from './carry.js';
import { Column } from './column.jsx';
import { useDrag } from './drag.js';
import { keepOneStop, onKeys, useOneStop } from './keys.js';
import { useMover } from './moves.js';
import { OutsideDialog, Problem } from './notices.jsx';
import { openBooking } from '../booking/open.js';
import { useSwipe } from './screen.js';

const LEGEND = ['requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'no_show', 'cancelled'];

/* A clinic that offers nothing yet still has hours. */
const ANY_SERVICE = { durationMinutes: 15 };

/* Visits with the places that moves under way give them. */
function placedVisits(items, shown, zone) {
  return items.map((i) => placed(shown.has(i.id) ? { ...i, ...shown.get(i.id) } : i, zone));
}

function useColumns({ at, doctors, schedules, visits, zone, service, minute }) {
  return useMemo(() => columnsOf(at.view, at.day, doctors, at.doctor)
    .filter((c) => schedules.has(c.doctor.id))
    .map((c) => ({
      ...fillColumn(c, { schedule: schedules.get(c.doctor.id), visits, zone, service, now: now() }),
      label: at.view === 'week' ? formatDay(c.day) : null,
    })),
  [at.view, at.day, at.doctor, doctors, schedules, visits, zone, service, minute, lang.value]);
}

function useAxis(columns, schedules, open) {
  return useMemo(() => axisOf([...columns.flatMap((c) => c.spans), ...columns.flatMap((c) => c.visits)],
    scale(shortestSlot([...schedules.values()])), open), [columns, schedules, open]);
}

function DoctorHead({ column, index }) {
  return (
    <div class="cal__head">
      <Avatar name={column.doctor.name} person={index % 4 + 1} />
      <div class="grow">
        <h2 id={`col-${column.key}`} class="truncate">{column.doctor.name}</h2>
        <p class="quiet truncate">{t('calendar.visits', { n: column.count })}, {t('calendar.free', { n: column.free.length })}</p>
      </div>
    </div>
  );
}

function DayHead({ column, today, go }) {
  return (
    <div class="cal__head" aria-current={column.day === today ? 'date' : undefined}>
      <div class="grow">
        <h2 id={`col-${column.key}`} class="truncate">
          <button type="button" onClick={() => go({ view: 'day', day: column.day })}>{formatDay(column.day)}</button>
        </h2>
        <p class="quiet truncate">{column.spans.length + column.count === 0 ? t('calendar.closed') : t('calendar.visits', { n: column.count })}</p>
      </div>
    </div>
  );
}

function Scale({ axis, minuteNow }) {
  const heads = new Set(axis.pieces.filter((p, i) => !p.folded && (i === 0 || axis.pieces[i - 1].folded)).map((p) => p.from));
  return (
    <div class="cal__times" aria-hidden="true">
      <div class="cal__scale" style={{ height: `${axis.height}px` }}>
        {labels(axis).filter((m) => minuteNow === null || Math.abs(pixel(axis, m) - pixel(axis, minuteNow)) > 16).map((m) => <span key={m} class={heads.has(m) ? 'first' : undefined} style={{ top: `${pixel(axis, m)}px` }}>{clock(m)}</span>)}
        {minuteNow !== null && <span class="cal__chip" style={{ top: `${pixel(axis, minuteNow)}px` }}>{clock(minuteNow)}</span>}
      </div>
    </div>
  );
}

function ClosedDay({ day, schedules, zone, go }) {
  const next = nextOpenDay(schedules, day, zone);
  return (
    <div class="card">
      <Empty icon={CalendarOff} level="h2" title={t('calendar.emptyTitle', { day: formatDay(day, { long: true }) })} text={t('calendar.emptyText')}>
        {next && <Button onClick={() => go({ day: next })}>{t('calendar.emptyGo', { day: formatDay(next, { long: true }) })}</Button>}
      </Empty>
    </div>
  );
}

export function View({ at, data, open, setOpen, zone, minute, today, narrow, doctors, services, store, navigate, go }) {
  const root = useRef();
  const area = useRef();
  const move = useSignal(null);
  const [ask, setAsk] = useState(null);
  const { items, schedules } = data.view;
  const mover = useMover({ zone, today, doctors, patch: data.patch, refresh: data.refresh, learnt: (row) => store.apply(row) });
  const shown = mover.shown.value;
  const visits = useMemo(() => placedVisits(items, shown, zone), [items, shown, zone]);
  const columns = useColumns({ at, doctors, schedules, visits, zone, service: services[0] ?? ANY_SERVICE, minute });
  const axis = useAxis(columns, schedules, open);
  const names = useMemo(() => new Map(services.map((s) => [s.id, s.name])), [services]);
  const empty = columns.every((c) => c.spans.length === 0 && c.visits.length === 0);
  const minuteNow = columns.some((c) => c.day === today) ? shownMinute(axis, minutesOf(new Date(now()), zone)) : null;

  const board = useRef();
  board.current = { columns, axis, schedules, zone, today };
  const refocus = useRef(null);
  const landed = useRef();
  landed.current = ({ visit, column, place, state }) => {
    const was = { from: visit.startMs, to: visit.endMs };
    const to = { ms: place.ms, doctorId: column.doctor.id, known: state === 'taken',
      wasOutside: !within(schedules.get(visit.doctorId), was, zone) };
    refocus.current = visit.id;
    if (state === 'past')
      mover.refuse('past', visit, to);
    else if (state === 'outside')
      setAsk({ visit, column, place, to });
    else
      mover.move(visit, to);
  };
  const carry = useMemo(() => carrier({ move, board: () => board.current, landed: (what) => landed.current(what) }), []);
  const start = useMemo(() => (column, ms) => openBooking({ doctorId: column.doctor.id, day: column.day, startsAt: new Date(ms).toISOString() }), []);
  const unfold = useMemo(() => (from) => setOpen((now_) => new Set([...now_, from])), []);
  const press = (event) => {
    const id = event.target.closest('[data-visit]')?.dataset.visit;
    if (id)
      navigate(`/staff/appointments/${id}`);
  };

  useSwipe(area, (by) => {
    if (narrow && !move.value)
      go({ day: addDays(at.day, by) });
  });
  useFocusAfter(root, refocus, columns);

  return (
    <div class="stack" ref={area}>
      {empty ? <ClosedDay day={at.day} schedules={[...schedules.values()]} zone={zone} go={go} /> : (
        <>
          <p class="visually-hidden" id="calendar-keys">{t('calendar.keys')}</p>
          <Frame root={root} carry={carry} press={press} at={at} columns={columns} axis={axis} today={today}>
            <Scale axis={axis} minuteNow={minuteNow} />
            {columns.map((column, i) => (
              <Column key={column.key} {...{ column, axis, zone, shown, move, start, unfold }} services={names}
                schedule={schedules.get(column.doctor.id)} past={pastOf(column.day, today, zone)}
                heading={at.view === 'week' ? <DayHead column={column} today={today} go={go} /> : <DoctorHead column={column} index={i} />} />
            ))}
            {minuteNow !== null && <NowLine axis={axis} minute={minuteNow} columns={columns} today={today} />}
          </Frame>
        </>
      )}
      {!empty && (
        <div class="calendar__foot">
          <div class="legend">{LEGEND.map((status) => <Badge key={status} status={status} />)}</div>
          {!narrow && <p class="quiet calendar__hint" aria-hidden="true">{t('calendar.hint')}</p>}
          <Button kind="quiet" small onClick={() => setOpen(open === 'all' ? new Set() : 'all')}>
            {t(open === 'all' ? 'calendar.fold' : 'calendar.unfoldAll')}
          </Button>
        </div>
      )}
      <Problem problem={mover.problem.value} zone={zone} today={today} close={mover.clear} choose={mover.move} />
      {ask && <OutsideDialog ask={ask} zone={zone} today={today} onStay={() => setAsk(null)}
        onMove={() => { setAsk(null); mover.move(ask.visit, { ...ask.to, outsideHours: true }); }} />}
    </div>
  );
}

/* The present, where the axis reaches it. */
function shownMinute({ pieces }, minute) {
  return pieces[0].from <= minute && minute <= pieces.at(-1).to ? minute : null;
}

/* The whole day before today, the hours so far of today, nothing later. */
function pastOf(day, today, zone) {
  if (day === today)
    return minutesOf(new Date(now()), zone);
  return day < today ? 24 * 60 : 0;
}

function regionName({ view, day }) {
  return view === 'week' ? t('calendar.regionWeek') : t('calendar.regionDay', { day: formatDay(day, { long: true }) });
}

function Frame({ root, carry, press, at, columns, children }) {
  useDrag(root, carry.pointer);
  useOneStop(root);
  const keys = useMemo(() => (event) => onKeys(root.current, carry)(event), [carry]);
  const leave = (event) => {
    if (carry.lifted() && !root.current.contains(event.relatedTarget))
      carry.cancel();
  };
  return (
    <div ref={root} class={`cal cal--${at.view}`} role="region" aria-label={regionName(at)} style={{ '--cols': columns.length }}
      onClick={press} onKeyDown={keys} onFocusOut={leave}
      onFocusIn={(e) => keepOneStop(root.current, e.target.closest('[data-stop]'))}>
      {children}
    </div>
  );
}

/* Across the day, or under the one column of a week that is today. */
function NowLine({ axis, minute, columns, today }) {
  const i = columns.findIndex((c) => c.day === today);
  const one = columns.some((c) => c.day !== today);
  const side = one ? { left: `calc(56px + (100% - 56px) * ${i} / ${columns.length})`, right: 'auto', width: `calc((100% - 56px) / ${columns.length})` } : {};
  return <div class="cal__now" aria-hidden="true" style={{ top: `calc(var(--head) + ${pixel(axis, minute)}px)`, ...side }} />;
}

/* A visit that went to another column is a new element: the focus follows it. */
function useFocusAfter(root, wanted, columns) {
  useEffect(() => {
    const id = wanted.current;
    if (!id)
      return;
    const lost = document.activeElement === document.body || root.current?.contains(document.activeElement);
    const element = root.current?.querySelector(`[data-visit="${CSS.escape(id)}"]`);
    if (lost && element && element !== document.activeElement)
      element.focus({ preventScroll: true });
    if (element)
      wanted.current = null;
  }, [columns]);
}

