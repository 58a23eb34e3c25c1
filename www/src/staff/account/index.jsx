/*
 * account - what is one's own: the password, the second factor, where one is
 * signed in.
 */
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { toast } from '../../common/ui.jsx';
import { NewPassword } from './newpassword.jsx';
import { Factor } from './factor.jsx';
import { MySessions } from './sessions.jsx';

export default function Account({ me, clinic }) {
  return (
    <>
      <div class="work__head"><h1>{t('staff.page_account')}</h1></div>
      <div class="work__body account">
        <Password me={me} />
        <Factor zone={clinic.timeZone} />
        <MySessions zone={clinic.timeZone} />
      </div>
    </>
  );
}

function Password({ me }) {
  const send = async (body) => {
    await api('POST', '/api/auth/password', { body });
    toast(t('account.changed'));
  };
  return (
    <section class="card card__body card__body--3 stack" aria-labelledby="password-h">
      <h2 id="password-h">{t('account.password')}</h2>
      <p class="muted">{t('account.endsOthers')}</p>
      <NewPassword old email={me.email} send={send} wrong={t('account.wrongPresent')} act={t('account.change')} />
    </section>
  );
}
