/*
 * where.jsx - where a move leads: to which doctor, to which day, by how much.
 */
import { t } from '../../common/i18n.js';
import { Field } from '../../common/ui.jsx';
import { called } from '../offer.js';
import { units } from './plan.js';

/** from, doctorId: of a doctor's day; then a day can be named. */
export function Where({ form, set, doctors, mayMoveDoctor, from, doctorId }) {
  const others = doctors.filter((one) => one.id !== doctorId);
  return (
    <div class="stack">
      <div class="two">
        {mayMoveDoctor && others.length > 0 && <Field label={t('bulk.toDoctor')}>{(a) => (
          <select {...a} class="select" value={form.doctorId} onChange={(e) => set({ doctorId: e.currentTarget.value })}>
            <option value="">{t(doctorId ? 'bulk.sameDoctor' : 'bulk.ownDoctor')}</option>
            {others.map((one) => <option key={one.id} value={one.id}>{called(one)}</option>)}
          </select>)}
        </Field>}
        {from && <Field label={t('bulk.toDay')}>{(a) => <input {...a} class="input" type="date" value={form.day || from} onChange={(e) => set({ day: e.currentTarget.value })} />}</Field>}
      </div>
      <fieldset class="shift">
        <legend class="label">{t('bulk.by')}</legend>
        <input class="input num" type="number" inputMode="numeric" min="0" max="9999" aria-label={t('bulk.amount')} value={form.amount} onInput={(e) => set({ amount: e.currentTarget.value })} />
        <select class="select" aria-label={t('bulk.unit')} value={form.unit} onChange={(e) => set({ unit: e.currentTarget.value })}>
          {Object.keys(units).filter((unit) => !(from && unit === 'days')).map((unit) => <option key={unit} value={unit}>{t(`bulk.${unit}`)}</option>)}
        </select>
        <select class="select" aria-label={t('bulk.way')} value={form.way} onChange={(e) => set({ way: e.currentTarget.value })}>
          {['later', 'earlier'].map((way) => <option key={way} value={way}>{t(`bulk.${way}`)}</option>)}
        </select>
      </fieldset>
      <label class="check"><input type="checkbox" checked={form.outside} onChange={(e) => set({ outside: e.currentTarget.checked })} />{t('bulk.outside')}</label>
    </div>
  );
}
