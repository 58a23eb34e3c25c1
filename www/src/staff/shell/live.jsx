/*
 * live.jsx - the line that says how fresh the page is, and its voice.
 *
 * The line is drawn each minute; what is read out is only that the connection
 * went or came back.
 */
import { t } from '../../common/i18n.js';
import { formatTime } from '../../common/time.js';
import { present } from './clock.js';

const FRESH_MS = 10_000;

/** 'live', 'slow' or 'off', and the words. */
export function liveState({ loaded, offline, failures, since, lastAt, have, count }, zone) {
  const at = (instant) => formatTime(new Date(instant), zone);
  if (offline)
    return { kind: 'off', text: t('staff.offlineSince', { time: at(since) }) };
  if (failures > 0)
    return { kind: 'off', text: t('staff.noAnswerSince', { time: at(since) }) };
  if (!loaded)
    return { kind: 'slow', text: count ? t('staff.loadingOf', { have, count }) : t('common.loading') };
  if (present.value - lastAt < FRESH_MS)
    return { kind: 'live', text: t('staff.upToDate') };
  return { kind: 'slow', text: t('staff.everyMinute', { time: at(lastAt) }) };
}

const styles = { live: 'live', slow: 'live live--slow', off: 'live live--off' };

export function LiveLine({ store, zone }) {
  const { kind, text } = liveState(store.status.value, zone);
  return <p class={styles[kind]} data-live={kind}>{text}</p>;
}

export function LiveVoice({ store }) {
  const { offline, failures } = store.status.value;
  const words = offline ? t('staff.voiceOffline') : failures >= 3 ? t('staff.voiceNoAnswer') : '';
  return <p class="visually-hidden" role="status">{words}</p>;
}
