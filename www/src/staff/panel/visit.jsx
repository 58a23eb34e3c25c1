/*
 * visit.jsx - doctor, service, day and time of an appointment.  Times are the
 * free ones, and the one it has; outside the hours any time can be typed.
 */
import { useState } from 'preact/hooks';
import { t } from '../../common/i18n.js';
import { clock, dayOf, formatTime, instantOf, minutesFrom, minutesOf } from '../../common/time.js';
import { Field } from '../../common/ui.jsx';
import { called } from '../offer.js';
import { useSlots } from '../slots.js';

const sameTime = (a, b) => Boolean(a && b) && Date.parse(a) === Date.parse(b);

export function VisitFields({ row, draft, set, zone, today, doctors, services, errors, outside, setOutside, readOnly, mayMoveDoctor }) {
  const [day, setDay] = useState(draft.startsAt ? dayOf(draft.startsAt, zone) : '');
  const shownDay = draft.startsAt ? dayOf(draft.startsAt, zone) : day;
  const { slots, busy, failed } = useSlots({ doctorId: draft.doctorId, serviceId: draft.serviceId, day: shownDay }, row.version);
  const own = row.startsAt && draft.doctorId === row.doctorId && draft.serviceId === row.serviceId && dayOf(row.startsAt, zone) === shownDay ? [row.startsAt] : [];
  const times = [...new Map([...own, ...(slots ?? []).map((slot) => slot.startsAt)].map((at) => [Date.parse(at), at])).values()].sort((a, b) => Date.parse(a) - Date.parse(b));
  const chosen = times.find((at) => sameTime(at, draft.startsAt));
  const odd = draft.startsAt && !chosen;

  const timed = Boolean(row.startsAt) || !row.walkIn; /* who walked in has no time */

  const changeDay = (next) => {
    setDay(next);
    if (!next || !draft.startsAt)
      return set({ startsAt: null });
    /* The same time of the other day, if it will be free: the list says so when it comes. */
    return set({ startsAt: instantOf(next, minutesOf(draft.startsAt, zone), zone).toISOString() });
  };
  const typeTime = (text) => set({ startsAt: text && shownDay ? instantOf(shownDay, minutesFrom(text), zone).toISOString() : null });
  const hint = failed ? t('panel.slotsFailed') : busy ? t('common.loading') : odd && slots && !outside ? t('panel.notFree', { time: formatTime(draft.startsAt, zone) }) : slots && times.length === 0 ? t('panel.noneFree') : undefined;

  return (
    <>
      <div class="two">
        <Field label={t('panel.doctor')} error={errors.doctorId}>{(a) => (
          <select {...a} class="select" value={draft.doctorId ?? ''} disabled={readOnly || !mayMoveDoctor} onChange={(e) => set({ doctorId: e.currentTarget.value || null })}>
            {!row.doctorId && <option value="">{t('appointments.any')}</option>}
            {doctors.map((one) => <option key={one.id} value={one.id}>{called(one)}</option>)}
          </select>)}
        </Field>
        <Field label={t('panel.service')} error={errors.serviceId}>{(a) => (
          <select {...a} class="select" value={draft.serviceId ?? ''} disabled={readOnly} onChange={(e) => set({ serviceId: e.currentTarget.value || null })}>
            {!row.serviceId && <option value="">–</option>}
            {services.map((one) => <option key={one.id} value={one.id}>{t('panel.serviceOption', { name: called(one), n: one.durationMinutes })}</option>)}
          </select>)}
        </Field>
        {timed && <Field label={t('panel.date')}>{(a) => <input {...a} class="input" type="date" value={shownDay} readOnly={readOnly} onChange={(e) => changeDay(e.currentTarget.value)} />}</Field>}
        {timed && <Field label={t('panel.time')} error={errors.startsAt ?? (odd && slots && !outside ? hint : undefined)} hint={odd && slots && !outside ? undefined : hint}>{(a) => (outside
          ? <input {...a} class="input" type="time" step="300" value={draft.startsAt ? clock(minutesOf(draft.startsAt, zone)) : ''} readOnly={readOnly} onChange={(e) => typeTime(e.currentTarget.value)} />
          : (
            <select {...a} class="select" value={chosen ?? draft.startsAt ?? ''} disabled={readOnly || !draft.doctorId || !shownDay} onChange={(e) => set({ startsAt: e.currentTarget.value || null })}>
              {!draft.startsAt && <option value="">{t('panel.chooseTime')}</option>}
              {odd && <option value={draft.startsAt}>{formatTime(draft.startsAt, zone)}</option>}
              {times.map((at) => <option key={at} value={at}>{formatTime(at, zone)}</option>)}
            </select>))}
        </Field>}
      </div>
      {timed && !readOnly && <label class="check"><input type="checkbox" checked={outside} onChange={(e) => setOutside(e.currentTarget.checked)} />{t('panel.outside')}</label>}
    </>
  );
}
