// One column of the calendar: hours, free times, visits, and the one that is being moved through it.
import { useMemo } from 'preact/hooks';
import { Move, Plus, Timer } from 'lucide';
import { Icon, statusIcon, statusWord } from '../../common/ui.jsx';
import { lang, t } from '../../common/i18n.js';
import { clock } from '../../common/time.js';
import { hueOf } from '../../common/people.js';
import { By } from '../by.jsx';
import { pixel } from './axis.js';
import { canMove, closingOf } from './board.js';
import { columns as spread } from './layout.js';

const LEAST = 26; // px: a target of 24 and its margin
const TALL = 50; // px: room for a second line

const CARRIED = { taken: 'calendar.carriedTaken', outside: 'calendar.carriedOutside', past: 'calendar.carriedPast' };

const span = (axis, from, to) => {
  const top = pixel(axis, from);
  return { top: `${top}px`, height: `${Math.max(0, pixel(axis, to) - top)}px` };
};

/** The inside of a visit, wherever it is shown. */
function VisitText({ visit, note, tall, icon }) {
  if (tall) {
    return (
      <>
        <span class="event__name">{visit.name}</span>
        <span class="event__line">
          <time>{clock(visit.from)}</time>–<time>{clock(visit.to % 1440)}</time>
        </span>
        <span class="event__line">{note}</span>
        <Icon of={icon} size="s" />
      </>
    );
  }
  return (
    <>
      <time class="event__time">{clock(visit.from)}</time>
      <span class="event__name">{visit.name}</span>
      <span class="truncate event__note">{note}</span>
      <Icon of={icon} size="s" />
    </>
  );
}

function boxOf(axis, visit, place) {
  const top = pixel(axis, visit.from);
  const height = Math.max(LEAST, pixel(axis, visit.to) - top);
  const width = 100 / place.columns;
  return {
    height,
    style: {
      top: `${top}px`,
      height: `${height}px`,
      left: `${place.column * width}%`,
      width: `${place.span * width}%`,
    },
  };
}

function Visit({ visit, axis, place, note, from, busy, lock }) {
  const { height, style } = boxOf(axis, visit, place);
  const tall = height >= TALL;
  const movable = canMove(visit);
  const names = [
    'event',
    tall && 'event--long',
    visit.status === 'cancelled' && 'event--cancelled',
    from && 'event--from',
    busy && 'event--busy',
    movable && 'event--movable',
    lock && `event--locked person-${hueOf(lock.userId)}`,
  ]
    .filter(Boolean)
    .join(' ');
  return (
    <li class={names} style={style}>
      <button
        type="button"
        class="event__btn"
        data-status={visit.status}
        data-visit={visit.id}
        data-stop
        tabIndex={-1}
        data-movable={movable ? '' : undefined}
        aria-busy={busy ? 'true' : undefined}
        aria-describedby={movable ? 'calendar-keys' : undefined}
        title={`${clock(visit.from)} ${visit.name}, ${note}, ${statusWord(visit.status)}`}
      >
        <VisitText visit={visit} note={note} tall={tall} icon={statusIcon(visit.status)} />
        {lock && <By lock={lock} class="event__who" />}
        <span class="visually-hidden">, {statusWord(visit.status)}</span>
      </button>
    </li>
  );
}

/** What is carried: a drawing only, the words are announced. */
function Carried({ move, column, axis }) {
  const now = move.value;
  if (now?.column !== column.key) return null;
  const length = now.visit.to - now.visit.from;
  const visit = { ...now.visit, from: now.place.minute, to: now.place.minute + length };
  const { height, style } = boxOf(axis, visit, { column: 0, columns: 1, span: 1 });
  const word = t(CARRIED[now.state] ?? 'calendar.carriedFree', { name: now.by?.name });
  return (
    <li
      class={`event event--moving${height >= TALL ? ' event--long' : ''}`}
      data-state={now.state}
      style={style}
      aria-hidden="true"
    >
      <div class="event__btn">
        <VisitText visit={visit} note={word} tall={height >= TALL} icon={Move} />
      </div>
    </li>
  );
}

function Hours({ axis, spans }) {
  const hour = axis.pieces.find((p) => !p.folded);
  const step = (hour.height * 60) / (hour.to - hour.from);
  return (
    <>
      {axis.pieces
        .filter((p) => !p.folded)
        .map((p) => (
          <li
            key={`h${p.from}`}
            class="cal__hours"
            aria-hidden="true"
            style={{
              top: `${p.top}px`,
              height: `${p.height}px`,
              backgroundSize: `100% ${step}px`,
              backgroundPosition: `0 ${(((60 - (p.from % 60)) % 60) * step) / 60 - 1}px`,
            }}
          />
        ))}
      {shut(axis, spans).map((s) => (
        <li key={`s${s.from}`} class="cal__shut" aria-hidden="true" style={span(axis, s.from, s.to)} />
      ))}
    </>
  );
}

/* What the axis shows and the doctor does not work. */
function shut(axis, spans) {
  const left = axis.pieces.filter((p) => !p.folded).map(({ from, to }) => ({ from, to }));
  return spans.reduce(
    (rest, s) =>
      rest
        .flatMap((r) => [
          { from: r.from, to: Math.min(r.to, s.from) },
          { from: Math.max(r.from, s.to), to: r.to },
        ])
        .filter((r) => r.from < r.to),
    left,
  );
}

// What stands in the list is [minute, element]: screen readers and arrow keys go through a column in order of time.

const folds = (axis, unfold) =>
  axis.pieces
    .filter((p) => p.folded)
    .map((p) => [
      p.from,
      <li key={`f${p.from}`} class="cal__fold" style={{ top: `${p.top}px`, height: `${p.height}px` }}>
        <button type="button" tabIndex={-1} data-stop onClick={() => unfold(p.from)}>
          <span class="fold__word">{t('calendar.closed')} </span>
          {clock(p.from)}–{clock(p.to)}
          <span class="visually-hidden">, {t('calendar.unfold')}</span>
        </button>
      </li>,
    ]);

const freeTimes = (column, axis, start) =>
  column.free.map((f) => [
    f.from,
    <li key={`free${f.ms}`} style={{ ...span(axis, f.from, f.to), left: 0, right: 0 }}>
      <button
        type="button"
        class="free"
        tabIndex={-1}
        data-stop
        data-free={f.ms}
        onClick={() => start(column, f.ms)}
        aria-label={t('calendar.newAt', { time: clock(f.from), doctor: column.doctor.name })}
      >
        <Icon of={Plus} size="s" />
        <span>{clock(f.from)}</span>
      </button>
    </li>,
  ]);

const holds = (column, axis) =>
  column.held.map((h) => [
    h.from,
    <li key={`held${h.ms}`} class="event event--hold" style={{ ...span(axis, h.from, h.to), left: 0, right: 0 }}>
      <div class="event__hold">
        <time class="num">{clock(h.from)}</time>
        <span class="medium">{t('calendar.held')}</span>
        <span class="truncate event__note">{t('calendar.heldBy')}</span>
        <Icon of={Timer} size="s" />
      </div>
    </li>,
  ]);

function Closed({ column, schedule, zone }) {
  if (column.spans.length > 0 || column.visits.length > 0) return null;
  const leave = column.holiday || closingOf(schedule, column.day, zone);
  return (
    <li class="cal__closed">
      <div>
        <p class="strong">{t(leave ? 'calendar.away' : 'calendar.dayOff')}</p>
      </div>
    </li>
  );
}

/**
 * column: filled by fillColumn().  shown: visits whose move is under way, by id.  move: the signal of what is carried.
 * Lists are kept while nothing they show has changed: a drag draws one element, not four hundred.
 */
export function Column({ column, axis, schedule, zone, services, shown, marks, move, start, unfold, past, heading }) {
  const lifted = move.value?.visit.id;
  const visits = useMemo(() => {
    const places = spread(column.visits.map((v) => ({ id: v.id, from: v.from, to: Math.max(v.to, v.from + 10) })));
    return column.visits.map((v) => [
      v.from,
      <Visit
        key={v.id}
        visit={v}
        axis={axis}
        place={places.get(v.id)}
        note={services.get(v.serviceId) ?? ''}
        busy={shown.has(v.id)}
        from={lifted === v.id}
        lock={marks.get(v.id)}
      />,
    ]);
  }, [column, axis, services, shown, marks, lifted, lang.value]);
  const ground = useMemo(
    () => [...folds(axis, unfold), ...freeTimes(column, axis, start), ...holds(column, axis)],
    [column, axis, lang.value],
  );
  const inOrder = useMemo(
    () => [...visits, ...ground].sort((a, b) => a[0] - b[0]).map(([, li]) => li),
    [visits, ground],
  );
  const hours = useMemo(() => <Hours axis={axis} spans={column.spans} />, [axis, column]);

  return (
    <section class="cal__col" aria-labelledby={`col-${column.key}`}>
      {heading}
      <ol class="cal__grid" data-column={column.key} style={{ height: `${axis.height}px` }}>
        {hours}
        {past > 0 && <li class="cal__past" aria-hidden="true" style={{ height: `${pixel(axis, past)}px` }} />}
        <Closed column={column} schedule={schedule} zone={zone} />
        {inOrder}
        <Carried move={move} column={column} axis={axis} />
      </ol>
    </section>
  );
}
