/*
 * form - name, phone and address, and below what rarely changes.
 */
import { useEffect, useMemo } from 'preact/hooks';
import { Info } from 'lucide';
import { api } from '../../common/api.js';
import { lang, t } from '../../common/i18n.js';
import { formatPhone } from '../../common/phone.js';
import { Banner, Button, toast } from '../../common/ui.jsx';
import { renewClinic, session } from '../session.js';
import { useGuard } from '../shell/guard.jsx';
import { isNamed } from './checklist.jsx';
import { bound, choice, text, useDraft } from './draft.js';
import { Line, Refused } from './parts.jsx';
import { countries, currencies, zones } from './places.js';
import { Pick } from './pick.jsx';

/* Shown in groups of digits; the server takes it with and without, and null for none. */
const phone = { show: (value) => (value ? formatPhone(value) : ''), read: (typed) => typed.trim() || null };
const fields = { name: text, phone, address: text, timeZone: choice, country: choice, currency: choice };
const rare = { timeZone: zones, country: countries, currency: currencies };

export function ClinicForm({ clinic }) {
  const draft = useDraft(clinic, fields, {
    send: (body) => api('PUT', '/api/clinic', { body }),
    done: async () => {
      await renewClinic().catch(() => {});
      draft.reset(session.peek().clinic);
      toast(t('common.saved'));
    },
  });
  const question = useGuard(() => !draft.isClean, draft.submit, t('clinic.leaveText'));
  /* What came in while nothing was typed is what one goes on from. */
  useEffect(() => {
    if (draft.isClean)
      draft.reset(clinic);
  }, [clinic.version]);
  return (
    <form class="stack stack--3" ref={draft.form} onSubmit={draft.submit} noValidate>
      <Refused draft={draft} />
      <div class="account">
        <section class="card card__body card__body--3 stack" aria-labelledby="clinic-h">
          <h2 id="clinic-h">{t('clinic.public')}</h2>
          {!isNamed(clinic) && <Banner kind="mine" icon={Info} title={t('clinic.nameAsked')}>{t('clinic.nameAskedText')}</Banner>}
          <Line draft={draft} name="name" label={t('clinic.clinicName')}>{(a) => <input {...a} {...bound(draft, 'name')} class="input" required pattern=".*\S.*" maxLength={120} autocomplete="organization" />}</Line>
          <Line draft={draft} name="phone" optional hint={t('clinic.phoneHint')}>{(a) => <input {...a} {...bound(draft, 'phone')} class="input" type="tel" maxLength={40} autocomplete="off" />}</Line>
          <Line draft={draft} name="address" optional>{(a) => <textarea {...a} {...bound(draft, 'address')} class="textarea" rows={2} maxLength={300} />}</Line>
          <p class="muted">{t('clinic.hoursNote')} <a href="/staff/availability">{t('clinic.toHours')}</a></p>
        </section>
        <section class="card card__body card__body--3 stack" aria-labelledby="rare-h">
          <h2 id="rare-h">{t('clinic.rare')}</h2>
          {Object.keys(rare).map((name) => <Rare key={name} draft={draft} name={name} />)}
        </section>
      </div>
      <div><Button kind="primary" type="submit" busy={draft.busy}>{t('common.save')}</Button></div>
      {question}
    </form>
  );
}

function Rare({ draft, name }) {
  const options = useMemo(() => rare[name](draft.value(name)), [name, lang.value]);
  const words = (value) => options.find((one) => one.value === value)?.name ?? value;
  return (
    <Line draft={draft} name={name} hint={t(`clinic.${name}Hint`)} words={words}>
      {(a) => <Pick {...a} name={name} label={t(`clinic.${name}`)} options={options} value={draft.value(name)} onChange={(value) => draft.set(name, value)} />}
    </Line>
  );
}
