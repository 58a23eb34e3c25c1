/*
 * patient.jsx - the name of who comes, with the patients we know below it.
 *
 * A combobox as the ARIA guide describes it: arrows choose, Enter takes,
 * Escape closes.  Typing on after a choice lets go of that patient.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { UserRoundCheck, X } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { formatPhone } from '../../common/phone.js';
import { dayOf, formatDay } from '../../common/time.js';
import { Button, Field, Icon } from '../../common/ui.jsx';
import { written } from '../panel/form.js';

const QUIET_MS = 200;
const LEAST = 2;

function usePatients(q, off) {
  const [found, setFound] = useState([]);
  useEffect(() => {
    if (off || q.trim().length < LEAST) {
      setFound([]);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api('GET', `/api/patients?${new URLSearchParams({ q: q.trim() })}`, { signal: stop.signal })
        .then(({ items }) => setFound(items.slice(0, 6)))
        .catch(() => !stop.signal.aborted && setFound([]));
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [q, off]);
  return found;
}

/** value: { name, phone, patientId }. onChange gets the parts that change. */
export function PatientField({ value, onChange, error, zone }) {
  const { name, patientId } = value;
  const found = usePatients(name, Boolean(patientId));
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useId();
  const input = useRef();
  const shown = open && found.length > 0;

  const take = (patient) => {
    onChange({ name: patient.name, phone: written('phone', patient.phone) ?? value.phone, patientId: patient.id });
    setOpen(false);
    setAt(-1);
  };
  const letGo = () => {
    onChange({ patientId: null });
    input.current.focus();
  };
  const keys = (event) => {
    if (!shown)
      return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const last = found.length - 1;
      const next = at + (event.key === 'ArrowDown' ? 1 : -1);
      setAt(next > last ? 0 : next < 0 ? last : next);
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      take(found[at]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div class="combo">
      <Field label={t('booking.name')} error={error}>
        {(a) => (
          <input {...a} ref={input} class="input" name="name" value={name} required maxLength={200} autocomplete="off" role="combobox" aria-expanded={shown ? 'true' : 'false'} aria-controls={list}
            aria-autocomplete="list" aria-activedescendant={shown && at >= 0 ? `${list}-${at}` : undefined} onKeyDown={keys} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)}
            onInput={(e) => { onChange({ name: e.currentTarget.value, patientId: null }); setOpen(true); setAt(-1); }} />
        )}
      </Field>
      {patientId && <p class="saved"><Icon of={UserRoundCheck} size="s" />{t('booking.known')} <Button kind="icon" small icon={X} label={t('booking.letGo')} onClick={letGo} /></p>}
      <ul class="combo__list menu" id={list} role="listbox" aria-label={t('booking.patients')} hidden={!shown}>
        {shown && found.map((patient, i) => (
          <li key={patient.id} id={`${list}-${i}`} role="option" aria-selected={i === at ? 'true' : 'false'} onPointerDown={(e) => { e.preventDefault(); take(patient); }}>
            <span class="medium">{patient.name}</span>
            <span class="muted num">{[patient.phone && formatPhone(patient.phone), patient.lastVisit && t('booking.lastVisit', { day: formatDay(dayOf(patient.lastVisit, zone)) })].filter(Boolean).join(', ')}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
