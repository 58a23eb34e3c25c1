// Which of its faces the page shows: starting, signed out, broken, or a part of it in the frame.
import { useEffect } from 'preact/hooks';
import { CalendarDays, LogOut, Plus, User, WifiOff } from 'lucide';
import { connected } from '../common/connection.js';
import { lang, setLang, t } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { navigate, place } from '../common/router.js';
import { Banner, Button, Empty, Icon, Skeleton, ToastHost } from '../common/ui.jsx';
import { Book } from './book.jsx';
import { Visits } from './list.jsx';
import { Move } from './move.jsx';
import { Profile } from './profile.jsx';
import { begin, clinic, session, signOut } from './session.js';
import { SignIn } from './signin.jsx';
import { Visit } from './visit.jsx';

const ID = '([0-9a-f-]{36})';
const parts = [
  [/^\/patient\/?$/, Visits, 'patient.visits'],
  [/^\/patient\/book$/, Book, 'patient.book'],
  [/^\/patient\/profile$/, Profile, 'patient.profile'],
  [new RegExp(`^/patient/visits/${ID}$`), Visit, 'patient.visit'],
  [new RegExp(`^/patient/visits/${ID}/time$`), Move, 'patient.changeTime'],
];

function find(path) {
  for (const [pattern, Part, title] of parts) {
    const it = pattern.exec(path);
    if (it) return { Part, title, id: it[1] };
  }
  return null;
}

export function App() {
  const { phase } = session.value;
  const { path } = place.value;
  const found = find(path);
  useEffect(() => {
    if (!found) navigate('/patient/', { replace: true, free: true });
  }, [path]);
  const title = phase === 'in' && found ? found.title : 'patient.title';
  const about = clinic.value?.name;
  useEffect(() => {
    document.title = [t(title), about].filter(Boolean).join(' – ');
  }, [title, about, lang.value]);
  useEffect(() => {
    scrollTo(0, 0);
    if (phase === 'in') document.querySelector('h1')?.focus({ preventScroll: true });
  }, [path, phase]);
  return (
    <>
      <a class="skip" href="#main">
        {t('common.skip')}
      </a>
      <Head path={path} signedIn={phase === 'in'} />
      <main id="main" class="page page--narrow" tabIndex={-1}>
        {!connected.value && phase === 'in' && (
          <div class="page-note">
            <Banner kind="warning" icon={WifiOff} title={t('common.offlineTitle')}>
              {t('patient.offlineText')}
            </Banner>
          </div>
        )}
        <Face phase={phase} found={found} />
      </main>
      <Foot />
      <ToastHost />
    </>
  );
}

function Face({ phase, found }) {
  const now = session.value;
  if (phase === 'out') return <SignIn ended={now.ended} />;
  if (phase === 'broken')
    return (
      <Empty error level="h1" title={t('patient.brokenTitle')} text={t('patient.brokenText')}>
        <Button kind="primary" onClick={begin}>
          {t('common.retry')}
        </Button>
      </Empty>
    );
  if (phase === 'stranger')
    return (
      <Empty icon={User} level="h1" title={t('patient.strangerTitle')} text={t('patient.strangerText')}>
        <Button kind="primary" href="/staff/">
          {t('patient.toStaff')}
        </Button>
        <Button kind="quiet" onClick={() => signOut()}>
          {t('common.signOut')}
        </Button>
      </Empty>
    );
  if (phase === 'starting' || !found) return <Skeleton lines={3} block />;
  return <found.Part key={found.id ?? found.title} {...now} id={found.id} />;
}

function Head({ path, signedIn }) {
  const other = lang.value === 'en' ? 'hi' : 'en';
  const on = (yes) => (yes ? 'page' : undefined);
  return (
    <header class="site-head">
      <div class="site-head__in">
        <a class="brand" href="/">
          <span class="brand__mark">
            <Icon of={Plus} />
          </span>
          {clinic.value?.name ?? <span class="skeleton brand__wait" />}
        </a>
        <button
          class="btn btn--quiet btn--small head-end system"
          type="button"
          lang={other}
          onClick={() => setLang(other)}
        >
          {t('common.otherLanguage')}
        </button>
        {signedIn && (
          <nav class="tabs patient-nav" aria-label={t('patient.parts')}>
            <a href="/patient/" aria-current={on(!path.startsWith('/patient/profile'))}>
              <Icon of={CalendarDays} size="s" />
              {t('patient.visits')}
            </a>
            <a href="/patient/profile" aria-current={on(path.startsWith('/patient/profile'))}>
              <Icon of={User} size="s" />
              {t('patient.profile')}
            </a>
            <button type="button" class="patient-nav__out" onClick={() => signOut()}>
              <Icon of={LogOut} size="s" />
              {t('common.signOut')}
            </button>
          </nav>
        )}
      </div>
    </header>
  );
}

function Foot() {
  const about = clinic.value;
  return (
    <footer class="site-foot small muted">
      {about?.address && <p>{about.address}</p>}
      {about?.phone && (
        <a class="nowrap" href={telHref(about.phone)}>
          {formatPhone(about.phone)}
        </a>
      )}
    </footer>
  );
}
