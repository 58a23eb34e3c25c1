/*
 * people - the accounts of the staff: invite, change, disable.
 */
import { useEffect, useState } from 'preact/hooks';
import { UserPlus } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { hueOf } from '../../common/people.js';
import { Avatar, Button, toast } from '../../common/ui.jsx';
import { navigate, place } from '../shell/router.js';
import { tellRefusal } from '../tell.js';
import { LinkDialog } from './linkdialog.jsx';
import { useList } from './list.js';
import { Ask, NotYet, State } from './parts.jsx';
import { UserDialog } from './userdialog.jsx';

/* Another page may ask for one: ?invite=DOCTOR. */
function wantedInvitation() {
  const doctorId = place.peek().query.get('invite');
  return doctorId ? { what: 'invite', doctorId } : null;
}

export function People({ me, doctors, zone }) {
  const list = useList('/api/admin/users');
  const [asking, setAsking] = useState(wantedInvitation); /* { what: 'invite' | 'edit' | 'disable' | 'drop' | 'link', user } */
  const end = () => setAsking(null);
  useEffect(() => {
    if (asking)
      navigate('/staff/users', { replace: true }); /* a reload does not ask again */
  }, []);
  if (!list.items)
    return <NotYet list={list} />;
  const admins = list.items.filter((one) => one.role === 'admin' && !one.disabled && one.hasPassword);
  const isLast = (user) => admins.length === 1 && admins[0].id === user.id;
  const setDisabled = async (user, disabled) => {
    end();
    try {
      await api('PATCH', `/api/admin/users/${user.id}`, { body: { version: user.version, disabled } });
      toast(t(disabled ? 'users.didDisable' : 'users.didEnable', { name: user.name }));
    } catch (error) {
      tellRefusal(error);
    }
    list.again();
  };
  const dropFactor = async (user) => {
    end();
    try {
      await api('DELETE', `/api/admin/users/${user.id}/second-factor`);
      toast(t('users.didDropFactor', { name: user.name }));
    } catch (error) {
      tellRefusal(error);
    }
    list.again();
  };
  const newLink = async (user) => {
    try {
      setAsking({ what: 'link', user, ...(await api('POST', `/api/admin/users/${user.id}/reset-link`)) });
    } catch (error) {
      tellRefusal(error);
    }
  };
  const invited = (answer) => {
    setAsking({ what: 'link', ...answer });
    list.again();
  };
  const changed = () => {
    end();
    toast(t('common.saved'));
    list.again();
  };
  return (
    <>
      <Button class="start" kind="primary" icon={UserPlus} aria-haspopup="dialog" onClick={() => setAsking({ what: 'invite' })}>{t('users.invite')}</Button>
      <div class="table-box" tabIndex={0} role="region" aria-label={t('users.tab_people')}>
        <table class="table table--users">
          <caption class="visually-hidden">{t('users.tab_people')}</caption>
          <thead><tr><th scope="col">{t('users.person')}</th><th scope="col">{t('users.role')}</th><th scope="col">{t('users.state')}</th><th scope="col"><span class="visually-hidden">{t('users.steps')}</span></th></tr></thead>
          <tbody>
            {list.items.map((user) => (
              <tr key={user.id} data-user={user.email}>
                <td><Who user={user} mine={user.id === me.id} /></td>
                <td>{t(`staff.role_${user.role}`)}</td>
                <td><Standing user={user} /></td>
                <td><div class="row row--end">
                  <Button small aria-haspopup="dialog" aria-label={t('users.editOf', { name: user.name })} onClick={() => setAsking({ what: 'edit', user })}>{t('common.change')}</Button>
                  {!user.disabled && <Button small aria-haspopup="dialog" aria-label={t('users.linkOf', { name: user.name })} onClick={() => newLink(user)}>{t('users.link')}</Button>}
                  {user.hasSecondFactor && user.id !== me.id && <Button small aria-haspopup="dialog" aria-label={t('users.dropFactorOf', { name: user.name })} onClick={() => setAsking({ what: 'drop', user })}>{t('users.dropFactor')}</Button>}
                  {user.disabled
                    ? <Button small aria-label={t('users.enableOf', { name: user.name })} onClick={() => setDisabled(user, false)}>{t('users.enable')}</Button>
                    : !isLast(user) && <Button small aria-haspopup="dialog" aria-label={t('users.disableOf', { name: user.name })} onClick={() => setAsking({ what: 'disable', user })}>{t('users.disable')}</Button>}
                </div></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asking?.what === 'invite' && <UserDialog doctors={doctors} doctorId={asking.doctorId} onClose={end} onDone={invited} />}
      {asking?.what === 'edit' && <UserDialog user={asking.user} last={isLast(asking.user)} doctors={doctors} onClose={end} onDone={changed} onStale={list.again} />}
      {asking?.what === 'link' && <LinkDialog name={asking.user.name} link={asking.link} expiresAt={asking.expiresAt} zone={zone} onClose={end} />}
      {asking?.what === 'drop' && <Ask title={t('users.dropFactorTitle', { name: asking.user.name })} text={t('users.dropFactorText')} keep={t('common.cancel')} act={t('users.dropFactor')}
        onKeep={end} onAct={() => dropFactor(asking.user)} />}
      {asking?.what === 'disable' && <Ask title={t('users.disableTitle', { name: asking.user.name })} text={t('users.disableText')} keep={t('common.cancel')} act={t('users.disable')}
        onKeep={end} onAct={() => setDisabled(asking.user, true)} />}
    </>
  );
}

function Who({ user, mine }) {
  return (
    <div class="row row--keep">
      <Avatar name={user.name ?? '?'} size="s" person={hueOf(user.id)} />
      <div class="min-0"><div class="medium">{user.name}{mine && <span class="muted"> {t('users.you')}</span>}</div><div class="muted breaks">{user.email}</div></div>
    </div>
  );
}

function Standing({ user }) {
  if (user.disabled)
    return <State look="shut">{t('users.isDisabled')}</State>;
  if (!user.hasPassword)
    return <State look="open">{t('users.isInvited')}</State>;
  return <div><State look="good">{t('users.isActive')}</State>{user.hasSecondFactor && <div class="muted">{t('users.secondFactor')}</div>}</div>;
}
