/*
 * pages.js - a list that comes by pages, newest first.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../../common/api.js';

/**
 * { items, more, busy, failed, again(), next(), add(item) } of the list at path.
 * It is asked for anew when `fresh` changes, and what is shown stays until the
 * answer is there; items that came before are kept, so nothing jumps.
 */
export function usePages(path, fresh) {
  const [state, setState] = useState({ path, items: null, cursor: null, busy: true });
  const turn = useRef(0);
  const latest = useRef(state);
  const put = (part) => {
    latest.current = { ...latest.current, ...part };
    setState(latest.current);
  };

  const ask = async (cursor) => {
    const mine = ++turn.current;
    put({ busy: true, failed: null, ...(latest.current.path !== path && { path, items: null, cursor: null }) });
    try {
      const page = await api('GET', cursor ? `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}` : path);
      if (mine === turn.current)
        put({ busy: false, ...joined(latest.current, page, cursor) });
    } catch (failed) {
      if (mine === turn.current)
        put({ busy: false, failed });
    }
  };
  useEffect(() => {
    ask(null);
    return () => { turn.current++; };
  }, [path, fresh]);

  const here = state.path === path ? state : { items: null, busy: true };
  return {
    items: here.items,
    more: Boolean(here.cursor),
    busy: here.busy,
    failed: here.failed,
    again: () => ask(null),
    next: () => ask(latest.current.cursor),
    add: (item) => (latest.current.items ? put({ items: joined(latest.current, { items: [item] }, null).items }) : ask(null)),
  };
}

const timeOf = ({ createdAt, changedAt, at }) => Date.parse(createdAt ?? changedAt ?? at);

/*
 * What came and what is there: behind it by cursor, else by its time, for what
 * others have said may have been missed before one's own.
 */
function joined({ items: had, cursor: kept }, { items, nextCursor = kept }, cursor) {
  const known = new Map((had ?? []).map((one) => [one.id, one]));
  const fresh = items.filter((one) => !known.has(one.id));
  if (cursor)
    return { items: [...had, ...fresh], cursor: nextCursor };
  /* So much is new that the page does not reach what we have. */
  if (had && fresh.length === items.length && items.length > 1)
    return { items, cursor: nextCursor };
  const came = new Set(items.map((one) => one.id));
  const all = [...items, ...(had ?? []).filter((one) => !came.has(one.id))];
  return { items: all.sort((a, b) => timeOf(b) - timeOf(a)), cursor: had ? kept : nextCursor };
}
