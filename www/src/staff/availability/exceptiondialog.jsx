// One exception: closed days, closed hours, an extra session.  The words change with the kind.
import { useState } from 'preact/hooks';
import { Check, TriangleAlert } from 'lucide';
import { Button, Dialog, Field, Icon } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { clock, minutesFrom } from '../../common/time.js';
import { formError, fromForm } from './exceptions.js';

const DAY = 24 * 60;
const LENGTHS = [5, 10, 15, 20, 30, 45, 60];

function Choice({ name, legend, value, options, onChoice }) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {options.map(([key, word]) => (
        <label key={key}>
          <input type="radio" name={name} checked={value === key} onChange={() => onChoice(key)} />
          {word}
        </label>
      ))}
    </fieldset>
  );
}

function DateField({ label, value, min, onDate }) {
  return (
    <Field label={label}>
      {(a) => (
        <input
          class="input"
          type="date"
          required
          value={value}
          min={min}
          onInput={(e) => onDate(e.currentTarget.value)}
          {...a}
        />
      )}
    </Field>
  );
}

function TimeField({ label, value, onTime }) {
  return (
    <Field label={label}>
      {(a) => (
        <input
          class="input num"
          type="time"
          required
          value={Number.isFinite(value) ? clock(value % DAY) : ''}
          onInput={(e) => onTime(e.currentTarget.value ? minutesFrom(e.currentTarget.value) : NaN)}
          {...a}
        />
      )}
    </Field>
  );
}

/** Who has a visit in a closing: a warning before it is even added. */
function Touched({ visits }) {
  if (visits.length === 0)
    return (
      <p class="since">
        <Icon of={Check} size="s" />
        {t('availability.exFree')}
      </p>
    );
  return (
    <p class="since since--long">
      <Icon of={TriangleAlert} size="s" />
      {t('availability.exTouched', { n: visits.length })}
    </p>
  );
}

/**
 * begin: what the form starts with.  touched(exception): the visits in a closing.  everyone: whether a closing may be
 * for all doctors.
 */
export function ExceptionDialog({ begin, zone, today, everyone, touched, onDone, onClose, edited }) {
  const [form, setForm] = useState(begin);
  const put = (change) => setForm({ ...form, ...change });
  const whole = form.kind === 'closed' && form.whole;
  const wrong = formError(form);
  const made = wrong ? null : fromForm(form, zone);
  const done = (event) => {
    event.preventDefault();
    if (made) onDone(form.everyone && form.kind === 'closed' ? { ...made, everyone: true } : made);
  };
  return (
    <Dialog
      title={t(edited ? 'availability.exEditTitle' : 'availability.exTitle')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" form="exception-form" off={Boolean(wrong)}>
            {t(edited ? 'common.change' : 'availability.exAddDo')}
          </Button>
        </>
      }
    >
      <form id="exception-form" class="stack" onSubmit={done}>
        <Choice
          name="kind"
          legend={t('availability.exKind')}
          value={form.kind}
          onChoice={(kind) => put({ kind })}
          options={[
            ['closed', t('availability.exClosed')],
            ['extra', t('availability.exExtraHours')],
          ]}
        />
        {form.kind === 'closed' && (
          <label class="check">
            <input type="checkbox" checked={form.whole} onChange={(e) => put({ whole: e.currentTarget.checked })} />
            {t('availability.exWhole')}
          </label>
        )}
        <div class="pair">
          <DateField
            label={t(whole ? 'availability.exFirst' : 'availability.exDay')}
            value={form.first}
            min={today}
            onDate={(first) => put({ first, last: form.last < first || form.last === form.first ? first : form.last })}
          />
          {whole && (
            <DateField
              label={t('availability.exLast')}
              value={form.last}
              min={form.first}
              onDate={(last) => put({ last })}
            />
          )}
        </div>
        {!whole && (
          <div class="pair">
            <TimeField label={t('availability.from')} value={form.start} onTime={(start) => put({ start })} />
            <TimeField
              label={t('availability.until')}
              value={form.end}
              onTime={(end) => put({ end: end === 0 ? DAY : end })}
            />
          </div>
        )}
        {form.kind === 'extra' && (
          <Field label={t('availability.length')}>
            {(a) => (
              <select
                class="select"
                value={form.slotMinutes}
                onChange={(e) => put({ slotMinutes: +e.currentTarget.value })}
                {...a}
              >
                {[...new Set([...LENGTHS, form.slotMinutes])]
                  .sort((x, y) => x - y)
                  .map((n) => (
                    <option key={n} value={n}>
                      {t('availability.minutes', { n })}
                    </option>
                  ))}
              </select>
            )}
          </Field>
        )}
        {form.kind === 'closed' && everyone && (
          <label class="check">
            <input
              type="checkbox"
              checked={form.everyone ?? false}
              onChange={(e) => put({ everyone: e.currentTarget.checked })}
            />
            {t('availability.exEveryone')}
          </label>
        )}
        {wrong && (
          <p class="field__error" role="status">
            {t(`availability.${wrong}`)}
          </p>
        )}
        {made && form.kind === 'closed' && <Touched visits={touched(made, form.everyone)} />}
      </form>
    </Dialog>
  );
}
