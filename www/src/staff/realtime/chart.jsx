/*
 * chart.jsx - the events of an hour, a bar for each minute.
 */
import { t } from '../../common/i18n.js';
import { formatTime } from '../../common/time.js';

const STEP = 10;
const HEIGHT = 96;

export function Chart({ minutes, zone }) {
  const most = Math.max(...minutes.map((one) => one.events));
  const peak = minutes.find((one) => one.events === most);
  const at = (minute) => formatTime(new Date(minute.at), zone);
  const words = most ? t('realtime.chart', { most, time: at(peak) }) : t('realtime.chartNone');
  return (
    <figure class="minutes">
      <svg viewBox={`0 0 ${minutes.length * STEP} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {minutes.map(({ at: key, events }, i) => {
          const high = events ? Math.max(3, Math.round((events / most) * HEIGHT)) : 1;
          return <rect key={key} class={events ? 'minutes__bar' : 'minutes__none'} x={i * STEP + 1} width={STEP - 2} y={HEIGHT - high} height={high} />;
        })}
      </svg>
      <figcaption class="row row--apart small muted"><span class="num">{at(minutes[0])}</span>{most > 0 && <span>{words}</span>}<span class="num">{at(minutes.at(-1))}</span></figcaption>
    </figure>
  );
}
