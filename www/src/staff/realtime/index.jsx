/*
 * realtime - how the live part is: who is connected, what was sent in the
 * last hour and how fast it was there.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { RadioTower } from 'lucide';
import { api } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { formatTime, now } from '../../common/time.js';
import { Banner, Button, Empty, Skeleton } from '../../common/ui.jsx';
import { loader } from '../calendar/loader.js';
import { Chart } from './chart.jsx';
import { duration, figuresOf, topicWord } from './figures.js';

const EVERY_MS = 5000;

/* { stats, at } and, while the server does not answer, { error }. */
function useStats() {
  const [state, set] = useState({});
  const work = useMemo(() => loader((signal) => api('GET', '/api/realtime/stats', { signal }), {
    done: (stats) => set({ stats, at: now() }),
    failed: (error) => set((was) => ({ ...was, error })),
    every: EVERY_MS,
  }), []);
  useEffect(() => {
    work.start();
    return () => work.stop();
  }, [work]);
  return { ...state, again: work.now };
}

export default function Realtime({ clinic, doctors }) {
  const { stats, at, error, again } = useStats();
  const zone = clinic.timeZone;
  return (
    <>
      <div class="work__head">
        <div class="head-title"><h1>{t('staff.page_realtime')}</h1><p class="muted">{t('realtime.span')}</p></div>
        {stats && <State status={stats.status} old={Boolean(error)} time={formatTime(new Date(at), zone)} />}
      </div>
      <div class="work__body stack stack--3" aria-busy={!stats && !error}>
        {error && stats && <Banner kind="warning" title={t('realtime.noAnswer')}>{t('staff.stateOf', { time: formatTime(new Date(at), zone) })}</Banner>}
        {stats ? <Stats {...{ stats, zone, doctors }} />
          : error ? <Empty error level="h2" title={t('realtime.noAnswer')} text={t('realtime.noAnswerHint')}><Button onClick={again}>{t('staff.tryNow')}</Button></Empty>
            : <Skeleton lines={3} />}
      </div>
    </>
  );
}

function State({ status, old, time }) {
  if (old)
    return <p class="live live--off" data-live="off">{t('staff.noAnswerSince', { time })}</p>;
  return status === 'active' ? <p class="live" data-live="live">{t('realtime.active')}</p> : <p class="live live--off" data-live="off">{t('realtime.inactive')}</p>;
}

function Stats({ stats, zone, doctors }) {
  return (
    <>
      {stats.status === 'inactive' && <Banner kind="warning" icon={RadioTower} title={t('realtime.inactive')}>{t('realtime.inactiveHint')}</Banner>}
      <dl class="figures">
        {figuresOf(stats).map(({ name, value, odd }) => (
          <div key={name} class={`figure${odd ? ' figure--odd' : ''}`} data-figure={name}><dt>{t(`realtime.${name}`)}</dt><dd class="num">{value}</dd></div>
        ))}
      </dl>
      <section class="card" aria-labelledby="minutes-head"><div class="card__body stack"><h2 id="minutes-head">{t('realtime.minutes')}</h2><Chart minutes={stats.minutes} zone={zone} /></div></section>
      <Topics topics={stats.topics} doctors={doctors} />
      <Hubs hubs={stats.hubs} zone={zone} />
    </>
  );
}

function Topics({ topics, doctors }) {
  return (
    <section class="card stack stack--half" aria-labelledby="topics-head">
      <h2 id="topics-head" class="card__body">{t('realtime.topics')}</h2>
      {topics.length === 0 ? <p class="card__body muted">{t('realtime.chartNone')}</p> : (
        <table class="table">
          <thead><tr>
            <th scope="col">{t('realtime.topic')}</th><th scope="col" class="end">{t('realtime.events')}</th><th scope="col" class="end only-wide">{t('realtime.deliveries')}</th>
            <th scope="col" class="end only-wide">{t('realtime.half')}</th><th scope="col" class="end">{t('realtime.almostAll')}</th>
          </tr></thead>
          <tbody>{topics.map((one) => (
            <tr key={one.topic} data-topic={one.topic}>
              <td>{topicWord(one.topic, doctors)}</td><td class="num end">{one.events}</td><td class="num end only-wide">{one.deliveries}</td>
              <td class="num end only-wide">{duration(one.p50Ms)}</td><td class="num end">{duration(one.p99Ms)}</td>
            </tr>
          ))}</tbody>
        </table>
      )}
    </section>
  );
}

function Hubs({ hubs, zone }) {
  return (
    <section class="card stack stack--half" aria-labelledby="hubs-head">
      <h2 id="hubs-head" class="card__body">{t('realtime.hubs')}</h2>
      {hubs.length === 0 ? <p class="card__body muted">{t('realtime.inactive')}</p> : (
        <table class="table">
          <thead><tr><th scope="col">{t('realtime.node')}</th><th scope="col" class="end">{t('realtime.connections')}</th><th scope="col" class="end">{t('realtime.seen')}</th></tr></thead>
          <tbody>{hubs.map(({ node, seenAt, stats }) => (
            <tr key={node}><td>{node}</td><td class="num end">{stats.connections ?? '–'}</td><td class="num end">{formatTime(new Date(seenAt), zone)}</td></tr>
          ))}</tbody>
        </table>
      )}
    </section>
  );
}
