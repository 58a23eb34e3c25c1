// From when until when hours hold: which of several plans is shown, its two dates, and other hours from a day on.
import { useState } from 'preact/hooks';
import { CalendarPlus, Trash2 } from 'lucide';
import { Button, Dialog, Field } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { addDays, formatDay } from '../../common/time.js';
import { holds } from './week.js';

/** 'from Tue 1 Dec', 'until Mon 30 Nov', 'always', … */
export function validText({ validFrom, validTo }) {
  const words = { from: validFrom && formatDay(validFrom), to: validTo && formatDay(validTo) };
  if (validFrom && validTo) return t('availability.validBoth', words);
  if (validFrom) return t('availability.validFrom', words);
  return validTo ? t('availability.validTo', words) : t('availability.validAlways');
}

export function PlanSelect({ plans, index, setIndex }) {
  return (
    <>
      <label class="visually-hidden" for="availability-plan">
        {t('availability.plan')}
      </label>
      <select
        class="select availability__select"
        id="availability-plan"
        value={index}
        onChange={(e) => setIndex(+e.currentTarget.value)}
      >
        {plans.map((plan, i) => (
          <option key={i} value={i}>
            {validText(plan)}
          </option>
        ))}
      </select>
    </>
  );
}

/** Two dates, each of which may be left open. */
export function Validity({ plan, change, remove }) {
  const wrong = plan.validFrom && plan.validTo && plan.validTo < plan.validFrom;
  return (
    <div class="validity">
      <Field label={t('availability.holdsFrom')} optional>
        {(a) => (
          <input
            class="input"
            type="date"
            value={plan.validFrom ?? ''}
            onChange={(e) => change({ validFrom: e.currentTarget.value || null })}
            {...a}
          />
        )}
      </Field>
      <Field label={t('availability.holdsTo')} optional error={wrong ? t('availability.exOrder') : null}>
        {(a) => (
          <input
            class="input"
            type="date"
            value={plan.validTo ?? ''}
            onChange={(e) => change({ validTo: e.currentTarget.value || null })}
            {...a}
          />
        )}
      </Field>
      {remove && (
        <Button kind="danger-quiet" icon={Trash2} onClick={remove}>
          {t('availability.removePlan')}
        </Button>
      )}
    </div>
  );
}

/** Other hours from a day on: what holds then ends the day before. */
export function SplitDialog({ plan, today, onSplit, onClose }) {
  const [day, setDay] = useState(addDays(today, 1));
  const inside = day && holds(plan, day) && day !== plan.validFrom;
  const go = (event) => {
    event.preventDefault();
    if (inside) onSplit(day);
  };
  return (
    <Dialog
      title={t('availability.splitTitle')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" icon={CalendarPlus} type="submit" form="split-form" off={!inside}>
            {t('availability.splitDo')}
          </Button>
        </>
      }
    >
      <form id="split-form" class="stack" onSubmit={go}>
        <p>{t('availability.splitText')}</p>
        <Field label={t('availability.splitFrom')} error={day && !inside ? t('availability.splitOutside') : null}>
          {(a) => (
            <input
              class="input"
              type="date"
              value={day}
              min={today}
              onInput={(e) => setDay(e.currentTarget.value)}
              {...a}
            />
          )}
        </Field>
        {inside && <p class="muted">{t('availability.splitBefore', { day: formatDay(addDays(day, -1)) })}</p>}
      </form>
    </Dialog>
  );
}
