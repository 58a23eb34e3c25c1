import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/components.css';
import '../styles/public.css';
import { render } from 'preact';
import { startI18n } from '../common/i18n.js';
import { common, public as words, times } from '../strings/en.js';
import { load } from './data.js';
import { keepFresh } from './slots.js';
import { keepSaved } from './saving.js';
import { App } from './app.jsx';

load();
await startI18n({ en: { common, public: words, times }, hi: () => import('./hi.js') });
const root = document.getElementById('app');
root.replaceChildren();
render(<App />, root);
keepFresh();
keepSaved();
