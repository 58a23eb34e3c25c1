/*
 * parts.jsx - the smaller parts of the panel.
 */
import { ArrowLeft, CircleAlert, Lock, X } from 'lucide';
import { t } from '../../common/i18n.js';
import { formatTime, formatWhen } from '../../common/time.js';
import { Banner, Button, Dialog } from '../../common/ui.jsx';

export function CloseButton({ onClose }) {
  return (
    <>
      <Button kind="icon" class="panel__back" icon={ArrowLeft} label={t('panel.toList')} onClick={onClose} />
      <Button kind="icon" class="panel__x" icon={X} label={t('common.close')} onClick={onClose} />
    </>
  );
}

export const views = ['details', 'discussion', 'history'];

/** What the panel shows: the fields, what the staff say, or who changed what. */
export function Views({ view, onView }) {
  return (
    <div class="tabs panel__tabs" role="group" aria-label={t('record.views')}>
      {views.map((name) => <button key={name} type="button" aria-current={view === name ? 'true' : undefined} onClick={() => onView(name)}>{t(`record.${name}`)}</button>)}
    </div>
  );
}

/** { title, text, slots } of a refused save. onSlot chooses another time. */
export function Refusal({ error, zone, today, onSlot }) {
  if (error.code === 'SLOT_TAKEN') {
    const slots = error.body.alternatives ?? [];
    return (
      <Banner kind="danger" icon={CircleAlert} alert title={t('staff.slotTaken')}>
        {slots.length > 0 ? t('panel.near') : t('panel.noneNear')}
        {slots.length > 0 && <ul class="row near">{slots.map(({ startsAt, doctorId }) => <li key={startsAt}><Button small onClick={() => onSlot({ startsAt, doctorId })}>{formatWhen(startsAt, zone, { today })}</Button></li>)}</ul>}
      </Banner>
    );
  }
  if (error.status === 423)
    return <Banner kind="warning" icon={Lock} alert title={t('panel.lockedTitle')}>{error.body.lock?.userInfo?.name ? t('panel.lockedBy', { name: error.body.lock.userInfo.name, time: formatTime(error.body.lock.expiresAt, zone) }) : t('staff.locked')}</Banner>;
  const words = {
    PATIENT_BUSY: 'staff.patientBusy', BAD_TRANSITION: 'staff.notAllowed', FORBIDDEN: 'staff.notYours', OFFLINE: 'panel.offlineText', NOT_FOUND: 'panel.goneText', RATE_LIMITED: 'common.tooMany', VALIDATION_ERROR: 'panel.checkFields',
  };
  return <Banner kind="danger" icon={CircleAlert} alert title={t('panel.notSavedTitle')}>{t(words[error.code] ?? 'common.failedText')}</Banner>;
}

export function CancelDialog({ row, zone, today, busy, onKeep, onCancel }) {
  return (
    <Dialog title={t('panel.cancelTitle')} onClose={onKeep} foot={
      <>
        <Button onClick={onKeep}>{t('panel.keep')}</Button>
        <Button kind="danger" busy={busy} onClick={onCancel}>{t('panel.doCancel')}</Button>
      </>}>
      <p>{t(row.startsAt ? 'panel.cancelText' : 'panel.cancelTextNoTime', { name: row.name, when: row.startsAt ? formatWhen(row.startsAt, zone, { today }) : '' })}</p>
    </Dialog>
  );
}
