// The free times of one doctor for one service: asked for in fortnights, again every 20 seconds while somebody looks,
// and soon after something happened to them.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../common/api.js';
import { connected } from '../common/connection.js';
import { freeDays, wallIn } from '../common/freedays.js';
import { addDays, dayOf, now } from '../common/time.js';
import { listen } from './visits.js';

const FORTNIGHT = 14;
const POLL_MS = 20000;
const SOON_MS = 400;
const MARK_MS = 4000;

async function ask(doctorId, serviceId, from) {
  const query = new URLSearchParams({ from, to: addDays(from, FORTNIGHT - 1), serviceId });
  const { slots, rules, exceptions } = await api('GET', `/api/availability/${doctorId}?${query}`, { stranger: true });
  return {
    from,
    count: FORTNIGHT,
    rules,
    exceptions,
    slots: slots.map((slot) => ({ ...slot, doctorId, ms: Date.parse(slot.startsAt) })),
  };
}

/** {list, times(day), more, failed, refresh}; list is null until the times have come, more() shows later days or is null. */
export function useFree(doctorId, service, zone) {
  const [parts, setParts] = useState(null);
  const [shown, setShown] = useState(1);
  const [failed, setFailed] = useState(false);
  const [gone, setGone] = useState([]);
  const turn = useRef(0);
  const known = useRef(null);
  const first = dayOf(now(), zone);

  const refresh = async () => {
    const mine = ++turn.current;
    try {
      const froms = Array.from({ length: shown }, (_, n) => addDays(first, n * FORTNIGHT));
      const answer = await Promise.all(froms.map((from) => ask(doctorId, service.id, from)));
      if (mine !== turn.current) return;
      markGone(known.current, answer);
      known.current = answer;
      setParts(answer);
      setFailed(false);
    } catch {
      if (mine === turn.current) setFailed(true);
    }
  };

  // What was free a moment ago and is not: shown as taken where it stood, for a little while.
  const markGone = (before, after) => {
    if (!before) return;
    const free = new Set(after.flatMap(({ slots }) => slots.map(({ ms }) => ms)));
    const lost = before.flatMap(({ slots }) => slots).filter(({ ms }) => !free.has(ms) && ms > now());
    if (!lost.length) return;
    setGone((some) => [...some, ...lost]);
    setTimeout(() => setGone((some) => some.filter((slot) => !lost.includes(slot))), MARK_MS);
  };

  useEffect(() => {
    refresh();
    let soon = 0;
    const looking = () => document.visibilityState === 'visible' && connected.peek();
    const later = () => {
      clearTimeout(soon);
      soon = setTimeout(refresh, SOON_MS * (0.5 + Math.random()));
    };
    const off = listen(`availability:${doctorId}`, later, {});
    const timer = setInterval(() => looking() && refresh(), POLL_MS);
    const seen = () => looking() && refresh();
    document.addEventListener('visibilitychange', seen);
    const stop = connected.subscribe((yes) => yes && known.current && refresh());
    return () => {
      turn.current += 1;
      clearTimeout(soon);
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      off();
      stop();
    };
  }, [doctorId, service.id, shown]);

  const list = parts && freeDays({ first, count: parts.length * FORTNIGHT, zone, parts });
  const times = (day) => {
    const free = list.find((one) => one.day === day)?.slots ?? [];
    const here = new Set(free.map(({ ms }) => ms));
    const lost = gone
      .filter(({ ms }) => !here.has(ms) && wallIn(zone, ms).day === day)
      .map((slot) => ({ ms: slot.ms, minutes: wallIn(zone, slot.ms).minutes, choices: [slot], taken: true }));
    return [...free, ...lost].sort((a, b) => a.ms - b.ms);
  };
  const more = shown * FORTNIGHT <= (service.horizonDays ?? 0) ? () => setShown(shown + 1) : null;
  return { list, times, more, failed, refresh };
}
