// Who the clinic thinks I am, and how it reaches me.
import { useState } from 'preact/hooks';
import { api, fieldError } from '../common/api.js';
import { languages, setLang, t } from '../common/i18n.js';
import { formatPhone, phoneProblem } from '../common/phone.js';
import { Banner, Button, Field, toast } from '../common/ui.jsx';
import { Confirm } from './confirm.jsx';
import { setMe, signOut } from './session.js';
import { errorWords } from './tell.js';

const textsOf = (me) => ({
  name: me.name ?? '',
  phone: me.phone ? formatPhone(me.phone) : '',
  email: me.email ?? '',
  language: me.language ?? document.documentElement.lang,
});

function check({ name, phone, email }, me, country) {
  const wrong = {};
  if (!/\p{L}/u.test(name)) wrong.name = t('patient.nameMissing');
  if (phone.trim() ? phoneProblem(phone, country) : !email.trim()) wrong.phone = t('patient.phoneWrong');
  if (email.trim() && !/^\S+@\S+\.\S+$/.test(email.trim())) wrong.email = t('patient.emailWrong');
  return wrong;
}

/** What differs from what was loaded. */
function changes(now, me) {
  const was = textsOf(me);
  const differs = Object.keys(now).filter((field) => now[field].trim() !== was[field]);
  if (!me.language && now.language) differs.push('language');
  return Object.fromEntries(differs.map((field) => [field, now[field].trim() || null]));
}

export function Profile({ me, clinic }) {
  const [now, setNow] = useState(() => textsOf(me));
  const [wrong, setWrong] = useState({});
  const [failure, setFailure] = useState(null);
  const [busy, setBusy] = useState(false);

  const complain = (found) => {
    setWrong(found);
    const first = ['name', 'phone', 'email'].find((field) => found[field]);
    requestAnimationFrame(() => document.getElementById(`p-${first}`)?.focus());
  };
  const refuse = (error) => {
    if (error.body?.current) {
      setMe(error.body.current);
      setNow(textsOf(error.body.current));
      setFailure(t('patient.profileChanged'));
      return;
    }
    const fields = ['name', 'phone', 'email'].filter((field) => fieldError(error, field));
    if (fields.length) complain(Object.fromEntries(fields.map((field) => [field, t(`patient.refused_${field}`)])));
    else setFailure(errorWords(error));
  };
  const save = async (event) => {
    event.preventDefault();
    setFailure(null);
    const found = check(now, me, clinic.country);
    setWrong(found);
    if (Object.keys(found).length) {
      complain(found);
      return;
    }
    const body = changes(now, me);
    if (!Object.keys(body).length) {
      toast(t('common.saved'));
      return;
    }
    setBusy(true);
    try {
      const saved = await api('PUT', '/api/profiles/me', { body: { version: me.version, ...body } });
      setMe(saved);
      setNow(textsOf(saved));
      if (body.language) await setLang(body.language);
      toast(t('common.saved'));
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  };
  const typed = (field) => (event) => {
    setNow({ ...now, [field]: event.target.value });
    setWrong({ ...wrong, [field]: undefined });
  };
  const text = (field, more, hint) => (
    <Field id={`p-${field}`} label={t(`patient.${field}`)} error={wrong[field]} hint={hint} optional={more.optional}>
      {(a) => <input class="input" {...a} {...more} optional={undefined} value={now[field]} onInput={typed(field)} />}
    </Field>
  );
  return (
    <div class="stack stack--4">
      <div class="page-head">
        <h1 tabIndex={-1}>{t('patient.profile')}</h1>
      </div>
      <form class="card" noValidate onSubmit={save} aria-label={t('patient.profile')}>
        <div class="card__body card__body--3 stack stack--3">
          {failure && <Banner kind="danger" alert title={failure} />}
          {text('name', { autocomplete: 'name', maxLength: 120, required: true })}
          {text('phone', { type: 'tel', inputMode: 'tel', autocomplete: 'tel', maxLength: 24 })}
          {text('email', { type: 'email', autocomplete: 'email', maxLength: 254, optional: true })}
          <Field id="p-language" label={t('patient.language')} hint={t('patient.languageHint')}>
            {(a) => (
              <select class="select" {...a} value={now.language} onChange={typed('language')}>
                {Object.entries(languages).map(([code, { name }]) => (
                  <option key={code} value={code} lang={code}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Button kind="primary" wide type="submit" busy={busy}>
            {t('common.save')}
          </Button>
        </div>
      </form>
      {['phone', 'email'].map((field) => me[`${field}Confirmed`] === false && <Confirm key={me[field]} me={me} clinic={clinic} field={field} />)}
      <section class="stack stack--1" aria-labelledby="sessions">
        <h2 id="sessions">{t('patient.sessions')}</h2>
        <p class="muted">{t('patient.sessionsText')}</p>
        <div class="row">
          <Button onClick={() => signOut()}>{t('common.signOut')}</Button>
          <Button kind="quiet" onClick={() => signOut({ everywhere: true })}>
            {t('patient.signOutAll')}
          </Button>
        </div>
      </section>
    </div>
  );
}
