// The patient's page: one application under /patient/, behind a sign-in by code.
import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/components.css';
import '../styles/public.css';
import '../styles/patient.css';
import { render } from 'preact';
import { startI18n } from '../common/i18n.js';
import { startRouter } from '../common/router.js';
import { common, patient, times } from '../strings/en.js';
import { App } from './app.jsx';
import { begin } from './session.js';

await startI18n({ en: { common, patient, times }, hi: () => import('./hi.js') });
startRouter('/patient');
begin();
const root = document.getElementById('app');
root.replaceChildren();
render(<App />, root);
