// What stands above the calendar: which day, which doctor, day or week.
import { useRef } from 'preact/hooks';
import { ChevronLeft, ChevronRight, Printer } from 'lucide';
import { Button } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { addDays, capital, formatDay } from '../../common/time.js';
import { daysOf } from './board.js';
import { called } from '../offer.js';

function title(view, day, narrow) {
  if (view === 'day') return formatDay(day, { long: !narrow });
  const { from, to } = daysOf('week', day);
  return t('calendar.weekOf', { from: formatDay(from), to: formatDay(to) });
}

/** A button that says the day and opens the browser's own calendar. */
export function DayButton({ day, text, onDay }) {
  const input = useRef();
  const open = () => {
    try {
      input.current.showPicker();
    } catch {
      input.current.focus();
    }
  };
  return (
    <span class="calendar__date">
      <Button onClick={open} label={t('calendar.chooseDay', { day: text })}>
        {text}
      </Button>
      <input
        ref={input}
        type="date"
        value={day}
        tabIndex={-1}
        aria-hidden="true"
        onChange={(e) => e.target.value && onDay(e.target.value)}
      />
    </span>
  );
}

export function DoctorSelect({ doctors, doctorId, onDoctor, id = 'calendar-doctor' }) {
  return (
    <>
      <label class="visually-hidden" for={id}>
        {t('calendar.doctor')}
      </label>
      <select class="select calendar__who" id={id} value={doctorId} onChange={(e) => onDoctor(e.target.value)}>
        {doctors.map((d) => (
          <option key={d.id} value={d.id}>
            {called(d)}
          </option>
        ))}
      </select>
    </>
  );
}

export function Toolbar({ view, day, today, narrow, doctors, doctorId, go, sheet }) {
  const step = view === 'week' ? 7 : 1;
  const text = capital(title(view, day, narrow));
  return (
    <>
      <div class="calendar__nav">
        <Button
          kind="icon"
          icon={ChevronLeft}
          label={t(view === 'week' ? 'calendar.weekBefore' : 'calendar.dayBefore')}
          onClick={() => go({ day: addDays(day, -step) })}
        />
        <DayButton day={day} text={text} onDay={(d) => go({ day: d })} />
        <Button
          kind="icon"
          icon={ChevronRight}
          label={t(view === 'week' ? 'calendar.weekAfter' : 'calendar.dayAfter')}
          onClick={() => go({ day: addDays(day, step) })}
        />
        <Button
          small
          onClick={() => go({ day: today })}
          off={daysOf(view, day).from <= today && today <= daysOf(view, day).to}
        >
          {t('calendar.today')}
        </Button>
      </div>
      {(view === 'week' || narrow) && doctors.length > 1 && (
        <DoctorSelect doctors={doctors} doctorId={doctorId} onDoctor={(id) => go({ doctor: id })} />
      )}
      {!narrow && (
        <fieldset class="segments">
          <legend class="visually-hidden">{t('calendar.view')}</legend>
          {['day', 'week'].map((v) => (
            <label key={v}>
              <input type="radio" name="calendar-view" checked={view === v} onChange={() => go({ view: v })} />
              {t(`calendar.${v}`)}
            </label>
          ))}
        </fieldset>
      )}
      <Button kind="icon" class="calendar__sheet" icon={Printer} label={t('calendar.sheet')} onClick={sheet} />
    </>
  );
}
