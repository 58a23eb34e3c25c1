// The week as a grid of checkboxes: painted with the mouse, or with arrows and Space.  Without script it is still a table
// that says who works when.
import { useMemo, useRef, useState } from 'preact/hooks';
import { Eraser, Paintbrush } from 'lucide';
import { Icon } from '../../common/ui.jsx';
import { lang, t } from '../../common/i18n.js';
import { addDays, weekdayName } from '../../common/time.js';
import { useStroke } from './stroke.js';
import { WEEKDAYS, clock, coverage, planChanges } from './week.js';

const CELL = 30; // minutes
const MONDAY = '2024-01-01';

export const dayName = (weekday, width = 'long') => weekdayName(addDays(MONDAY, weekday - 1), width);

/** '09–13', and '09:10–12:50' when it is not on the hour */
const short = ({ from, to }) => [from, to].map((m) => clock(m).replace(':00', '')).join('–');

function cellsOf(rows, plan, changes) {
  return rows.map((from) =>
    WEEKDAYS.map((weekday) => {
      const to = from + CELL;
      const line = plan.lines[weekday - 1];
      const change = changes.find(
        (c) => c.weekday === weekday && c.change !== 'slots' && c.from < to && from < c.to,
      )?.change;
      return {
        weekday,
        from,
        to,
        change,
        worked: coverage(line, from, to),
        starts: line.filter((s) => s.from >= from && s.from < to).map(short),
      };
    }),
  );
}

export function Brush({ brush, setBrush }) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{t('availability.brush')}</legend>
      {[
        ['paint', Paintbrush],
        ['erase', Eraser],
      ].map(([name, icon]) => (
        <label key={name}>
          <input type="radio" name="brush" checked={brush === name} onChange={() => setBrush(name)} />
          <Icon of={icon} size="s" />
          {t(`availability.${name}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Cell({ cell, row, focused, on, previewed, brush, toggle }) {
  const { weekday, from, worked, change, starts } = cell;
  const shown = previewed ? brush === 'paint' : worked !== 'none';
  const look =
    [
      change === 'added' && 'is-added',
      change === 'removed' && 'is-removed',
      worked === 'some' && 'is-part',
      previewed && `is-under-${brush}`,
    ]
      .filter(Boolean)
      .join(' ') || undefined;
  const mixed = (box) => {
    if (box) box.indeterminate = worked === 'some' && !previewed;
  };
  return (
    <td class={look} data-day={weekday} data-row={row}>
      {starts.length > 0 && !previewed && (
        <span class="painter__label" aria-hidden="true">
          {starts.join(' ')}
        </span>
      )}
      <input
        type="checkbox"
        ref={mixed}
        checked={shown}
        tabIndex={focused ? 0 : -1}
        onFocus={on}
        aria-label={`${dayName(weekday)} ${clock(from)}`}
        onChange={() => toggle(cell)}
      />
    </td>
  );
}

const inside = (area, weekday, row) =>
  area && area.first <= weekday && weekday <= area.last && area.top <= row && row <= area.bottom;

/**
 * plan, base: what is meant and what is saved.  range: minutes shown.  paint(area, on): area is { first, last, from, to }
 * in weekdays and minutes.
 */
export function Painter({ plan, base, range, brush, paint, label }) {
  const table = useRef();
  const [focus, setFocus] = useState({ weekday: 1, row: 0 });
  const [under, setUnder] = useState(null);
  const rows = useMemo(
    () => Array.from({ length: (range.to - range.from) / CELL }, (_, i) => range.from + i * CELL),
    [range.from, range.to],
  );
  const cells = useMemo(() => cellsOf(rows, plan, planChanges(base, plan)), [rows, plan, base, lang.value]);
  const spread = ({ first, last, top, bottom }) => ({ first, last, from: rows[top], to: rows[bottom] + CELL });

  useStroke(table, {
    show: setUnder,
    paint: (area) => paint(spread(area), brush === 'paint'),
    tap: ({ day, row }) =>
      paint(spread({ first: day, last: day, top: row, bottom: row }), cells[row][day - 1].worked === 'none'),
  });

  const toggle = ({ weekday, from, to, worked }) =>
    paint({ first: weekday, last: weekday, from, to }, worked === 'none');
  const go = (event) => {
    const step = {
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      PageUp: [0, -4],
      PageDown: [0, 4],
    }[event.key];
    const jump = { Home: { ...focus, row: 0 }, End: { ...focus, row: rows.length - 1 } }[event.key];
    if ((!step && !jump) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = jump ?? {
      weekday: Math.min(7, Math.max(1, focus.weekday + step[0])),
      row: Math.min(rows.length - 1, Math.max(0, focus.row + step[1])),
    };
    if (event.shiftKey) paintOn(next);
    table.current.querySelector(`[data-day="${next.weekday}"][data-row="${next.row}"] input`)?.focus();
  };
  /* Shift with an arrow gives the next cell what this one has. */
  const paintOn = (next) => {
    const on = cells[focus.row][focus.weekday - 1].worked !== 'none';
    const [a, b] = [focus, next];
    paint(
      spread({
        first: Math.min(a.weekday, b.weekday),
        last: Math.max(a.weekday, b.weekday),
        top: Math.min(a.row, b.row),
        bottom: Math.max(a.row, b.row),
      }),
      on,
    );
  };

  return (
    <table class="painter" ref={table} onKeyDown={go}>
      <caption class="visually-hidden">{label}</caption>
      <colgroup>
        <col class="painter__axis" />
        <col span="7" />
      </colgroup>
      <thead>
        <tr>
          <td class="blank" />
          {WEEKDAYS.map((d) => (
            <th key={d} scope="col">
              <abbr title={dayName(d)}>{dayName(d, 'short')}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {cells.map((row, i) => (
          <tr key={rows[i]}>
            {rows[i] % 60 === 0 && (
              <th scope="row" rowSpan={2}>
                <span>{clock(rows[i])}</span>
              </th>
            )}
            {row.map((cell) => (
              <Cell
                key={cell.weekday}
                cell={cell}
                row={i}
                brush={brush}
                toggle={toggle}
                previewed={inside(under, cell.weekday, i)}
                focused={focus.weekday === cell.weekday && focus.row === i}
                on={() => setFocus({ weekday: cell.weekday, row: i })}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PainterLegend() {
  return (
    <div class="hours-legend">
      <span>
        <i />
        {t('availability.works')}
      </span>
      <span>
        <i class="added" />
        {t('availability.added')}
      </span>
      <span>
        <i class="gone" />
        {t('availability.removed')}
      </span>
      <span>
        <i class="none" />
        {t('availability.worksNot')}
      </span>
    </div>
  );
}
