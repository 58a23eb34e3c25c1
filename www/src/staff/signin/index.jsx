/*
 * signin - the one card of /staff/sign-in: e-mail and password, or the admin
 * key.  It never says which of two was wrong.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { CircleAlert, Hourglass, Plus, ShieldAlert } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { telHref } from '../../common/phone.js';
import { countdown, now } from '../../common/time.js';
import { Banner, Button, Field, Icon } from '../../common/ui.jsx';
import { due, safeOrigin, signIn, signInWithKey } from '../session.js';
import { SecondFactor } from './factor.jsx';
import { useSecondsTo } from './seconds.js';
import { Secret } from './secret.jsx';
import { Waiting } from './waiting.jsx';

export function SignIn({ ended }) {
  const [clinic, setClinic] = useState(null);
  useEffect(() => {
    document.title = `${t('signin.title')}${clinic ? ` – ${clinic.name}` : ''}`;
  });
  useEffect(() => {
    api('GET', '/api/clinic').then(setClinic).catch(() => {});
  }, []);
  return (
    <main id="main" class="signs touch">
      <h1 class="visually-hidden">{t('signin.title')}</h1>
      <p class="brand sign-brand"><span class="brand__mark"><Icon of={Plus} /></span><span class="sign-brand__name">{clinic?.name}</span></p>
      <section class="card" aria-labelledby="sign-h">{safeOrigin() ? <Steps ended={ended} /> : <NeedsHttps />}</section>
      <p class="small muted center">{t('signin.patients')} <a href="/">{t('signin.book')}</a>
        {clinic?.phone && <>{t('signin.orCall')}{' '}<a class="nowrap" href={telHref(clinic.phone)}>{clinic.phone}</a></>}.</p>
    </main>
  );
}

const Steps = ({ ended }) => (due.value?.challenge ? <SecondFactor due={due.value} /> : <Card ended={ended} over={due.value?.over} />);

function NeedsHttps() {
  const secure = `https://${location.host}${location.pathname}`;
  return (
    <div class="sign">
      <h2 class="as-h2" id="sign-h">{t('signin.staff')}</h2>
      <Banner kind="warning" icon={ShieldAlert} title={t('signin.httpsTitle')}>{t('signin.httpsText', { host: location.hostname })}</Banner>
      <a class="btn btn--primary btn--wide" href={secure}>{t('signin.httpsGo')}</a>
    </div>
  );
}

/* What to say of a refusal: { kind, title, text, until } */
function refusal(error, byKey) {
  if (error.status === 429)
    return { kind: 'wait', until: now() + (error.retryAfter ?? 60) * 1000 };
  if (error.code === 'INVALID_CREDENTIALS' || error.status === 401 || error.status === 400)
    return { kind: 'wrong', title: t(byKey ? 'signin.wrongKey' : 'signin.wrong'), text: t(byKey ? 'signin.wrongKeyText' : 'signin.wrongText') };
  if (error.code === 'OFFLINE')
    return { kind: 'away', title: t('common.offlineTitle'), text: t('signin.offlineText') };
  return { kind: 'away', title: t('common.failedTitle'), text: t('common.failedText') };
}

function Card({ ended, over }) {
  const [byKey, setByKey] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(null);
  const [waits, setWaits] = useState(null); /* { email, secret }: right, from a device that is not approved */
  const form = useRef();
  const left = useSecondsTo(refused?.until, () => setRefused(null));

  const submit = async (event) => {
    event.preventDefault();
    if (busy || refused?.kind === 'wait')
      return;
    const { email, secret } = Object.fromEntries(new FormData(form.current));
    setBusy(true);
    try {
      await (byKey ? signInWithKey(secret) : signIn(email.trim(), secret));
    } catch (error) {
      setBusy(false);
      if (error.code === 'DEVICE_NOT_APPROVED')
        return setWaits({ email: email.trim(), secret });
      setRefused(refusal(error, byKey));
      form.current?.querySelector('[name=secret]')?.select();
    }
  };
  const other = () => {
    setByKey(!byKey);
    setRefused(null);
    requestAnimationFrame(() => form.current?.querySelector('input')?.focus());
  };

  const back = (error) => {
    setWaits(null);
    setRefused(error ? refusal(error, false) : null);
  };

  if (waits)
    return <Waiting email={waits.email} again={() => signIn(waits.email, waits.secret)} onBack={back} />;
  return (
    <form class="sign" ref={form} onSubmit={submit} aria-labelledby="sign-h">
      <div><h2 class="as-h2" id="sign-h">{t('signin.staff')}</h2>
        <p class="muted">{t(byKey ? 'signin.keyIntro' : 'signin.intro')}</p></div>
      <Refused refused={refused} left={left} />
      {over && !refused && <Banner kind="warning" alert title={t('factor.over')}>{t(over)}</Banner>}
      {ended && !refused && <Banner kind="plain" title={t('signin.endedTitle')}>{t('signin.endedText')}</Banner>}
      {!byKey && <Field label={t('signin.email')}>{(a) => <input {...a} class="input" name="email" type="email" autocomplete="username" required readOnly={busy} />}</Field>}
      <Secret key={byKey} label={t(byKey ? 'signin.key' : 'signin.password')} autocomplete={byKey ? 'off' : 'current-password'} busy={busy} />
      <Button kind="primary" wide type="submit" busy={busy} off={refused?.kind === 'wait'}>{t(busy ? 'signin.busy' : 'common.signIn')}</Button>
      <button class="link-btn start" type="button" onClick={other}>{t(byKey ? 'signin.withPassword' : 'signin.withKey')}</button>
    </form>
  );
}

function Refused({ refused, left }) {
  if (!refused)
    return null;
  if (refused.kind === 'wait')
    return <Banner kind="warning" icon={Hourglass} alert title={t('signin.manyTitle')}>{t('signin.manyText')} <span class="num strong">{countdown(left)}</span></Banner>;
  return <Banner kind="danger" icon={CircleAlert} alert title={refused.title}>{refused.text}</Banner>;
}
