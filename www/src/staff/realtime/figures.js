/*
 * figures.js - what the live statistics say, as words and numbers; no page.
 */
import { locale, t } from '../../common/i18n.js';

/* What hubs count since they started; those of several add up. */
const add = (hubs, name) => hubs.reduce((sum, { stats }) => sum + (Number(stats[name]) || 0), 0);

const whole = (n) => new Intl.NumberFormat(locale()).format(n);

/** 0.4 ms, 12 ms, 1.3 s; a dash where nothing was sent. */
export function duration(ms) {
  if (ms === null)
    return '–';
  if (ms >= 1000)
    return t('realtime.seconds', { n: new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(ms / 1000) });
  return t('realtime.milliseconds', { n: new Intl.NumberFormat(locale(), { maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms) });
}

/** The last minute that is over: what is happening now, without the part that is still missing. */
export const lastMinute = (minutes) => minutes.at(-2)?.events ?? 0;

/** [{ name, value, odd }]; odd: somebody should look at it. */
export function figuresOf({ hubs, latency, minutes }) {
  const counted = (name, odd = false) => ({ name, value: whole(add(hubs, name)), odd: odd && add(hubs, name) > 0 });
  return [
    counted('connections'),
    counted('subscriptions'),
    { name: 'perMinute', value: whole(lastMinute(minutes)) },
    { name: 'p50', value: duration(latency.p50Ms) },
    { name: 'p99', value: duration(latency.p99Ms), odd: latency.p99Ms > 1000 },
    { name: 'ack', value: duration(latency.ackP99Ms) },
    counted('refused'),
    counted('slow', true),
    { name: 'failed', value: whole(latency.failed), odd: latency.failed > 0 },
  ];
}

/** A topic as people call it. */
export function topicWord(topic, doctors) {
  const [kind, of, id = of] = topic.split(':');
  const doctor = doctors.find((one) => one.id === id)?.name;
  if (kind === 'appointments' && of === 'dentist')
    return t('realtime.topicDoctor', { doctor: doctor ?? '–' });
  if (kind === 'availability' && of !== 'all')
    return t('realtime.topicTimes', { doctor: doctor ?? '–' });
  if (kind === 'appointments')
    return of === 'all' ? t('realtime.topicAll') : t('realtime.topicPatient');
  return { appointment: t('realtime.topicVisit'), availability: t('realtime.topicAllTimes'), profiles: t('realtime.topicProfiles') }[kind] ?? topic;
}
