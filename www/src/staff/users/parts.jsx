/*
 * parts - what the tabs of this page have in common.
 */
import { Check, Hourglass, RotateCw, X } from 'lucide';
import { t } from '../../common/i18n.js';
import { Button, Dialog, Empty, Icon, Skeleton } from '../../common/ui.jsx';

/* A colour and an icon of the badges for each way to stand. */
const looks = { good: ['confirmed', Check], open: ['requested', Hourglass], shut: ['cancelled', X] };

export function State({ look, children }) {
  const [status, icon] = looks[look];
  return <span class="badge" data-status={status}><Icon of={icon} size="s" />{children}</span>;
}

/** Until there is a list: grey lines, or what went wrong. */
export function NotYet({ list }) {
  return list.failed
    ? <Empty error level="h2" title={t('users.broken')} text={t('staff.brokenText')}><Button icon={RotateCw} onClick={list.again}>{t('common.retry')}</Button></Empty>
    : <Skeleton lines={4} block />;
}

export function Ask({ title, text, keep, act, onKeep, onAct }) {
  return (
    <Dialog title={title} onClose={onKeep} foot={<><Button onClick={onKeep}>{keep}</Button><Button kind="danger" onClick={onAct}>{act}</Button></>}>
      <p>{text}</p>
    </Dialog>
  );
}
