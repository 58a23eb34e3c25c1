/*
 * The staff pages: one application under /staff/, behind a sign-in.
 */
import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/components.css';
import '../styles/staff.css';
import '../styles/calendar.css';
import '../styles/availability.css';
import '../styles/daysheet.css';
import '../styles/realtime.css';
import '../styles/audit.css';
import '../styles/users.css';
import '../styles/account.css';
import '../styles/clinic.css';
import { render } from 'preact';
import { startI18n } from '../common/i18n.js';
import * as words from './words.js';
import { App } from './app.jsx';
import { begin } from './session.js';
import { startRouter } from '../common/router.js';
import { startKeys } from './shell/keys.js';

await startI18n({ en: { ...words }, hi: () => import('./hi.js') });
startRouter('/staff');
startKeys();
begin();
render(<App />, document.getElementById('app'));
