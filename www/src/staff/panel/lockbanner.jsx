/*
 * lockbanner.jsx - who edits this appointment, for how long, and the one thing
 * to do about it.
 */
import { useEffect, useState } from 'preact/hooks';
import { Lock, LockKeyholeOpen, Pencil, TriangleAlert } from 'lucide';
import { t, tx } from '../../common/i18n.js';
import { hueOf } from '../../common/people.js';
import { now } from '../../common/time.js';
import { Banner, Button, Dialog } from '../../common/ui.jsx';
import { tellRefusal } from '../tell.js';
import { GRACE_MS, LEASE_MS } from './lock.js';

/** Whether the fields cannot be changed now. */
export const isBarred = ({ kind }) => ['other', 'lost', 'conflict'].includes(kind);

/** dirty: something is typed that is not saved. onCompare, if there is something to compare it with. */
export function LockBanner({ lock, me, dirty, onCompare }) {
  const { kind, lock: lease, by } = lock.state.value;
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const left = useLeft(kind === 'unlocked' ? null : lease);
  const run = async (step) => {
    setBusy(true);
    setAsking(false);
    await step().catch((error) => tellRefusal(error));
    setBusy(false);
  };
  const goOn = <Button small kind="soft" busy={busy} onClick={() => run(() => lock.acquire())}>{t('panel.lockGoOn')}</Button>;
  const takeOver = me.role === 'admin' && <Button small kind="quiet" busy={busy} aria-haspopup="dialog" onClick={() => setAsking(true)}>{t('panel.lockTakeOver')}</Button>;
  const kept = dirty && <> {t('panel.lockKept')}</>;
  const who = { name: lease?.userInfo.name };
  const faces = {
    mine: () => <Banner kind="mine" icon={Pencil} title={t('panel.lockMineTitle')}>{tx('panel.lockMineText', { time: <Left ms={left} /> })}</Banner>,
    other: () => (
      <Banner kind={`person person-${hueOf(lease.userId)}`} icon={Lock} title={t('panel.lockOtherTitle', who)} action={<>{takeOver}<Bar ms={left} label={t('panel.lockBar', who)} /></>}>
        {left > 0 ? tx('panel.lockOtherText', { time: <Left ms={left} /> }) : tx('panel.lockOtherOver', { time: <Left ms={left + GRACE_MS} /> })}{kept}
      </Banner>),
    expired: () => (
      <Banner kind="warning" icon={LockKeyholeOpen} title={t('panel.lockExpiredTitle')} action={goOn}>
        {left + GRACE_MS > 0 ? tx('panel.lockExpiredText', { time: <Left ms={left + GRACE_MS} /> }) : t('panel.lockExpiredOver')}{kept}
      </Banner>),
    lost: () => (
      <Banner kind="danger" icon={TriangleAlert} alert title={by ? t('panel.lockLostTitle', { name: by }) : t('panel.lockGoneTitle')}
        action={<>{onCompare && <Button small onClick={onCompare}>{t('panel.compare')}</Button>}{lease ? takeOver : goOn}</>}>
        {lease ? t('panel.lockLostText') : t('panel.lockFreeText')}{kept}
      </Banner>),
    conflict: () => <Banner kind="warning" icon={TriangleAlert} title={t('panel.lockConflictTitle')} action={<Button small kind="soft" busy={busy} onClick={() => run(() => lock.acquire())}>{t('panel.lockHere')}</Button>}>{t('panel.lockConflictText')}{kept}</Banner>,
  };
  if (!faces[kind])
    return null;
  return (
    <div class="panel__lock" data-lock={kind}>
      {faces[kind]()}
      {asking && <TakeOverDialog name={who.name} onKeep={() => setAsking(false)} onTake={() => run(() => lock.takeOver())} />}
    </div>
  );
}

export function TakeOverDialog({ name, onKeep, onTake }) {
  return (
    <Dialog title={t('panel.takeOverTitle', { name })} onClose={onKeep} foot={<><Button onClick={onKeep}>{t('panel.takeOverKeep')}</Button><Button kind="danger" onClick={onTake}>{t('panel.takeOver')}</Button></>}>
      <p>{t('panel.takeOverText')}</p>
    </Dialog>
  );
}

/** 228000 as 3:48; nobody has it read out each second. */
export function Left({ ms }) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return <span class="num strong" role="timer" aria-live="off">{Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}</span>;
}

const Bar = ({ ms, label }) => <progress class="bar" max={LEASE_MS / 1000} value={Math.max(0, Math.ceil(ms / 1000))} aria-label={label} />;

/** Milliseconds that a lock has left, each second; negative when it has run out. */
export function useLeft(lease) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!lease)
      return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [lease]);
  return lease ? Date.parse(lease.expiresAt) - now() : 0;
}
