/*
 * numbers.jsx - the locks of the last thirty days: how they ended, how long
 * they were held, and by whom.
 */
import { RotateCw } from 'lucide';
import { t } from '../../common/i18n.js';
import { Button, Empty, Skeleton } from '../../common/ui.jsx';

const counts = ['acquired', 'released', 'expired', 'takenOver', 'forceReleased'];

function duration(seconds) {
  if (seconds === null)
    return '–';
  return seconds < 60 ? t('locks.seconds', { n: seconds }) : t('locks.minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

const Fact = ({ name, children }) => <div class="tally"><dt>{name}</dt><dd class="num">{children}</dd></div>;

/** stats: as GET /api/admin/locks/stats has them, 'failed', or nothing yet. */
export function Numbers({ stats, again }) {
  if (stats === 'failed')
    return <Empty error level="h2" title={t('locks.broken')} text={t('staff.brokenText')}><Button icon={RotateCw} onClick={again}>{t('common.retry')}</Button></Empty>;
  return (
    <section class="stack" aria-labelledby="locks-past">
      <h2 id="locks-past">{t('locks.past')}</h2>
      {!stats ? <Skeleton lines={2} /> : (
        <>
          <dl class="tallies">
            {counts.map((name) => <Fact key={name} name={t(`locks.${name}`)}>{stats[name]}</Fact>)}
            <Fact name={t('locks.average')}>{duration(stats.averageSeconds)}</Fact>
            <Fact name={t('locks.longest')}>{duration(stats.longestSeconds)}</Fact>
          </dl>
          {stats.users.length > 0 && <People users={stats.users} />}
        </>
      )}
    </section>
  );
}

function People({ users }) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={t('locks.byPerson')}>
      <table class="table">
        <caption class="visually-hidden">{t('locks.byPerson')}</caption>
        <thead><tr><th scope="col">{t('locks.person')}</th><th scope="col">{t('locks.acquired')}</th><th scope="col">{t('locks.average')}</th><th scope="col">{t('locks.lost')}</th></tr></thead>
        <tbody>{users.map(({ user, acquired, averageSeconds, lost }) => (
          <tr key={user.id}><th scope="row">{user.name}</th><td class="num">{acquired}</td><td class="num">{duration(averageSeconds)}</td><td class="num">{lost}</td></tr>
        ))}</tbody>
      </table>
    </div>
  );
}
