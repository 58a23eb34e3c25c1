/*
 * dialog.jsx - one step for many appointments: what would become of each, and
 * then the doing.
 *
 * What is done is what the last preview has shown, with its versions; if
 * something has changed in between, nothing is done and the preview is new.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { newKey } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { formatDay } from '../../common/time.js';
import { Banner, Button, Dialog, announce, toast } from '../../common/ui.jsx';
import { errorWords, tellRefusal } from '../tell.js';
import { Outcomes, isFine } from './outcomes.jsx';
import { itemsOf, moveOf, nowhere, wayBack } from './plan.js';
import { preview, run, takeBack } from './steps.js';
import { Where } from './where.jsx';

const QUIET_MS = 250;
const UNDO_MS = 20_000;

/** action: cancel, confirm, move; target: { items } or { doctorId, day }. onDone() when it is done, and when it was undone. */
export function BulkDialog({ action, target: first, me, doctors, zone, today, store, onClose, onDone }) {
  const { doctorId, day } = first;
  const [target, setTarget] = useState(first);
  const [form, setForm] = useState(nowhere);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(null);
  const move = action === 'move' ? moveOf(form, day) : {};
  const step = move && { action, ...move };
  const { answer, looking, failed, again } = usePreview(step, target);
  const key = useRef(null);
  const { offline } = store.status.value;
  const items = answer?.items ?? [];
  const fine = items.filter(isFine);
  const ready = answer && !looking && !failed && items.length > 0 && fine.length === items.length && !offline;

  const doIt = async () => {
    setBusy(true);
    setRefused(null);
    const mark = JSON.stringify([step, itemsOf(items)]);
    if (key.current?.mark !== mark)
      key.current = { mark, key: newKey() };
    try {
      const done = await run(step, items, key.current.key);
      finish(step, items, done.items, { store, onDone });
      onClose();
    } catch (error) {
      setBusy(false);
      setRefused(error);
      announce(t('bulk.notDone'), { urgent: true });
      if (error.body?.items)
        setTarget({ items: itemsOf(error.body.items) });
      if (!error.code)
        console.error(error);
    }
  };
  const leaveOut = () => {
    setRefused(null);
    setTarget({ items: itemsOf(fine) });
  };

  const about = { zone, today, doctors };
  return (
    <Dialog class="dialog--bulk" title={t(`bulk.title_${action}`)} onClose={() => !busy && onClose()} foot={
      <>
        <Button off={busy} onClick={onClose}>{t('bulk.leave')}</Button>
        {answer && !looking && fine.length > 0 && fine.length < items.length && <Button onClick={leaveOut} off={busy}>{t('bulk.leaveOut', { n: items.length - fine.length })}</Button>}
        {(items.length > 0 || !answer) && <Button kind={action === 'cancel' ? 'danger' : 'primary'} busy={busy} off={!ready} onClick={doIt}>{t(`bulk.do_${action}`, { n: items.length })}</Button>}
      </>}>
      <div class="stack">
        {day && <p class="muted">{doctors.find((one) => one.id === doctorId)?.name}, {formatDay(day, { today, long: true })}</p>}
        {action === 'move' && <Where form={form} set={(part) => { setRefused(null); setForm({ ...form, ...part }); }} {...{ doctors, doctorId }} from={day} mayMoveDoctor={me.role !== 'doctor'} />}
        {refused && <Banner kind="danger" alert title={t('bulk.notDone')}>{refused.body?.items ? t('bulk.changedMeanwhile') : errorWords(refused)}</Banner>}
        {failed && <Banner kind="danger" alert title={t('bulk.noPreview')} action={<Button small onClick={again}>{t('common.retry')}</Button>}>{failed.code === 'QUOTA_EXCEEDED' ? t('bulk.tooMany') : errorWords(failed)}</Banner>}
        <Summary {...{ action, step, answer, items, fine, looking, busy, failed }} />
        {items.length > 0 && !failed && <Outcomes items={items} action={action} {...about} />}
      </div>
    </Dialog>
  );
}

function Summary({ action, step, answer, items, fine, looking, busy, failed }) {
  let text = '';
  if (busy)
    text = t('bulk.working', { n: items.length });
  else if (!step)
    text = t('bulk.whither');
  else if (looking)
    text = t('bulk.looking');
  else if (answer && items.length === 0)
    text = t(`bulk.nobody_${action}`);
  else if (answer && !failed)
    text = fine.length === items.length ? t(`bulk.all_${action}`, { n: items.length }) : t(`bulk.some_${action}`, { n: items.length, k: fine.length });
  return (
    <div class="stack stack--1">
      <p role="status" class="medium">{text}</p>
      {(looking || busy) && <progress class="bar" aria-label={text} />}
    </div>
  );
}

/* { answer, looking, failed, again() }: asked again when the step or its rows change; an older answer never comes later. */
function usePreview(step, target) {
  const [state, setState] = useState({});
  const [tries, setTries] = useState(0);
  const asked = step && JSON.stringify([step, target, tries]);
  useEffect(() => {
    if (!step) {
      setState({});
      return undefined;
    }
    const stop = new AbortController();
    setState((old) => ({ answer: old.answer, looking: true }));
    const timer = setTimeout(async () => {
      try {
        setState({ answer: await preview(step, target, stop.signal) });
      } catch (failed) {
        if (!stop.signal.aborted)
          setState({ failed });
      }
    }, step.action === 'move' ? QUIET_MS : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked]);
  return { ...state, again: () => setTries((n) => n + 1) };
}

/* The page learns of it at once; and for a while there is a way back, if there is one. */
function finish(step, before, after, { store, onDone }) {
  const learn = () => {
    store.poll();
    onDone?.();
  };
  const back = wayBack(step, before, after);
  const undo = async () => {
    try {
      const { items } = await takeBack(back);
      toast(t('bulk.undone', { n: items.length }));
    } catch (error) {
      tellRefusal(error, store);
    }
    learn();
  };
  learn();
  toast(t(`bulk.did_${step.action}`, { n: after.length }), back ? { for: UNDO_MS, action: { label: t('today.undo'), run: undo } } : {});
}
