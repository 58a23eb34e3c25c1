/*
 * cursors.jsx - where the others are who have the same appointment open: named
 * and coloured, gone after ten seconds of silence.
 *
 * A place is a share of the form's width and height, because the forms of two
 * people are not equally large.  Who has no mouse is at the field they are in.
 */
import { useEffect, useState } from 'preact/hooks';
import { MousePointer2 } from 'lucide';
import { hueOf } from '../../common/people.js';
import { Icon } from '../../common/ui.jsx';

const SEND_MS = 200;
const GONE_MS = 10_000;
const ICON_PX = 20;
const EVENT = 'cursor-position';
const colors = ['#8a2f6b', '#1f5fa8', '#87520a', '#4d5a12']; /* of tokens.css, for clients that have no hues */

const share = (part, whole) => Math.round(Math.min(1, Math.max(0, part / whole)) * 10_000) / 10_000;

function placeIn(box, x, y) {
  const at = box.getBoundingClientRect();
  return { x: share(x - at.left + box.scrollLeft, box.scrollWidth), y: share(y - at.top + box.scrollTop, box.scrollHeight) };
}

/* The last place of each 200 ms. */
function sender(send) {
  let next = null;
  let timer = null;
  const flush = () => {
    timer = next ? setTimeout(flush, SEND_MS) : null;
    if (next)
      send(next);
    next = null;
  };
  return {
    at(position) {
      next = position;
      if (timer === null)
        flush();
    },
    stop: () => clearTimeout(timer),
  };
}

function useSending(box, { id, me, live }) {
  useEffect(() => {
    if (!live || !box.current)
      return undefined;
    const form = box.current;
    const hue = hueOf(me.id);
    const mine = sender((position) => live.send(`appointment:${id}`, EVENT, {
      appointmentId: id, userId: me.id, position, userInfo: { name: me.name, email: me.email ?? null }, color: colors[hue - 1],
    }));
    const move = (event) => event.pointerType !== 'touch' && mine.at(placeIn(form, event.clientX, event.clientY));
    const enter = ({ target }) => {
      const { left, top, width, height } = target.getBoundingClientRect();
      mine.at(placeIn(form, left + width / 2, top + height / 2));
    };
    form.addEventListener('pointermove', move);
    form.addEventListener('focusin', enter);
    return () => {
      form.removeEventListener('pointermove', move);
      form.removeEventListener('focusin', enter);
      mine.stop();
    };
  }, [id, live]);
}

function useOthers({ id, me, live }) {
  const [others, setOthers] = useState([]);
  useEffect(() => {
    const timers = new Map();
    const without = (list, userId) => list.filter((one) => one.userId !== userId);
    const off = live?.on(`appointment:${id}`, (event, { userId, position, userInfo }) => {
      if (event !== EVENT || !userId || userId === me.id)
        return;
      clearTimeout(timers.get(userId));
      if (!Number.isFinite(position?.x) || !Number.isFinite(position.y)) { /* gone, says the hub */
        setOthers((list) => without(list, userId));
        return;
      }
      timers.set(userId, setTimeout(() => setOthers((list) => without(list, userId)), GONE_MS));
      setOthers((list) => [...without(list, userId), { userId, name: userInfo?.name ?? '', ...position }]);
    });
    return () => {
      off?.();
      timers.forEach(clearTimeout);
    };
  }, [id, live]);
  return others;
}

/** box: the form that scrolls; it has to be positioned. */
export function Cursors({ box, ...who }) {
  const others = useOthers(who);
  useSending(box, who);
  const { clientWidth = 0, scrollHeight = 0 } = box.current ?? {};
  return others.map(({ userId, name, x, y }) => (
    <span key={userId} class={`cursor person-${hueOf(userId)}${x > 0.5 ? ' cursor--late' : ''}`} aria-hidden="true"
      style={{ left: `${Math.min(x * clientWidth, clientWidth - ICON_PX)}px`, top: `${Math.min(y * scrollHeight, scrollHeight - ICON_PX)}px` }}>
      <Icon of={MousePointer2} /><span class="cursor__name">{name}</span>
    </span>
  ));
}
