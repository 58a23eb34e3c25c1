/*
 * newpassword - a password that is chosen: what it must be is said before, and
 * what is wrong with it beside it.
 */
import { useRef, useState } from 'preact/hooks';
import { CircleAlert } from 'lucide';
import { fieldError } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { Banner, Button } from '../../common/ui.jsx';
import { Secret } from '../signin/secret.jsx';
import { errorWords } from '../tell.js';

const SHORTEST = 8;

/** old: asks for the present one, too.  send(fields) changes it; wrong: what to say when that is refused. */
export function NewPassword({ old, email, send, wrong, act }) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState({});
  const form = useRef();
  const submit = async (event) => {
    event.preventDefault();
    if (busy)
      return;
    const { password, newPassword } = Object.fromEntries(new FormData(form.current));
    if ([...newPassword].length < SHORTEST) {
      setRefused({ field: t('account.tooShort') });
      form.current.newPassword.focus();
      return;
    }
    setBusy(true);
    setRefused({});
    try {
      await send(old ? { password, newPassword } : { newPassword });
      form.current?.reset();
    } catch (error) {
      const field = fieldError(error, 'newPassword') && t('account.tooCommon');
      setRefused(field ? { field } : { text: error.code === 'INVALID_CREDENTIALS' ? wrong : errorWords(error) });
      form.current?.[field ? 'newPassword' : 'password']?.select();
    }
    setBusy(false);
  };
  return (
    <form class="stack" ref={form} onSubmit={submit}>
      {refused.text && <Banner kind="danger" icon={CircleAlert} alert title={refused.text} />}
      {/* Password managers want to know whose it is. */}
      {email && <input class="visually-hidden" type="email" autocomplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" />}
      {old && <Secret label={t('account.present')} name="password" autocomplete="current-password" busy={busy} />}
      <Secret label={t('account.new')} name="newPassword" autocomplete="new-password" hint={t('account.rule')} error={refused.field} busy={busy} maxLength={256} />
      <div><Button kind="primary" type="submit" busy={busy}>{act}</Button></div>
    </form>
  );
}
