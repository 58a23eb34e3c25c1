/*
 * carry.js - what happens while a visit is being moved, by pointer or keys.
 */
import { announce } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { clock } from '../../common/time.js';
import { minuteAt } from './axis.js';
import { outlook, snap, stepFrom } from './target.js';

const HOUR = 60;

/*
 *   move     signal: null or { visit, column, place, state, by }
 *   board    () => { columns, axis, schedules, zone, today } as they are shown now
 *   landed   ({ visit, column, place, state }) when it is dropped elsewhere
 */
export function carrier({ move, board, landed }) {
  const columnOf = (key) => board().columns.find((c) => c.key === key);
  const visitOf = (id) =>
    board()
      .columns.flatMap((c) => c.visits)
      .find((v) => v.id === id);

  function put(column, place) {
    const { schedules, zone, today } = board();
    const { visit } = move.value;
    const look = outlook(visit, column, place, { schedule: schedules.get(column.doctor.id), zone, today });
    move.value = { visit, column: column.key, place, ...look };
  }

  function say() {
    const { column: key, place, state, by } = move.value;
    const column = columnOf(key);
    const place_ = { time: clock(place.minute), doctor: column.doctor.name, day: column.label ?? '' };
    announce(
      `${t(column.label ? 'calendar.overDay' : 'calendar.over', place_)} ${t(`calendar.over_${state}`, { name: by?.name })}`,
    );
  }

  function lift(id, aloud) {
    const visit = visitOf(id);
    const column = board().columns.find((c) => c.visits.some((v) => v.id === id));
    if (!visit) return;
    move.value = { visit, column: column.key, place: { minute: visit.from, ms: visit.startMs }, state: 'same' };
    if (aloud) announce(t('calendar.lifted', { name: visit.name }));
  }

  /* The next column that way which is not a whole closed day. */
  function sideways(direction) {
    const { columns, zone } = board();
    const { column, place } = move.value;
    const next = columns[columns.findIndex((c) => c.key === column) + direction];
    return next ? [next, snap(next, place.minute, zone)] : null;
  }

  function updown(direction, minutes) {
    const { zone } = board();
    const { column: key, place } = move.value;
    const column = columnOf(key);
    if (!minutes) return [column, stepFrom(column, place, direction)];
    const minute = Math.min(24 * HOUR - 15, Math.max(0, place.minute + direction * minutes));
    return [column, minutes === HOUR ? snap(column, minute, zone) : snap({ ...column, spans: [] }, minute, zone)];
  }

  const keys = {
    ArrowUp: (fine) => updown(-1, fine ? 15 : 0),
    ArrowDown: (fine) => updown(1, fine ? 15 : 0),
    PageUp: () => updown(-1, HOUR),
    PageDown: () => updown(1, HOUR),
    ArrowLeft: () => sideways(-1),
    ArrowRight: () => sideways(1),
  };

  function drop() {
    const now = move.value;
    move.value = null;
    if (!now || now.state === 'same') return false;
    landed({ ...now, column: columnOf(now.column) });
    return true;
  }

  return {
    lifted: () => move.value !== null,
    lift: (id) => lift(id, true),
    by(key, { fine }) {
      const [column, place] = keys[key]?.(fine) ?? [];
      if (column) put(column, place);
      say();
    },
    drop,
    cancel() {
      const name = move.value?.visit.name;
      move.value = null;
      if (name) announce(t('calendar.dropped', { name }));
    },
    pointer: {
      lift: (id) => lift(id, false),
      hover({ column: key, y }) {
        const { axis, zone } = board();
        const column = columnOf(key);
        if (column && move.value) put(column, snap(column, minuteAt(axis, y).minute, zone));
      },
      drop,
      cancel: () => {
        move.value = null;
      },
    },
  };
}
