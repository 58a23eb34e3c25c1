/*
 * pages.js - the staff pages: address, who sees it, what loads it.
 *
 * A page module default-exports a component that gets { me, clinic, doctors,
 * services, store, navigate } and, for addresses that go on, { rest }.  `me`
 * may be a doctor: then the store holds that doctor's appointments only.
 */
import { CalendarClock, CalendarDays, CircleUser, Hospital, LayoutList, ListFilter, Lock, Printer, RadioTower, ScrollText, Users } from 'lucide';

const everybody = ['admin', 'frontdesk', 'doctor'];

export const pages = [
  { path: '/staff/today', name: 'today', icon: LayoutList, may: everybody, load: () => import('./today/index.jsx').catch(missing) },
  { path: '/staff/calendar', name: 'calendar', icon: CalendarDays, may: everybody, load: () => import('./calendar/index.jsx').catch(missing) },
  { path: '/staff/appointments', name: 'appointments', fill: true, icon: ListFilter, may: everybody, load: () => import('./appointments/index.jsx').catch(missing) },
  { path: '/staff/availability', name: 'availability', icon: CalendarClock, may: everybody, load: () => import('./availability/index.jsx').catch(missing) },
  { path: '/staff/daysheet', name: 'daysheet', icon: Printer, may: everybody, load: () => import('./daysheet/index.jsx').catch(missing) },
  { path: '/staff/clinic', name: 'clinic', icon: Hospital, may: ['admin'], load: () => import('./clinic/index.jsx').catch(missing) },
  { path: '/staff/users', name: 'users', icon: Users, may: ['admin'], load: () => import('./users/index.jsx').catch(missing) },
  { path: '/staff/locks', name: 'locks', icon: Lock, may: ['admin'], load: () => import('./locks/index.jsx').catch(missing) },
  { path: '/staff/realtime', name: 'realtime', icon: RadioTower, may: ['admin'], load: () => import('./realtime/index.jsx').catch(missing) },
  { path: '/staff/audit', name: 'audit', icon: ScrollText, may: ['admin'], load: () => import('./audit/index.jsx').catch(missing) },
  { path: '/staff/account', name: 'account', aside: true, icon: CircleUser, may: everybody, load: () => import('./account/index.jsx').catch(missing) },
];

/* A part that does not arrive: the network, or a new release that has other files. */
function missing(error) {
  throw Object.assign(new Error('page part missing', { cause: error }), { code: 'OFFLINE' });
}

export const home = '/staff/today';

/** { page, rest } for a path; rest is what follows the page's own address. With a role: if that one sees it. */
export function findPage(path, role) {
  const page = pages.find((one) => (path === one.path || path.startsWith(`${one.path}/`)) && (!role || one.may.includes(role)));
  return page ? { page, rest: decodeURIComponent(path.slice(page.path.length + 1)) } : null;
}

/* What stands in the navigation; one's own account is in the menu of the person. */
export const pagesFor = (role) => pages.filter((page) => page.may.includes(role) && !page.aside);
