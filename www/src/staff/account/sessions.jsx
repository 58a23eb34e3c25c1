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
import { deviceName } from '../users/agent.js';
import { useList } from '../users/list.js';
import { NotYet, State } from '../users/parts.jsx';

export function MySessions({ zone }) {
  return (
    <section class="card card__body card__body--3 stack" aria-labelledby="sessions-h">
      <h2 id="sessions-h">{t('account.sessions')}</h2>
      <p class="muted">{t('account.sessionsText')}</p>
      <Sessions zone={zone} />
    </section>
  );
}

function Sessions({ zone }) {
  const list = useList('/api/auth/sessions');
  const end = async (one) => {
    try {
      await api('DELETE', `/api/auth/sessions/${one.id}`);
      toast(t('account.didEnd', { device: deviceName(one.agent) }));
    } catch (error) {
      tellRefusal(error);
    }
    list.again();
  };
  if (!list.items)
    return <NotYet list={list} />;
  const today = dayOf(new Date(present.value), zone);
  return (
    <ul class="sessions" aria-labelledby="sessions-h">
      {list.items.map((one) => (
        <li key={one.id} class="sessions__one">
          <div class="min-0">
            <div class="medium breaks">{deviceName(one.agent)}</div>
            <div class="muted">{t('account.since', { when: formatWhen(one.createdAt, zone, { today }) })}</div>
          </div>
          {one.current
            ? <State look="good">{t('account.thisSession')}</State>
            : <Button small icon={LogOut} aria-label={t('account.endOf', { device: deviceName(one.agent) })} onClick={() => end(one)}>{t('account.end')}</Button>}
        </li>
      ))}
    </ul>
  );
}
