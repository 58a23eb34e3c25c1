// The same hours in words, to the minute: one row for what is the same on several days.
import { X } from 'lucide';
import { Button } from '../../common/ui.jsx';
import { lang, list, t } from '../../common/i18n.js';
import { dayName } from './painter.jsx';
import { changeGroup, clock, groups, kind, minutes, parts } from './week.js';

const LENGTHS = [5, 10, 15, 20, 30, 45, 60, 90, 120];
const PAUSES = [0, 5, 10, 15, 20, 30];
const END = 24 * 60;

/** 'Mon–Sat', 'Mon and Wed', 'Mon, Wed–Fri' */
export function daysText(weekdays, width = 'short') {
  void lang.value;
  const runs = weekdays.reduce((done, d) => {
    const last = done.at(-1);
    if (last && d === last[1] + 1) last[1] = d;
    else done.push([d, d]);
    return done;
  }, []);
  return list(
    runs.flatMap(([a, b]) =>
      b - a === 1
        ? [dayName(a, width), dayName(b, width)]
        : [a === b ? dayName(a, width) : `${dayName(a, width)}–${dayName(b, width)}`],
    ),
  );
}

const with_ = (options, value) => [...new Set([...options, value])].sort((a, b) => a - b);

function Time({ label, value, onTime }) {
  return (
    <input
      class="input num"
      type="time"
      step="300"
      aria-label={label}
      value={clock(value % END)}
      onChange={(e) => e.currentTarget.value && onTime(minutes(e.currentTarget.value))}
    />
  );
}

function Minutes({ label, value, options, none, onMinutes }) {
  return (
    <select class="select" aria-label={label} value={value} onChange={(e) => onMinutes(+e.currentTarget.value)}>
      {with_(options, value).map((n) => (
        <option key={n} value={n}>
          {n === 0 ? none : t('availability.min', { n })}
        </option>
      ))}
    </select>
  );
}

function Row({ group, change }) {
  const { slotMinutes, bufferMinutes } = parts(group.value);
  const days = daysText(group.weekdays);
  const name = (what) =>
    `${t(`availability.${what}`)}, ${daysText(group.weekdays, 'long')} ${clock(group.from)}–${clock(group.to)}`;
  const slots = (length, pause) => change({ value: kind(length, pause) });
  return (
    <tr>
      <th scope="row">{days}</th>
      <td data-label={t('availability.from')}>
        <Time label={name('from')} value={group.from} onTime={(from) => change({ from })} />
      </td>
      <td data-label={t('availability.until')}>
        <Time label={name('until')} value={group.to} onTime={(to) => change({ to: to === 0 ? END : to })} />
      </td>
      <td data-label={t('availability.length')}>
        <Minutes
          label={name('length')}
          value={slotMinutes}
          options={LENGTHS}
          onMinutes={(n) => slots(n, bufferMinutes)}
        />
      </td>
      <td data-label={t('availability.pause')}>
        <Minutes
          label={name('pause')}
          value={bufferMinutes}
          options={PAUSES}
          none={t('availability.noPause')}
          onMinutes={(n) => slots(slotMinutes, n)}
        />
      </td>
      <td class="hours__end">
        <Button kind="icon" small icon={X} label={name('remove')} onClick={() => change(null)} />
      </td>
    </tr>
  );
}

/** edit(plan): the plan as it is then. */
export function HoursTable({ plan, edit }) {
  const rows = groups(plan);
  if (rows.length === 0) return <p class="muted">{t('availability.noHours')}</p>;
  return (
    <table class="hours">
      <caption class="visually-hidden">{t('availability.hoursCaption')}</caption>
      <thead>
        <tr>
          {['days', 'from', 'until', 'length', 'pause'].map((what) => (
            <th key={what} scope="col">
              {t(`availability.${what}`)}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {rows.map((group) => (
          <Row
            key={`${group.weekdays[0]}-${group.from}`}
            group={group}
            change={(change) => edit(changeGroup(plan, group, change))}
          />
        ))}
      </tbody>
    </table>
  );
}
