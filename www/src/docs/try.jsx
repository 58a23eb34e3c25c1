// A form that sends the request, and shows what came.
import { useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { t } from '../common/i18n.js';
import { Button, Field } from '../common/ui.jsx';
import { example, resolve } from './schema.jsx';

/** A bearer token for all tries; kept in memory only. */
export const token = signal('');

function address({ path, parameters }, values) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[`path ${name}`] ?? ''));
  const query = new URLSearchParams(
    parameters
      .filter((p) => p.in === 'query' && values[`query ${p.name}`])
      .map((p) => [p.name, values[`query ${p.name}`]]),
  );
  return query.size ? `${filled}?${query}` : filled;
}

function headersFrom({ parameters }, values, body) {
  const headers = { Accept: 'application/json' };
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  if (body) headers['Content-Type'] = 'application/json';
  for (const p of parameters.filter((one) => one.in === 'header' && values[`header ${one.name}`]))
    headers[p.name] = values[`header ${p.name}`];
  return headers;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(operation, values, body) {
  const path = address(operation, values);
  const from = performance.now();
  try {
    const answer = await fetch(path, {
      method: operation.method.toUpperCase(),
      headers: headersFrom(operation, values, body),
      body: body || undefined,
    });
    const text = await answer.text();
    return {
      line: `${answer.status} ${answer.statusText}`,
      ms: Math.round(performance.now() - from),
      path,
      text: pretty(text),
      bytes: new TextEncoder().encode(text).length,
      headers: [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n'),
    };
  } catch {
    return { line: t('common.offlineTitle'), path, text: '' };
  }
}

export function Try({ operation, doc }) {
  const parameters = operation.parameters.map((one) => resolve(one, doc));
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const [values, setValues] = useState({});
  const [body, setBody] = useState(() => (schema ? JSON.stringify(example(schema, doc), null, 2) : ''));
  const [result, setResult] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setResult(await send({ ...operation, parameters }, values, body));
    setBusy(false);
  };
  return (
    <form class="try stack" onSubmit={submit}>
      <h3>{t('docs.try')}</h3>
      {parameters.length > 0 && (
        <div class="try__fields">
          {parameters.map((p) => (
            <Field
              key={p.in + p.name}
              label={
                <>
                  <code>{p.name}</code> <span class="quiet">{p.in}</span>
                </>
              }
            >
              {(a) => (
                <input
                  class="input"
                  {...a}
                  required={p.in === 'path'}
                  value={values[`${p.in} ${p.name}`] ?? ''}
                  onInput={(e) => setValues({ ...values, [`${p.in} ${p.name}`]: e.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
      )}
      {schema && (
        <Field label={t('docs.body')}>
          {(a) => (
            <textarea
              class="textarea code"
              {...a}
              rows={Math.min(16, body.split('\n').length + 1)}
              spellcheck={false}
              value={body}
              onInput={(e) => setBody(e.target.value)}
            />
          )}
        </Field>
      )}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy}>
          {t('docs.send')}
        </Button>
        {operation.method !== 'get' && <span class="small muted">{t('docs.forReal')}</span>}
      </div>
      <div role="status" class="stack stack--1">
        {result && (
          <>
            <p>
              <strong>{result.line}</strong>{' '}
              <span class="quiet num">{result.ms !== undefined && `${result.ms} ms, ${result.bytes} B`}</span>{' '}
              <code>{result.path}</code>
            </p>
            {result.headers && (
              <details>
                <summary>{t('docs.headers')}</summary>
                <pre tabIndex={0}>{result.headers}</pre>
              </details>
            )}
            {result.text && <pre tabIndex={0}>{result.text}</pre>}
          </>
        )}
      </div>
    </form>
  );
}
