// A reader for /api/openapi.json: what there is, what it takes, what it answers, and a form to try it.
import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/components.css';
import './docs.css';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { api } from '../common/api.js';
import { lang, setLang, startI18n, t } from '../common/i18n.js';
import { Button, Empty, Skeleton } from '../common/ui.jsx';
import { common, docs } from '../strings/en.js';
import { Operation } from './operation.jsx';
import { token } from './try.jsx';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const doc = signal(null);
const broken = signal(false);
const wanted = signal('');

async function load() {
  broken.value = false;
  try {
    const found = await api('GET', '/api/openapi.json', { stranger: true });
    doc.value = found;
    broken.value = !found;
  } catch {
    broken.value = true;
  }
}

/** [{name, operations: [{method, path, …}]}], by the first tag or the first part of the path after /api */
function groups({ paths }) {
  const table = new Map();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS.filter((one) => item[one])) {
      const name = item[method].tags?.[0] ?? path.split('/')[2] ?? '';
      table.set(name, [
        ...(table.get(name) ?? []),
        { ...item[method], parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])], method, path },
      ]);
    }
  }
  return [...table].map(([name, operations]) => ({ name, operations })).sort((a, b) => a.name.localeCompare(b.name));
}

const matches = ({ method, path, summary }) =>
  `${method} ${path} ${summary}`.toLowerCase().includes(wanted.value.trim().toLowerCase());

function App() {
  useEffect(() => {
    document.title = t('docs.title');
  }, [lang.value]);
  const other = lang.value === 'en' ? 'hi' : 'en';
  return (
    <>
      <a class="skip" href="#main">
        {t('common.skip')}
      </a>
      <main id="main" class="docs__page">
        <header class="docs__head">
          <div class="grow">
            <h1>{t('docs.title')}</h1>
            <p class="muted">
              {doc.value
                ? `${doc.value.info?.title ?? ''} ${doc.value.info?.version ?? ''}, OpenAPI ${doc.value.openapi}`
                : ' '}
            </p>
          </div>
          <Button kind="quiet" small class="system" lang={other} onClick={() => setLang(other)}>
            {t('common.otherLanguage')}
          </Button>
          <Button small href="/api/openapi.json">
            openapi.json
          </Button>
        </header>
        {doc.value ? (
          <Reader />
        ) : broken.value ? (
          <Empty error level="h2" title={t('docs.broken')} text={t('docs.brokenText')}>
            <Button kind="primary" onClick={load}>
              {t('common.retry')}
            </Button>
          </Empty>
        ) : (
          <Skeleton lines={6} block />
        )}
      </main>
    </>
  );
}

function Reader() {
  const all = groups(doc.value)
    .map((group) => ({ ...group, operations: group.operations.filter(matches) }))
    .filter(({ operations }) => operations.length);
  return (
    <>
      <div class="docs__tools">
        <div class="field">
          <label for="find">{t('docs.find')}</label>
          <input
            class="input"
            id="find"
            type="search"
            value={wanted.value}
            onInput={(e) => {
              wanted.value = e.target.value;
            }}
          />
        </div>
        <div class="field">
          <label for="token">{t('docs.token')}</label>
          <input
            class="input"
            id="token"
            type="password"
            autocomplete="off"
            value={token.value}
            onInput={(e) => {
              token.value = e.target.value.trim();
            }}
            aria-describedby="token-hint"
          />
          <p class="field__hint" id="token-hint">
            {t('docs.tokenHint')}
          </p>
        </div>
      </div>
      {!all.length && <Empty level="h2" title={t('docs.nothing')} />}
      {all.map(({ name, operations }) => (
        <section key={name} class="docs__group" aria-labelledby={`g-${name}`}>
          <h2 id={`g-${name}`}>{name}</h2>
          {operations.map((one) => (
            <Operation key={one.method + one.path} operation={one} doc={doc.value} />
          ))}
        </section>
      ))}
    </>
  );
}

load();
await startI18n({ en: { common, docs }, hi: () => import('./hi.js') });
render(<App />, document.getElementById('app'));
