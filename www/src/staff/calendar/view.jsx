// One view of the calendar when its data is there: the columns, and what moves in them.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { Badge, Button } from '../../common/ui.jsx';
import { lang, t } from '../../common/i18n.js';
import { addDays, formatDay, now } from '../../common/time.js';
import { within } from '../availability/hours.js';
import { openBooking } from '../booking/open.js';
import { BulkDialog } from '../bulk/dialog.jsx';
import { useMarks } from '../held.js';
import { firstOffered } from '../offer.js';
import { axis as axisOf, scale } from './axis.js';
import { columnsOf, fillColumn, neededOf, placed, shortestSlot } from './board.js';
import { carrier } from './carry.js';
import { Column } from './column.jsx';
import { useDrag } from './drag.js';
import { ClosedDay, DayHead, DoctorHead, NowLine, Scale, pastOf, presentOn } from './frame.jsx';
import { keepOneStop, onKeys, useOneStop } from './keys.js';
import { useMover } from './moves.js';
import { OutsideDialog, Problem } from './notices.jsx';
import { useSwipe } from './screen.js';

const LEGEND = ['requested', 'confirmed', 'checked_in', 'in_progress', 'completed', 'no_show', 'cancelled'];

/* A clinic that offers nothing yet still has hours. */
const ANY_SERVICE = { durationMinutes: 15 };

/* The columns of a view, visits at the places that moves under way give them; and the axis they share. */
function useColumns({ at, doctors, items, schedules, shown, zone, service, minute, open }) {
  const visits = useMemo(
    () => items.map((i) => placed(shown.has(i.id) ? { ...i, ...shown.get(i.id) } : i, zone)),
    [items, shown, zone],
  );
  const columns = useMemo(
    () =>
      neededOf(
        at.view,
        columnsOf(at.view, at.day, doctors, at.doctor)
          .filter((c) => schedules.has(c.doctor.id))
          .map((c) => ({
            ...fillColumn(c, { schedule: schedules.get(c.doctor.id), visits, zone, service, now: now() }),
            label: at.view === 'week' ? formatDay(c.day) : null,
          })),
      ),
    [at.view, at.day, at.doctor, doctors, schedules, visits, zone, service, minute, lang.value],
  );
  const axis = useMemo(() => {
    const seen = [...columns.flatMap((c) => c.spans), ...columns.flatMap((c) => c.visits)];
    return axisOf(seen, scale(shortestSlot([...schedules.values()])), open);
  }, [columns, schedules, open]);

  return { columns, axis };
}

/* Moving in this view: { move, carry, ask, answer(yes), refocus }; board is what is shown now. */
function useCarry(board, mover) {
  const move = useSignal(null);
  const [ask, setAsk] = useState(null);
  const refocus = useRef(null);
  const latest = useRef(board);
  latest.current = board;

  const carry = useMemo(() => {
    const landed = ({ visit, column, place, state }) => {
      const { schedules, zone } = latest.current;
      const was = { from: visit.startMs, to: visit.endMs };
      const wasOutside = !within(schedules.get(visit.doctorId), was, zone);
      const to = { ms: place.ms, doctorId: column.doctor.id, known: state === 'taken', wasOutside };
      refocus.current = visit.id;
      if (state === 'past') mover.refuse('past', visit, to);
      else if (state === 'outside') setAsk({ visit, column, place, to });
      else mover.move(visit, to);
    };
    return carrier({ move, board: () => latest.current, landed });
  }, []);
  const answer = (yes) => {
    setAsk(null);
    if (yes) mover.move(ask.visit, { ...ask.to, outsideHours: true });
  };
  return { move, carry, ask, answer, refocus };
}

const start = (column, ms) =>
  openBooking({ doctorId: column.doctor.id, day: column.day, startsAt: new Date(ms).toISOString() });

export function View({ at, data, open, setOpen, zone, minute, today, narrow, doctors, all, me, services, store, navigate, go }) {
  const area = useRef();
  const { items, schedules } = data.view;
  const learnt = (row) => store.apply(row);
  const mover = useMover({ zone, today, doctors, patch: data.patch, refresh: data.refresh, learnt });
  const service = firstOffered(services) ?? ANY_SERVICE;
  const shown = mover.shown.value;
  const marks = useMarks(store, me);
  const { columns, axis } = useColumns({ at, doctors, items, schedules, shown, zone, service, minute, open });
  const carrying = useCarry({ columns, axis, schedules, zone, today }, mover);
  const [bulk, setBulk] = useState(null);
  const unfold = useMemo(() => (from) => setOpen((before) => new Set([...before, from])), []);

  useSwipe(area, (by) => {
    if (narrow && !carrying.move.value) go({ day: addDays(at.day, by) });
  });
  return (
    <div class="stack" ref={area}>
      {columns.every((c) => c.spans.length === 0 && c.visits.length === 0) ? (
        <ClosedDay day={at.day} schedules={[...schedules.values()]} zone={zone} go={go} />
      ) : (
        <>
          <Grid
            {...{ at, columns, axis, schedules, zone, today, services, shown, marks, carrying, unfold, go }}
            onBulk={setBulk}
            show={(id) => navigate(`/staff/appointments/${id}`)}
          />
          <Foot narrow={narrow} all={open === 'all'} setAll={(all) => setOpen(all ? 'all' : new Set())} />
        </>
      )}
      <Problem problem={mover.problem.value} zone={zone} today={today} close={mover.clear} choose={mover.move} />
      {bulk && (
        <BulkDialog
          action={bulk.action}
          target={{ doctorId: bulk.doctorId, day: bulk.day }}
          {...{ me, zone, today, store }}
          doctors={all}
          onClose={() => setBulk(null)}
          onDone={data.refresh}
        />
      )}
      {carrying.ask && (
        <OutsideDialog
          ask={carrying.ask}
          {...{ zone, today }}
          onStay={() => carrying.answer(false)}
          onMove={() => carrying.answer(true)}
        />
      )}
    </div>
  );
}

function Grid({ at, columns, axis, schedules, zone, today, services, shown, marks, carrying, unfold, go, show, onBulk }) {
  const names = useMemo(() => new Map(services.map((s) => [s.id, s.name])), [services]);
  const minute = presentOn(axis, columns, today, zone);
  const head = (column, i) =>
    at.view === 'week' ? <DayHead {...{ column, today, go, onBulk }} /> : <DoctorHead {...{ column, onBulk }} index={i} />;
  return (
    <>
      <p class="visually-hidden" id="calendar-keys">
        {t('calendar.keys')}
      </p>
      <Frame at={at} columns={columns} carrying={carrying} show={show}>
        <Scale axis={axis} minuteNow={minute} />
        {columns.map((column, i) => (
          <Column
            key={column.key}
            {...{ column, axis, zone, shown, marks, move: carrying.move, start, unfold, services: names }}
            schedule={schedules.get(column.doctor.id)}
            past={pastOf(column.day, today, zone)}
            heading={head(column, i)}
          />
        ))}
        {minute !== null && <NowLine axis={axis} minute={minute} columns={columns} today={today} />}
      </Frame>
    </>
  );
}

function regionName({ view, day }) {
  return view === 'week' ? t('calendar.regionWeek') : t('calendar.regionDay', { day: formatDay(day, { long: true }) });
}

/* The element that pointer and keyboard belong to. */
function Frame({ at, columns, carrying: { carry, refocus }, show, children }) {
  const root = useRef();
  useDrag(root, carry.pointer);
  useOneStop(root);
  useFocusAfter(root, refocus, columns);
  const press = (event) => {
    const id = event.target.closest('[data-visit]')?.dataset.visit;
    if (id) show(id);
  };
  const leave = (event) => {
    if (carry.lifted() && !root.current.contains(event.relatedTarget)) carry.cancel();
  };
  return (
    <div
      ref={root}
      class={`cal cal--${at.view}`}
      role="region"
      aria-label={regionName(at)}
      style={{ '--cols': columns.length }}
      onClick={press}
      onKeyDown={(event) => onKeys(root.current, carry)(event)}
      onFocusOut={leave}
      onFocusIn={(event) => keepOneStop(root.current, event.target.closest('[data-stop]'))}
    >
      {children}
    </div>
  );
}

function Foot({ narrow, all, setAll }) {
  return (
    <div class="calendar__foot">
      <div class="legend">
        {LEGEND.map((status) => (
          <Badge key={status} status={status} />
        ))}
      </div>
      {!narrow && (
        <p class="quiet calendar__hint" aria-hidden="true">
          {t('calendar.hint')}
        </p>
      )}
      <Button kind="quiet" small onClick={() => setAll(!all)}>
        {t(all ? 'calendar.fold' : 'calendar.unfoldAll')}
      </Button>
    </div>
  );
}

/* A visit that went to another column is a new element: the focus follows it. */
function useFocusAfter(root, wanted, columns) {
  useEffect(() => {
    const id = wanted.current;
    if (!id) return;
    const lost = document.activeElement === document.body || root.current.contains(document.activeElement);
    const element = root.current.querySelector(`[data-visit="${CSS.escape(id)}"]`);
    if (lost && element && element !== document.activeElement) element.focus({ preventScroll: true });
    if (element) wanted.current = null;
  }, [columns]);
}
