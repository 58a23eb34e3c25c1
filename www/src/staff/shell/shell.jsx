/*
 * shell.jsx - what stands round every staff page: side bar, search, help, the
 * menu of the person, and on a phone the dock.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { CircleUser, Ellipsis, Keyboard, Languages, LogOut, Plus } from 'lucide';
import { lang, languages, setLang, t } from '../../common/i18n.js';
import { Avatar, Button, Icon } from '../../common/ui.jsx';
import { signOut } from '../session.js';
import { pagesFor } from '../pages.js';
import { useRows } from '../store.js';
import { booking, openBooking } from '../booking/open.js';
import { BookingHost } from '../booking/host.jsx';
import { useKeys } from './keys.js';
import { Help, openHelp } from './help.jsx';
import { Search, focusSearch } from './search.jsx';
import { LiveVoice } from './live.jsx';

const inDock = ['today', 'calendar', 'appointments'];

export function Shell({ session, page, children }) {
  const { me, clinic, store } = session;
  const pages = pagesFor(me.role);
  useKeys({ '/': focusSearch, n: () => openBooking(), '?': openHelp });

  /* Another page begins at its top, also for who does not see it. */
  const shown = useRef(page.name);
  useEffect(() => {
    if (shown.current === page.name)
      return;
    shown.current = page.name;
    scrollTo(0, 0);
    document.getElementById('main').focus();
  }, [page.name]);

  return (
    <>
      <a class="skip" href="#main">{t('common.skip')}</a>
      <div class="shell">
        <Side clinic={clinic} me={me} pages={pages} page={page} store={store} />
        <div class={page.fill ? 'work work--fill' : 'work'}>
          <header class="topbar">
            <Search />
            <span class="grow only-wide" />
            <Button kind="icon" class="only-wide-flex" icon={Keyboard} label={t('staff.help')} onClick={openHelp} />
            <Button kind="primary" icon={Plus} label={t('staff.newAppointment')} aria-haspopup="dialog" onClick={() => openBooking()}><span class="only-wide">{t('staff.newAppointment')}</span></Button>
          </header>
          <main id="main" tabIndex={-1} class={`main--${page.name}`}>{children}</main>
        </div>
        <Dock pages={pages} page={page} me={me} />
      </div>
      <LiveVoice store={store} />
      <Help />
      {booking.value && <BookingHost session={session} />}
    </>
  );
}

const current = (page, one) => (page.name === one.name ? 'page' : undefined);

/* What waits for the staff: requests, and enquiries that want a time. */
const toConfirm = ({ status }) => status === 'requested' || status === 'lead';

function Side({ clinic, me, pages, page, store }) {
  const open = useRows(store, (rows) => rows.filter(toConfirm).length);
  return (
    <nav class="side" aria-label={t('staff.main')}>
      <a class="brand" href="/staff/today"><span class="brand__mark"><Icon of={Plus} /></span>{clinic.name}</a>
      <ul>
        {pages.map((one) => (
          <li key={one.name}>
            <a class="nav" href={one.path} aria-current={current(page, one)}>
              <Icon of={one.icon} />{t(`staff.page_${one.name}`)}
              {one.name === 'appointments' && open > 0 && <span class="count">{open}<span class="visually-hidden"> {t('staff.toConfirm')}</span></span>}
            </a>
          </li>
        ))}
      </ul>
      <UserMenu me={me} />
    </nav>
  );
}

const roleWord = (me) => t(`staff.role_${me.role}`);

function UserMenu({ me }) {
  return (
    <div class="side__me">
      <button class="me" type="button" popovertarget="me-menu" aria-haspopup="true">
        <Avatar name={me.name} person={1} />
        <span class="grow"><span class="medium truncate me__name">{me.name}</span><span class="quiet me__role">{roleWord(me)}</span></span>
        <Icon of={Ellipsis} size="s" />
      </button>
      <div class="menu menu--me" id="me-menu" popover="auto"><MenuItems /></div>
    </div>
  );
}

const closeMenu = () => document.querySelector('.menu:popover-open')?.hidePopover();

function MenuItems() {
  const [busy, setBusy] = useState(false);
  const leave = async (options) => {
    setBusy(true);
    closeMenu();
    await signOut(options).catch(() => {});
  };
  return (
    <ul>
      <li><a href="/staff/account" onClick={closeMenu}><Icon of={CircleUser} size="s" />{t('staff.page_account')}</a></li>
      {Object.entries(languages).filter(([code]) => code !== lang.value).map(([code, { name }]) => (
        <li key={code}><button type="button" lang={code} onClick={() => { setLang(code); closeMenu(); }}><Icon of={Languages} size="s" />{name}</button></li>
      ))}
      <li><button type="button" onClick={() => { closeMenu(); openHelp(); }}><Icon of={Keyboard} size="s" />{t('staff.help')}</button></li>
      <li><button type="button" disabled={busy} onClick={() => leave()}><Icon of={LogOut} size="s" />{t('common.signOut')}</button></li>
      <li><button type="button" disabled={busy} onClick={() => leave({ everywhere: true })}><Icon of={LogOut} size="s" />{t('staff.signOutAll')}</button></li>
    </ul>
  );
}

function Dock({ pages, page, me }) {
  const first = pages.filter((one) => inDock.includes(one.name));
  const more = pages.filter((one) => !inDock.includes(one.name));
  return (
    <nav class="dock" aria-label={t('staff.mainPhone')}>
      {first.map((one) => (
        <a key={one.name} href={one.path} aria-current={current(page, one)}><Icon of={one.icon} />{t(`staff.dock_${one.name}`)}</a>
      ))}
      <button type="button" popovertarget="more-menu" aria-current={more.includes(page) ? 'page' : undefined}><Icon of={Ellipsis} />{t('staff.more')}</button>
      <div class="menu menu--more" id="more-menu" popover="auto">
        <p class="menu__who"><span class="medium">{me.name}</span> <span class="quiet">{roleWord(me)}</span></p>
        <ul>{more.map((one) => <li key={one.name}><a href={one.path} aria-current={current(page, one)} onClick={closeMenu}><Icon of={one.icon} size="s" />{t(`staff.page_${one.name}`)}</a></li>)}</ul>
        <MenuItems />
      </div>
    </nav>
  );
}
