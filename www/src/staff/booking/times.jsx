/*
 * times.jsx - the free times of a day as buttons, or any time outside the
 * hours.
 */
import { t } from '../../common/i18n.js';
import { clock, formatTime, instantOf, minutesFrom, minutesOf } from '../../common/time.js';
import { Field, Skeleton } from '../../common/ui.jsx';
import { useSlots } from '../slots.js';

export function Times({ zone, doctorId, serviceId, day, startsAt, outside, fresh, error, onChange }) {
  const { slots, busy, failed } = useSlots(outside ? {} : { doctorId, serviceId, day }, fresh);
  if (outside)
    return (
      <Field label={t('panel.time')} error={error} hint={t('booking.outsideHint')}>{(a) => (
        <input {...a} class="input" type="time" step="300" required value={startsAt ? clock(minutesOf(startsAt, zone)) : ''} onChange={(e) => onChange(e.currentTarget.value ? instantOf(day, minutesFrom(e.currentTarget.value), zone).toISOString() : null)} />)}
      </Field>
    );
  return (
    <fieldset class="field" aria-describedby={error ? 'times-error' : undefined}>
      <legend class="label">{t('panel.time')}</legend>
      {busy && <Skeleton lines={2} block />}
      {failed && <p class="field__hint">{t('panel.slotsFailed')}</p>}
      {slots?.length === 0 && <p class="field__hint">{t('panel.noneFree')}</p>}
      {slots?.length > 0 && (
        <div class="slots__grid slots__grid--small">
          {slots.map((slot) => (
            <label class="slot" key={slot.startsAt}><input type="radio" name="startsAt" value={slot.startsAt} checked={Boolean(startsAt) && Date.parse(startsAt) === Date.parse(slot.startsAt)} onChange={() => onChange(slot.startsAt)} />{formatTime(slot.startsAt, zone)}</label>
          ))}
        </div>
      )}
      {error && <p class="field__error" id="times-error">{error}</p>}
    </fieldset>
  );
}
