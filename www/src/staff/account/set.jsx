/*
 * set - the page of a one-time link, /staff/set-password#TOKEN.  The token
 * leaves the address at once, so that no history keeps it.
 */
import { useEffect, useState } from 'preact/hooks';
import { CircleCheck, Link2Off } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { Button, Empty } from '../../common/ui.jsx';
import { NewPassword } from './newpassword.jsx';

const takeToken = () => {
  const token = location.hash.slice(1);
  if (token)
    history.replaceState(history.state, '', location.pathname);
  return token;
};

export function SetPassword() {
  const [token] = useState(takeToken);
  const [done, setDone] = useState(false);
  useEffect(() => {
    document.title = t('account.setTitle');
  }, []);
  const send = async (fields) => {
    await api('POST', '/api/auth/password/reset', { body: { token, ...fields } });
    setDone(true);
  };
  return (
    <main id="main" class="signs touch">
      <section class="card sign">
        {!token && <Empty level="h1" icon={Link2Off} title={t('account.noLink')} text={t('account.noLinkText')} />}
        {token && !done && <><h1 class="as-h2" id="set-h">{t('account.setTitle')}</h1><NewPassword send={send} wrong={t('account.linkOver')} act={t('account.set')} /></>}
        {done && <Empty level="h1" icon={CircleCheck} title={t('account.isSet')} text={t('account.isSetText')}><Button kind="primary" href="/staff/sign-in" onClick={leaveWhole}>{t('common.signIn')}</Button></Empty>}
      </section>
    </main>
  );
}

/* Loaded anew: whoever was signed in here may be so no longer. */
function leaveWhole(event) {
  event.preventDefault();
  location.assign('/staff/');
}
