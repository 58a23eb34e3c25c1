/*
 * factor - whether there is a second factor: sets it up, and takes it away.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { RotateCw, ShieldCheck, ShieldOff, TriangleAlert } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { dayOf, formatDay } from '../../common/time.js';
import { Banner, Button, Dialog, Empty, Skeleton, toast } from '../../common/ui.jsx';
import { Codes, Enrol } from '../factor/enrol.jsx';
import { Secret } from '../signin/secret.jsx';
import { errorWords } from '../tell.js';

const FEW = 3;

export function Factor({ zone }) {
  const [now, setNow] = useState(null); /* what the server says; null: not yet, { none }: the clinic's key */
  const [failed, setFailed] = useState(false);
  const [step, setStep] = useState(null); /* 'enrol', 'remove', or the codes */
  const ask = async () => {
    setFailed(false);
    try {
      setNow(await api('GET', '/api/auth/totp'));
    } catch (error) {
      if (error.code === 'NOT_FOUND')
        setNow({ none: true });
      else
        setFailed(true);
    }
  };
  useEffect(() => {
    ask();
  }, []);
  const done = () => {
    setStep(null);
    ask();
  };
  return (
    <section class="card card__body card__body--3 stack" aria-labelledby="factor-h">
      <h2 id="factor-h">{t('factor.title')}</h2>
      <p class="muted">{t('factor.about')}</p>
      {Array.isArray(step) ? <Codes codes={step} onDone={done} />
        : step === 'enrol' ? <><Enrol onCodes={setStep} onRefused={done} /><div><Button kind="quiet" onClick={done}>{t('common.cancel')}</Button></div></>
          : failed ? <Empty error title={t('common.failedTitle')} text={t('common.failedText')}><Button icon={RotateCw} onClick={ask}>{t('staff.tryNow')}</Button></Empty>
            : !now ? <Skeleton lines={2} />
              : <State now={now} zone={zone} onStep={setStep} />}
      {step === 'remove' && <Remove required={now.required} onEnd={done} />}
    </section>
  );
}

function State({ now, zone, onStep }) {
  if (now.none)
    return <p>{t('factor.keyHasNone')}</p>;
  if (!now.enrolled)
    return (
      <>
        <Banner kind={now.required ? 'warning' : 'plain'} icon={ShieldOff} title={t('factor.off')}>{now.required && t('factor.required')}</Banner>
        <div><Button kind="primary" onClick={() => onStep('enrol')}>{t('factor.setUp')}</Button></div>
      </>
    );
  const left = now.recoveryCodesLeft;
  return (
    <>
      <Banner kind="success" icon={ShieldCheck} title={t('factor.on')}>{t('factor.since', { day: formatDay(dayOf(now.confirmedAt, zone), { long: true }) })} {t('factor.left', { n: left })}</Banner>
      {left < FEW && <Banner kind="warning" icon={TriangleAlert} title={t('factor.few')}>{t('factor.fewText')}</Banner>}
      <div><Button kind="danger-quiet" aria-haspopup="dialog" onClick={() => onStep('remove')}>{t('factor.remove')}</Button></div>
    </>
  );
}

function Remove({ required, onEnd }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const form = useRef();
  const submit = async (event) => {
    event.preventDefault();
    if (busy)
      return;
    setBusy(true);
    setError(null);
    try {
      await api('DELETE', '/api/auth/totp', { body: { password: form.current.password.value } });
      toast(t('factor.removed'));
      onEnd();
    } catch (refused) {
      setBusy(false);
      setError(refused.code === 'INVALID_CREDENTIALS' ? t('account.wrongPresent') : errorWords(refused));
      form.current?.password.select();
    }
  };
  return (
    <Dialog title={t('factor.removeTitle')} onClose={onEnd} foot={<><Button onClick={onEnd}>{t('common.cancel')}</Button><Button kind="danger" type="submit" form="remove-factor" busy={busy}>{t('factor.remove')}</Button></>}>
      <form class="stack" id="remove-factor" ref={form} onSubmit={submit}>
        <p>{t(required ? 'factor.removeRequired' : 'factor.removeText')}</p>
        <Secret label={t('account.present')} name="password" autocomplete="current-password" error={error} busy={busy} />
      </form>
    </Dialog>
  );
}
