/*
 * app.jsx - which of its faces the application shows: starting, signed out,
 * broken, or a page in the shell.
 */
import { useEffect, useState } from 'preact/hooks';
import { RotateCw } from 'lucide';
import { t } from '../common/i18n.js';
import { Button, Empty, Skeleton, ToastHost } from '../common/ui.jsx';
import { SetPassword } from './account/set.jsx';
import { begin, session, signOut } from './session.js';
import { findPage, home } from './pages.js';
import { navigate, place } from './shell/router.js';
import { Shell } from './shell/shell.jsx';
import { SignIn } from './signin/index.jsx';

const SIGN_IN = '/staff/sign-in';
const SET_PASSWORD = '/staff/set-password'; /* of a one-time link, whoever is signed in */

export function App() {
  return <><Face /><ToastHost /></>;
}

function Face() {
  const now = session.value;
  const { path } = place.value;
  const found = findPage(path, now.me?.role);

  /* Whoever is out is at the sign-in page, and comes back to where they were going. */
  useEffect(() => {
    if (path === SET_PASSWORD)
      return;
    if (now.phase === 'out' && path !== SIGN_IN)
      navigate(`${SIGN_IN}${found ? `?next=${encodeURIComponent(location.pathname + location.search)}` : ''}`, { replace: true, free: true });
    if (now.phase === 'in' && !found)
      navigate(wanted() ?? home, { replace: true, free: true });
  }, [now.phase, path]);

  if (path === SET_PASSWORD)
    return <SetPassword />;
  if (now.phase === 'out')
    return <SignIn ended={now.ended} />;
  if (now.phase === 'broken')
    return <Alone><Empty error level="h1" title={t('staff.brokenTitle')} text={t('staff.brokenText')}><Button icon={RotateCw} onClick={begin}>{t('staff.tryNow')}</Button></Empty></Alone>;
  if (now.phase === 'stranger')
    return <Alone><Empty level="h1" title={t('staff.strangerTitle')} text={t('staff.strangerText')}><Button onClick={() => signOut()}>{t('common.signOut')}</Button></Empty></Alone>;
  if (now.phase === 'starting' || !found)
    return <Alone><Skeleton lines={3} /></Alone>;
  return <Shell session={now} page={found.page}><Page session={now} {...found} key={found.page.name} /></Shell>;
}

const Alone = ({ children }) => <main id="main" class="alone">{children}</main>;

function wanted() {
  const next = place.peek().query.get('next');
  return next && findPage(new URL(next, location.href).pathname) && next.startsWith('/staff/') ? next : null;
}

const loaded = new Map();

function Page({ session: { me, clinic, doctors, services, store }, page, rest }) {
  const [state, setState] = useState(() => ({ Component: loaded.get(page.name) }));
  useEffect(() => {
    document.title = `${t(`staff.page_${page.name}`)} – ${clinic.name}`;
  });
  const load = async () => {
    setState({});
    try {
      const { default: Component } = await page.load();
      loaded.set(page.name, Component);
      setState({ Component });
    } catch (error) {
      console.error(error);
      setState({ error });
    }
  };
  useEffect(() => {
    if (!state.Component)
      load();
  }, []);

  const { Component, error } = state;
  if (Component)
    return <Component me={me} clinic={clinic} doctors={doctors} services={services} store={store} navigate={navigate} rest={rest} />;
  if (error)
    return <Empty error level="h1" title={t('staff.partTitle')} text={t('staff.partText')}><Button icon={RotateCw} onClick={() => location.reload()}>{t('staff.reload')}</Button></Empty>;
  return <div class="work__head"><Skeleton lines={3} class="grow" /></div>;
}
