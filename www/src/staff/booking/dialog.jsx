/*
 * dialog.jsx - a new appointment made by the staff: at a time, for somebody
 * who is here now, or as an enquiry without a time.
 */
import { useRef, useState } from 'preact/hooks';
import { newKey } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { phoneProblem } from '../../common/phone.js';
import { addDays, dayOf, formatWhen, now } from '../../common/time.js';
import { Button, Dialog, Field, toast } from '../../common/ui.jsx';
import { create } from '../changes.js';
import { called, firstOffered } from '../offer.js';
import { Refusal } from '../panel/parts.jsx';
import { navigate } from '../shell/router.js';
import { booking, closeBooking } from './open.js';
import { PatientField } from './patient.jsx';
import { Times } from './times.jsx';

const kinds = ['time', 'now', 'later'];

export function BookingDialog({ session }) {
  const { me, clinic, doctors, services, store } = session;
  const zone = clinic.timeZone;
  const today = dayOf(new Date(now()), zone);
  const [draft, setDraft] = useState(() => firstDraft(booking.peek(), { me, doctors, services, zone, today }));
  const [state, setState] = useState({});
  const form = useRef();
  const key = useRef(newKey());
  const set = (part) => {
    key.current = newKey(); /* another wish, another key */
    setDraft((old) => ({ ...old, ...part }));
  };
  const { kind } = draft;
  const { offline } = store.status.value;
  const mine = me.role === 'doctor' ? doctors.filter((one) => one.id === me.doctorId) : doctors;

  async function submit(event) {
    event?.preventDefault();
    if (state.busy || offline)
      return;
    const errors = problems(draft, clinic);
    if (Object.keys(errors).length > 0) {
      setState({ errors });
      requestAnimationFrame(() => form.current?.querySelector('[aria-invalid="true"], .slot input')?.focus());
      return;
    }
    setState({ busy: true });
    try {
      const made = await create(store, membersOf(draft), key.current);
      closeBooking();
      toast(t(`booking.did_${kind}`, { name: made.name, when: made.startsAt ? formatWhen(made.startsAt, zone, { today }) : '' }), {
        for: 10_000,
        action: { label: t('booking.show'), run: () => navigate(`/staff/appointments/${made.id}`) },
      });
    } catch (error) {
      key.current = newKey();
      setState({ error, errors: Object.fromEntries(error.details?.map(({ field, message }) => [field, message]) ?? []), fresh: now() });
      if (!error.code)
        console.error(error);
    }
  }

  const errors = state.errors ?? {};
  const word = kind === 'time' && draft.startsAt ? t('booking.book', { when: formatWhen(draft.startsAt, zone, { today }) }) : t(`booking.do_${kind}`);
  return (
    <Dialog class="dialog--booking" title={t('staff.newAppointment')} onClose={closeBooking} foot={
      <>
        {offline && <p class="quiet foot-note" id="booking-offline">{t('staff.needsConnection')}</p>}
        <Button onClick={closeBooking}>{t('common.cancel')}</Button>
        <Button kind="primary" busy={state.busy} off={offline} aria-describedby={offline ? 'booking-offline' : undefined} onClick={submit}>{word}</Button>
      </>}>
      <form class="stack" ref={form} onSubmit={submit} noValidate>
        {state.error && <Refusal error={state.error} zone={zone} today={today} onSlot={({ startsAt, doctorId }) => { set({ startsAt, day: dayOf(startsAt, zone), ...(doctorId && { doctorId }) }); setState({ fresh: now() }); }} />}
        <fieldset class="segments"><legend class="visually-hidden">{t('booking.kind')}</legend>
          {kinds.map((one) => <label key={one}><input type="radio" name="kind" checked={kind === one} onChange={() => set({ kind: one })} />{t(`booking.kind_${one}`)}</label>)}
        </fieldset>
        <div class="two">
          <PatientField value={draft} onChange={set} error={errors.name} zone={zone} />
          <Field label={t('booking.phone')} error={errors.phone}>{(a) => <input {...a} class="input" type="tel" name="phone" autocomplete="off" required value={draft.phone} onInput={(e) => set({ phone: e.currentTarget.value })} />}</Field>
        </div>
        <div class="two">
          <Choice label={t('panel.service')} value={draft.serviceId} all={services} onChange={(serviceId) => set({ serviceId, startsAt: draft.outside ? draft.startsAt : null })} error={errors.serviceId}
            words={(one) => t('panel.serviceOption', { name: called(one), n: one.durationMinutes })} />
          <Choice label={t('panel.doctor')} value={draft.doctorId} all={mine} none={kind === 'later' ? t('appointments.any') : undefined} onChange={(doctorId) => set({ doctorId, startsAt: draft.outside ? draft.startsAt : null })} error={errors.doctorId} words={called} />
        </div>
        {kind === 'time' && (
          <>
            <div class="two">
              <Field label={t('panel.date')}>{(a) => <input {...a} class="input" type="date" required min={addDays(today, -1)} value={draft.day} onChange={(e) => set({ day: e.currentTarget.value, startsAt: null })} />}</Field>
              <label class="check check--field"><input type="checkbox" checked={draft.outside} onChange={(e) => set({ outside: e.currentTarget.checked, startsAt: null })} />{t('panel.outside')}</label>
            </div>
            {draft.day && <Times zone={zone} doctorId={draft.doctorId} serviceId={draft.serviceId} day={draft.day} startsAt={draft.startsAt} outside={draft.outside} fresh={state.fresh} error={errors.startsAt} onChange={(startsAt) => set({ startsAt })} />}
          </>
        )}
        <Field label={t('panel.reason')} optional error={errors.reason}>{(a) => <input {...a} class="input" name="reason" value={draft.reason} autocomplete="off" onInput={(e) => set({ reason: e.currentTarget.value })} />}</Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function Choice({ label, value, all, none, words, onChange, error }) {
  return (
    <Field label={label} error={error}>{(a) => (
      <select {...a} class="select" value={value ?? ''} onChange={(e) => onChange(e.currentTarget.value || null)}>
        {none && <option value="">{none}</option>}
        {all.map((one) => <option key={one.id} value={one.id}>{words(one)}</option>)}
      </select>)}
    </Field>
  );
}

function firstDraft(preset, { me, doctors, services, zone, today }) {
  const startsAt = preset.startsAt ?? null;
  return {
    kind: preset.walkIn ? 'now' : 'time',
    name: '', phone: '', patientId: null, reason: '',
    doctorId: preset.doctorId ?? me.doctorId ?? firstOffered(doctors)?.id ?? null,
    serviceId: preset.serviceId ?? firstOffered(services)?.id ?? null,
    day: preset.day ?? (startsAt ? dayOf(startsAt, zone) : today),
    startsAt,
    outside: Boolean(preset.outsideHours),
  };
}

function problems({ kind, name, phone, startsAt }, clinic) {
  const errors = {};
  if (!/\p{L}/u.test(name))
    errors.name = t('panel.nameMissing');
  if (phoneProblem(phone, clinic.country))
    errors.phone = t(phone.trim() ? 'panel.phoneWrong' : 'booking.phoneMissing');
  if (kind === 'time' && !startsAt)
    errors.startsAt = t('booking.timeMissing');
  return errors;
}

function membersOf({ kind, name, phone, patientId, reason, doctorId, serviceId, startsAt, outside }) {
  const who = { name: name.trim(), phone: phone.trim(), ...(patientId && { patientId }), ...(reason.trim() && { reason: reason.trim() }) };
  const what = { ...(serviceId && { serviceId }), ...(doctorId && { doctorId }) };
  if (kind === 'now')
    return { ...who, ...what, walkIn: true };
  if (kind === 'later')
    return { ...who, ...what, status: 'lead' };
  return { ...who, ...what, startsAt, status: 'confirmed', ...(outside && { outsideHours: true }) };
}
