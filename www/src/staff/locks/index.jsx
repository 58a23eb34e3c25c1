/*
 * locks - who edits what, since when; an administrator ends it or takes it
 * over.  Below, the last thirty days in numbers.
 */
import { useEffect, useState } from 'preact/hooks';
import { LockOpen, RotateCw } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { hueOf } from '../../common/people.js';
import { dayOf, formatTime, formatWhen } from '../../common/time.js';
import { Avatar, Button, Dialog, Empty, Skeleton, toast } from '../../common/ui.jsx';
import { askHeld, held, useHeld } from '../held.js';
import { Left, TakeOverDialog, useLeft } from '../panel/lockbanner.jsx';
import { present } from '../shell/clock.js';
import { LiveLine } from '../shell/live.jsx';
import { tellRefusal } from '../tell.js';
import { Numbers } from './numbers.jsx';

export default function Locks({ me, clinic, store, navigate }) {
  const zone = clinic.timeZone;
  useHeld(store, me);
  const [asking, setAsking] = useState(null); /* { what, one } */
  const { stats, again } = useStats(held.value?.length);
  const end = () => setAsking(null);
  const act = async (step, one, after) => {
    end();
    try {
      await api('POST', `/api/appointments/${one.lock.appointmentId}/${step}`);
      after();
    } catch (error) {
      tellRefusal(error);
    }
    askHeld();
  };
  const release = (one) => act('force-release-lock', one, () => toast(t('locks.didRelease', { appointment: nameOf(one, store) })));
  const takeOver = (one) => act('takeover-lock', one, () => navigate(`/staff/appointments/${one.lock.appointmentId}`));

  return (
    <>
      <div class="work__head"><h1>{t('staff.page_locks')}</h1><LiveLine store={store} zone={zone} /></div>
      <div class="work__body stack stack--3">
        <Held {...{ me, store, zone }} onAsk={(what, one) => setAsking({ what, one })} />
        <Numbers stats={stats} again={again} />
      </div>
      {asking?.what === 'release' && <ReleaseDialog one={asking.one} onKeep={end} onRelease={() => release(asking.one)} />}
      {asking?.what === 'takeOver' && <TakeOverDialog name={asking.one.lock.userInfo.name} onKeep={end} onTake={() => takeOver(asking.one)} />}
    </>
  );
}

/* An event names no appointment; the store knows it. */
const nameOf = (one, store) => one.appointmentName ?? store.row(one.lock.appointmentId)?.name ?? '–';
const startOf = (one, store) => one.startsAt ?? store.row(one.lock.appointmentId)?.startsAt ?? null;

function Held({ me, store, zone, onAsk }) {
  const [failed, setFailed] = useState(false);
  const list = held.value;
  const ask = async () => setFailed(!(await askHeld()));
  useEffect(() => {
    ask();
  }, []);
  const now = present.value;
  const today = dayOf(new Date(now), zone);
  if (!list)
    return failed
      ? <Empty error level="h2" title={t('locks.broken')} text={t('staff.brokenText')}><Button icon={RotateCw} onClick={ask}>{t('common.retry')}</Button></Empty>
      : <Skeleton lines={3} block />;
  if (list.length === 0)
    return <Empty level="h2" icon={LockOpen} title={t('locks.nobody')} text={t('locks.nobodyText')} />;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={t('locks.caption')}>
      <table class="table table--locks">
        <caption class="visually-hidden">{t('locks.caption')}</caption>
        <thead><tr><th scope="col">{t('locks.who')}</th><th scope="col">{t('locks.appointment')}</th><th scope="col">{t('locks.since')}</th><th scope="col">{t('locks.left')}</th><th scope="col"><span class="visually-hidden">{t('locks.steps')}</span></th></tr></thead>
        <tbody>
          {[...list].sort((a, b) => Date.parse(a.lock.createdAt) - Date.parse(b.lock.createdAt)).map((one) => {
            const { lock } = one;
            const at = startOf(one, store);
            return (
              <tr key={lock.appointmentId} data-lock={lock.appointmentId}>
                <td><div class="row row--keep"><Avatar name={lock.userInfo.name ?? '?'} size="s" person={hueOf(lock.userId)} /><span class="medium">{lock.userInfo.name}</span></div></td>
                <td><a class="cell-name" href={`/staff/appointments/${lock.appointmentId}`}>{nameOf(one, store)}</a><div class="muted">{at ? formatWhen(at, zone, { today }) : t('appointments.noTime')}</div></td>
                <td class="num"><time>{formatTime(lock.createdAt, zone)}</time></td>
                <td class="num"><TimeLeft lock={lock} /></td>
                <td>
                  <div class="row row--end">
                    <Button small aria-haspopup="dialog" onClick={() => onAsk('release', one)}>{t('locks.release')}</Button>
                    {lock.userId !== me.id && <Button small aria-haspopup="dialog" onClick={() => onAsk('takeOver', one)}>{t('panel.lockTakeOver')}</Button>}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function TimeLeft({ lock }) {
  const ms = useLeft(lock);
  return ms > 0 ? <Left ms={ms} /> : <span class="muted">{t('locks.over')}</span>;
}

function ReleaseDialog({ one, onKeep, onRelease }) {
  return (
    <Dialog title={t('locks.releaseTitle', { name: one.lock.userInfo.name })} onClose={onKeep}
      foot={<><Button onClick={onKeep}>{t('locks.releaseKeep')}</Button><Button kind="danger" onClick={onRelease}>{t('locks.doRelease')}</Button></>}>
      <p>{t('locks.releaseText')}</p>
    </Dialog>
  );
}

/* Asked for anew when a lock came or went. */
function useStats(count) {
  const [state, setState] = useState({});
  const again = () => api('GET', '/api/admin/locks/stats').then((stats) => setState({ stats }), (failed) => setState((was) => ({ ...was, failed })));
  useEffect(() => {
    if (count !== undefined)
      again();
  }, [count]);
  return { stats: state.stats ?? (state.failed && 'failed'), again };
}
