/*
 * servicedialog - a service that is added or changed.
 */
import { t } from '../../common/i18n.js';
import { bound, choice, flag, money, number, text, useDraft } from './draft.js';
import { Check, Line, RowDialog } from './parts.jsx';

/* What the server takes when nothing is said. */
const usual = { durationMinutes: 15, bufferMinutes: 0, price: 0, noticeMinutes: 0, horizonDays: 90, cancelMinutes: 0, autoConfirm: true };

const HOUR = 60;
const DAY = 24 * HOUR;
const spans = [0, 15, 30, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];

/** '2 hours before': minutes in the largest unit of which they are a whole number. */
function before(minutes) {
  const [unit, size] = [['Days', DAY], ['Hours', HOUR], ['Minutes', 1]].find(([, one]) => minutes % one === 0);
  return minutes === 0 ? t('clinic.itsBeginning') : t(`clinic.n${unit}Before`, { n: minutes / size });
}

const minutes = { show: choice.show, read: Number };

export function ServiceDialog({ service, currency, send, onSaved, onClose }) {
  const price = money(currency);
  const draft = useDraft(service ?? usual, {
    name: text, description: text, durationMinutes: number, bufferMinutes: number, price, noticeMinutes: minutes, horizonDays: number,
    cancelMinutes: minutes, autoConfirm: flag, ...(service && { offered: flag }),
  }, { send, done: () => onSaved(draft.value('name')) });
  const amount = (name, min, max) => (
    <Line draft={draft} name={name}>{(a) => <Unit text={t(name === 'horizonDays' ? 'clinic.unitDays' : 'clinic.unitMinutes')}><input {...a} {...bound(draft, name)} class="input num" type="number" inputMode="numeric" required min={min} max={max} step="1" /></Unit>}</Line>
  );
  const fromTo = (name) => (
    <Line draft={draft} name={name} hint={t(`clinic.${name}Hint`)} words={(value) => before(+value)}>{(a) => (
      <select {...a} {...bound(draft, name)} class="select">
        {withOwn(draft.value(name)).map((n) => <option key={n} value={n}>{before(n)}</option>)}
      </select>)}
    </Line>
  );
  return (
    <RowDialog class="dialog--service" draft={draft} title={service ? t('clinic.edit', service) : t('clinic.addService')} act={t(service ? 'common.save' : 'clinic.add')} onClose={onClose}>
      <Line draft={draft} name="name" label={t('clinic.serviceName')}>{(a) => <input {...a} {...bound(draft, 'name')} class="input" required pattern=".*\S.*" maxLength={120} autocomplete="off" />}</Line>
      <Line draft={draft} name="description" optional hint={t('clinic.descriptionHint')}>{(a) => <textarea {...a} {...bound(draft, 'description')} class="textarea" rows={2} maxLength={500} />}</Line>
      <div class="two">
        {amount('durationMinutes', 1, 480)}
        <Line draft={draft} name="price" hint={t('clinic.priceHint')}>{(a) => <Unit text={currency}><input {...a} {...bound(draft, 'price')} class="input num" inputMode="decimal" required pattern={price.digits ? `\\d{1,7}([.,]\\d{1,${price.digits}})?` : '\\d{1,9}'} autocomplete="off" /></Unit>}</Line>
      </div>
      <Check draft={draft} name="autoConfirm" label={t('clinic.autoConfirm')} hint={t('clinic.autoConfirmHint')} />
      <div class="two">
        {fromTo('noticeMinutes')}
        {fromTo('cancelMinutes')}
        {amount('horizonDays', 1, 730)}
        {amount('bufferMinutes', 0, 240)}
      </div>
      {service && <Check draft={draft} name="offered" off label={t('clinic.notOffered')} hint={t('clinic.notOfferedService')} />}
    </RowDialog>
  );
}

/* A span that somebody has chosen elsewhere stays in the list. */
const withOwn = (value) => [...new Set([...spans, +value])].sort((a, b) => a - b);

const Unit = ({ text: unit, children }) => <div class="unit">{children}<span class="unit__text" aria-hidden="true">{unit}</span></div>;
