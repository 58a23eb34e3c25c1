/*
 * sessions - where somebody is signed in, for themselves; each but this one can
 * be ended.
 */
import { LogOut } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { dayOf, formatWhen } from '../../common/time.js';
import { Button, toast } from '../../common/ui.jsx';
import { present } from '../shell/clock.js';
import { tellRefusal } from '../tell.js';
import { deviceName } from './agent.js';
import { useList } from './list.js';
import { NotYet, State } from './parts.jsx';

export function MySessions({ zone }) {
  const list = useList('/api/auth/sessions');
  const end = async (one) => {
    try {
      await api('DELETE', `/api/auth/sessions/${one.id}`);
      toast(t('users.didEnd', { device: deviceName(one.agent) }));
    } catch (error) {
      tellRefusal(error);
    }
    list.again();
  };
  if (!list.items)
    return <NotYet list={list} />;
  const today = dayOf(new Date(present.value), zone);
  return (
    <ul class="sessions card" aria-label={t('users.tab_sessions')}>
      {list.items.map((one) => (
        <li key={one.id} class="sessions__one">
          <div class="min-0">
            <div class="medium breaks">{deviceName(one.agent)}</div>
            <div class="muted">{t('users.since', { when: formatWhen(one.createdAt, zone, { today }) })}</div>
          </div>
          {one.current
            ? <State look="good">{t('users.thisSession')}</State>
            : <Button small icon={LogOut} aria-label={t('users.endOf', { device: deviceName(one.agent) })} onClick={() => end(one)}>{t('users.end')}</Button>}
        </li>
      ))}
    </ul>
  );
}
