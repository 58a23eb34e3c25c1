/*
 * picks.jsx - rows of the list that are chosen for a step for many.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CalendarCheck, CalendarClock, X } from 'lucide';
import { t } from '../../common/i18n.js';
import { Button, toast } from '../../common/ui.jsx';
import { BulkDialog } from '../bulk/dialog.jsx';
import { MOST, itemsOf } from '../bulk/plan.js';

/**
 * { rows, has(id), toggle(id, range), all(), clear() }; rows: those chosen that
 * the list still has, in its order. A range goes from the one chosen before.
 */
export function usePicks(rows, filterKey) {
  const [picked, setPicked] = useState(new Set());
  const anchor = useRef(null);
  const clear = () => {
    anchor.current = null;
    setPicked((old) => (old.size > 0 ? new Set() : old));
  };
  useEffect(clear, [filterKey]);

  const chosen = useMemo(() => (picked.size > 0 ? rows.filter((row) => picked.has(row.id)) : []), [rows, picked]);
  const latest = useRef();
  latest.current = { rows, picked };

  const put = (ids) => {
    if (ids.size > MOST)
      toast(t('bulk.most', { n: MOST }));
    setPicked(ids.size > MOST ? new Set([...ids].slice(0, MOST)) : ids);
  };
  const toggle = useRef((id, range) => {
    const { rows: now, picked: old } = latest.current;
    const at = now.findIndex((row) => row.id === id);
    if (at < 0)
      return;
    const from = range ? now.findIndex((row) => row.id === anchor.current) : -1;
    const next = new Set(old);
    if (from >= 0)
      for (const row of now.slice(Math.min(from, at), Math.max(from, at) + 1))
        next.add(row.id);
    else if (!next.delete(id))
      next.add(id);
    anchor.current = id;
    put(next);
  }).current;

  return { rows: chosen, has: (id) => picked.has(id), toggle, clear, all: () => put(new Set(rows.map((row) => row.id))) };
}

/** The box in the head: none, some, all. */
export function PickAll({ picks, count }) {
  const box = useRef();
  const n = picks.rows.length;
  const all = n > 0 && n >= Math.min(count, MOST);
  useLayoutEffect(() => {
    box.current.indeterminate = n > 0 && !all;
  });
  return <input ref={box} type="checkbox" checked={all} aria-label={t('bulk.pickAll')} onChange={() => (all ? picks.clear() : picks.all())} />;
}

export function PickOne({ row, picked, toggle }) {
  return <input type="checkbox" checked={picked} aria-label={t('bulk.pick', { name: row.name })} onClick={(event) => toggle(row.id, event.shiftKey)} />;
}

const confirmable = ({ status, startsAt }) => status === 'requested' || (status === 'lead' && Boolean(startsAt));

/** What can be done with those that are chosen. */
export function PickBar({ picks, count, offline, ...about }) {
  const [action, setAction] = useState(null);
  const items = useRef(null);
  const n = picks.rows.length;
  const begin = (what) => {
    items.current = itemsOf(picks.rows); /* what comes live while it is open does not change what was meant */
    setAction(what);
  };
  const why = offline ? { off: true } : {};
  return (
    <>
      {n > 0 && (
        <div class="picks" role="group" aria-label={t('bulk.bar')}>
          <p class="num" role="status">{t('bulk.nPicked', { n })}</p>
          {n < Math.min(count, MOST) && <Button small kind="quiet" onClick={picks.all}>{t('bulk.allOf', { n: Math.min(count, MOST) })}</Button>}
          <span class="grow" />
          {picks.rows.some(confirmable) && <Button small icon={CalendarCheck} aria-haspopup="dialog" {...why} onClick={() => begin('confirm')}>{t('bulk.confirm')}</Button>}
          <Button small icon={CalendarClock} aria-haspopup="dialog" {...why} onClick={() => begin('move')}>{t('bulk.move')}</Button>
          <Button small kind="danger-quiet" aria-haspopup="dialog" {...why} onClick={() => begin('cancel')}>{t('bulk.cancel')}</Button>
          <Button small kind="icon" icon={X} label={t('bulk.clear')} onClick={picks.clear} />
        </div>
      )}
      {action && <BulkDialog {...about} action={action} target={{ items: items.current }} onClose={() => setAction(null)} onDone={picks.clear} />}
    </>
  );
}
