/*
 * live.jsx - the line that says how fresh the page is, and its voice.
 *
 * Live: the hub tells what happens.  Every 60 s: it does not, the page asks.
 * What is read out is only that the connection went or came back.
 */
import { t } from '../../common/i18n.js';
import { formatTime } from '../../common/time.js';

/** 'live', 'slow' or 'off', and the words; `more` where there is room for it. */
export function liveState({ loaded, offline, failures, since, lastAt, have, count, live }, zone) {
  const at = (instant) => formatTime(new Date(instant), zone);
  if (offline)
    return { kind: 'off', text: t('staff.offlineSince', { time: at(since) }) };
  if (failures > 0)
    return { kind: 'off', text: t('staff.noAnswerSince', { time: at(since) }) };
  if (!loaded)
    return { kind: 'slow', text: count ? t('staff.loadingOf', { have, count }) : t('common.loading') };
  if (['live', 'sse'].includes(live?.kind))
    return { kind: 'live', text: t('staff.live') };
  return { kind: 'slow', text: t('staff.everyMinute'), more: t('staff.lastAt', { time: at(lastAt) }) };
}

const styles = { live: 'live', slow: 'live live--slow', off: 'live live--off' };

export function LiveLine({ store, zone }) {
  const { kind, text, more } = liveState(store.status.value, zone);
  return <p class={styles[kind]} data-live={kind} data-way={store.status.value.live?.kind}><span>{text}{more && <span class="only-wide">{more}</span>}</span></p>;
}

export function LiveVoice({ store }) {
  const { offline, failures } = store.status.value;
  const words = offline ? t('staff.voiceOffline') : failures >= 3 ? t('staff.voiceNoAnswer') : '';
  return <p class="visually-hidden" role="status">{words}</p>;
}
