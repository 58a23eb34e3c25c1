import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/components.css';
import '../styles/public.css';
import { render } from 'preact';
import { effect } from '@preact/signals';
import { startI18n } from '../common/i18n.js';
import { common, public as words, times } from '../strings/en.js';
import { load } from './data.js';
import { keepFresh, strip } from './slots.js';
import { keepSaved } from './saving.js';
import { App } from './app.jsx';

load();
await startI18n({ en: { common, public: words, times }, hi: () => import('./hi.js') });
const root = document.getElementById('app');
root.replaceChildren();
render(<App />, root);
keepFresh();
keepSaved();

// Once there are times to look at, and the page has nothing else to do: what others do to them.
const whenIdle = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 200));
let listens = false;
effect(() => {
  if (listens || !strip.value) return;
  listens = true;
  whenIdle(() => import('./news.js').then(({ startNews }) => startNews()).catch(() => {}));
});
