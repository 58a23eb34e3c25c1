/*
 * enrol - sets an authenticator app up: a QR code, and its first code.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { RotateCw } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { Button, Empty, Field, Skeleton } from '../../common/ui.jsx';
import { errorWords } from '../tell.js';

const inFours = (text) => text.match(/.{1,4}/g).join(' ');

/** challenge: of a sign-in, else whoever is signed in.  onCodes(codes) when it is confirmed, onRefused(error) when it cannot be any more. */
export function Enrol({ challenge, onCodes, onRefused }) {
  const [made, setMade] = useState(null);
  const [failed, setFailed] = useState(false);
  const ask = async () => {
    setFailed(false);
    try {
      setMade(await api('POST', '/api/auth/totp/enrol', { body: { challenge } }));
    } catch (error) {
      if (error.code === 'INVALID_CREDENTIALS' || error.code === 'BAD_TRANSITION')
        onRefused(error);
      else
        setFailed(true);
    }
  };
  useEffect(() => {
    ask();
  }, []);
  if (failed)
    return <Empty error title={t('common.failedTitle')} text={t('common.failedText')}><Button icon={RotateCw} onClick={ask}>{t('staff.tryNow')}</Button></Empty>;
  if (!made)
    return <Skeleton lines={3} />;
  return (
    <>
      <ol class="enrol-steps stack">
        <li>{t('factor.step1')}</li>
        <li>{t('factor.step2')}
          <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(made.qrSvg)}`} alt={t('factor.qr')} width="200" height="200" />
          <p class="muted">{t('factor.orType')}</p>
          <p class="secret-text" data-secret={made.secret}>{inFours(made.secret)}</p>
          <p><a href={made.otpauthUri}>{t('factor.openApp')}</a></p></li>
        <li>{t('factor.step3')}</li>
      </ol>
      <First challenge={challenge} onCodes={onCodes} onRefused={onRefused} />
    </>
  );
}

function First({ challenge, onCodes, onRefused }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const wrong = useRef(0);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy)
      return;
    setBusy(true);
    setError(null);
    try {
      const answer = await api('POST', '/api/auth/totp/confirm', { body: { challenge, code: form.code.value.trim() } });
      onCodes(answer.recoveryCodes);
    } catch (refused) {
      setBusy(false);
      const isWrong = refused.code === 'INVALID_CREDENTIALS';
      if (refused.code === 'BAD_TRANSITION' || (isWrong && challenge && ++wrong.current === 5))
        return onRefused(refused);
      setError(isWrong || refused.status === 400 ? t('factor.wrongCode') : errorWords(refused));
      form.code.select();
    }
  };
  return (
    <form class="stack" onSubmit={submit}>
      <CodeField error={error} busy={busy} />
      <Button kind="primary" wide type="submit" busy={busy}>{t('factor.confirm')}</Button>
    </form>
  );
}

/** Six digits, as the app shows them. */
export function CodeField({ error, busy, ...rest }) {
  return (
    <Field label={t('factor.code')} error={error}>
      {(a) => <input {...a} class="code-input" name="code" inputMode="numeric" autocomplete="one-time-code" maxLength={10} required readOnly={busy} {...rest} />}
    </Field>
  );
}
