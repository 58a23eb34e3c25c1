/*
 * devices - what the staff sign in from.  Those that wait come first: their
 * people are standing before a locked door.
 */
import { useState } from 'preact/hooks';
import { MonitorSmartphone } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { hueOf } from '../../common/people.js';
import { dayOf, formatWhen } from '../../common/time.js';
import { Avatar, Button, Empty, toast } from '../../common/ui.jsx';
import { present } from '../shell/clock.js';
import { tellRefusal } from '../tell.js';
import { deviceName } from './agent.js';
import { Ask, NotYet, State } from './parts.jsx';

const looks = { waiting: 'open', approved: 'good', revoked: 'shut' };

export function Devices({ list, zone }) {
  const [asking, setAsking] = useState(null); /* the device that is to be revoked */
  const act = async (device, step) => {
    setAsking(null);
    try {
      list.put(await api('POST', `/api/admin/devices/${device.id}/${step}`));
      toast(t(`users.did_${step}`, { name: device.person.name }));
    } catch (error) {
      tellRefusal(error);
    }
    list.again();
  };
  if (!list.items)
    return <NotYet list={list} />;
  if (list.items.length === 0)
    return <Empty level="h2" icon={MonitorSmartphone} title={t('users.noDevices')} text={t('users.noDevicesText')} />;
  const today = dayOf(new Date(present.value), zone);
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label={t('users.tab_devices')}>
        <table class="table table--users table--devices">
          <caption class="visually-hidden">{t('users.tab_devices')}</caption>
          <thead><tr><th scope="col">{t('users.person')}</th><th scope="col">{t('users.seen')}</th><th scope="col">{t('users.state')}</th><th scope="col"><span class="visually-hidden">{t('users.steps')}</span></th></tr></thead>
          <tbody>
            {list.items.map((device) => (
              <tr key={device.id} data-device={device.state}>
                <td><div class="row row--keep">
                  <Avatar name={device.person.name ?? '?'} size="s" person={hueOf(device.person.id)} />
                  <div class="min-0"><div class="medium">{device.person.name}</div><div class="muted breaks" title={device.agent}>{deviceName(device.agent)}</div></div>
                </div></td>
                <td class="num"><time dateTime={device.seenAt}>{formatWhen(device.seenAt, zone, { today })}</time></td>
                <td><State look={looks[device.state]}>{t(`users.device_${device.state}`)}</State>
                  {device.state === 'approved' && device.approvedBy && <div class="muted">{t('users.by', { name: device.approvedBy.name })}</div>}</td>
                <td><div class="row row--end"><Steps device={device} onAct={act} onRevoke={setAsking} /></div></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asking && <Ask title={t('users.revokeTitle', { name: asking.person.name })} text={t('users.revokeText')} keep={t('common.cancel')} act={t('users.revoke')}
        onKeep={() => setAsking(null)} onAct={() => act(asking, 'revoke')} />}
    </>
  );
}

function Steps({ device, onAct, onRevoke }) {
  const { name } = device.person;
  return (
    <>
      {device.state !== 'approved' && <Button small kind={device.state === 'waiting' ? 'primary' : undefined} aria-label={t('users.approveOf', { name })} onClick={() => onAct(device, 'approve')}>{t('users.approve')}</Button>}
      {device.state === 'waiting' && <Button small aria-label={t('users.refuseOf', { name })} onClick={() => onAct(device, 'revoke')}>{t('users.refuse')}</Button>}
      {device.state === 'approved' && <Button small aria-haspopup="dialog" aria-label={t('users.revokeOf', { name })} onClick={() => onRevoke(device)}>{t('users.revoke')}</Button>}
    </>
  );
}
