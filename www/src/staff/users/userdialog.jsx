/*
 * userdialog - inviting somebody, or changing who they are here.
 */
import { useRef, useState } from 'preact/hooks';
import { CircleAlert } from 'lucide';
import { api, fieldError } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { Banner, Button, Dialog, Field } from '../../common/ui.jsx';
import { errorWords } from '../tell.js';

const roles = ['frontdesk', 'doctor', 'admin'];

/* What is said of a field that was refused: which one it was says enough. */
const wordsOf = { email: 'users.emailWrong', name: 'users.nameWrong', doctorId: 'users.doctorWrong' };

/* Only what differs is sent; a role brings its doctor or its name along. */
function membersOf(user, { role, doctorId, name, email }) {
  const person = role === 'doctor' ? { doctorId } : { name: name.trim() };
  if (!user)
    return { role, email: email.trim(), ...person };
  const now = { role, email: email.trim(), ...person };
  return { version: user.version, ...Object.fromEntries(Object.entries(now).filter(([key, value]) => value !== user[key])) };
}

/** doctorId: of whom is invited, where that is known. */
export function UserDialog({ user, last, doctors, doctorId = user?.doctorId, onClose, onDone, onStale }) {
  const form = useRef();
  const [role, setRole] = useState(user?.role ?? (doctorId ? 'doctor' : 'frontdesk'));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    if (busy)
      return;
    const members = membersOf(user, { role, ...Object.fromEntries(new FormData(form.current)) });
    setBusy(true);
    try {
      const answer = await (user ? api('PATCH', `/api/admin/users/${user.id}`, { body: members }) : api('POST', '/api/admin/users', { body: members }));
      onDone(answer);
    } catch (failed) {
      setBusy(false);
      setError(failed);
      if (failed.code === 'VERSION_CONFLICT')
        onStale();
      form.current?.querySelector('[aria-invalid=true]')?.focus();
    }
  };
  const wrong = (name) => fieldError(error, name) && t(wordsOf[name]);
  const other = error && !Object.keys(wordsOf).some(wrong) && errorWords(error);
  return (
    <Dialog title={user ? t('users.editTitle', { name: user.name }) : t('users.inviteTitle')} onClose={onClose}
      foot={<><Button onClick={onClose}>{t('common.cancel')}</Button><Button kind="primary" busy={busy} onClick={() => form.current.requestSubmit()}>{t(user ? 'common.save' : 'users.doInvite')}</Button></>}>
      <form class="stack stack--2" ref={form} onSubmit={submit}>
        {other && <Banner kind="danger" icon={CircleAlert} alert title={other} />}
        <Field label={t('users.role')} hint={last ? t('users.lastAdmin') : user && role !== user.role ? t('users.roleEnds') : undefined}>{(a) => (
          <select {...a} class="select" name="role" value={role} disabled={last} onChange={(event) => setRole(event.currentTarget.value)}>
            {roles.map((name) => <option key={name} value={name}>{t(`staff.role_${name}`)}</option>)}
          </select>
        )}</Field>
        {role === 'doctor'
          ? <Field label={t('users.doctor')} error={wrong('doctorId')}>{(a) => (
            <select {...a} class="select" name="doctorId" required defaultValue={doctorId ?? doctors[0]?.id}>
              {doctors.map(({ id, name }) => <option key={id} value={id} selected={id === doctorId}>{name}</option>)}
            </select>
          )}</Field>
          : <Field label={t('users.name')} error={wrong('name')}>{(a) => <input {...a} class="input" name="name" required maxLength={120} autocomplete="off" defaultValue={user?.name ?? ''} />}</Field>}
        <Field label={t('signin.email')} error={wrong('email')} hint={user ? undefined : t('users.emailHint')}>{(a) => <input {...a} class="input" name="email" type="email" required maxLength={254} autocomplete="off" defaultValue={user?.email ?? ''} />}</Field>
      </form>
    </Dialog>
  );
}
