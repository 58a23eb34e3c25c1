// A JSON schema as people read it, and an example made from it.
import { t } from '../common/i18n.js';

const MAX_DEPTH = 8;

/** The schema behind a $ref. */
export function resolve(schema, doc) {
  let it = schema;
  for (let i = 0; it?.$ref && i < MAX_DEPTH; i++)
    it = it.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce((at, name) => at?.[name], doc);
  return it ?? {};
}

/** 'string (uuid)', 'Appointment[]', 'integer or null' */
export function typeName(schema, doc) {
  const own = schema.$ref?.split('/').pop();
  const it = resolve(schema, doc);
  const either = it.oneOf ?? it.anyOf;
  if (either) return either.map((one) => typeName(one, doc)).join(t('docs.or'));
  const types = [it.type ?? (it.properties ? 'object' : 'any')].flat();
  const name = types.map((type) => (type === 'array' ? `${typeName(it.items ?? {}, doc)}[]` : type)).join(t('docs.or'));
  if (own && it.type === 'object') return own;
  return it.format ? `${name} (${it.format})` : name;
}

/** What a value must keep to, in few words. */
export function bounds(it) {
  const range = (from, to) =>
    from !== undefined && to !== undefined
      ? `${from}–${to}`
      : from !== undefined
        ? `≥ ${from}`
        : to !== undefined
          ? `≤ ${to}`
          : null;
  return [
    it.enum && it.enum.join(', '),
    it.const !== undefined && JSON.stringify(it.const),
    range(it.minimum, it.maximum),
    range(it.minLength || undefined, it.maxLength) &&
      t('docs.characters', { range: range(it.minLength || undefined, it.maxLength) }),
    it.maxItems !== undefined && t('docs.items', { range: range(it.minItems, it.maxItems) }),
    it.pattern && it.pattern,
    it.default !== undefined && t('docs.default', { value: JSON.stringify(it.default) }),
  ]
    .filter(Boolean)
    .join('; ');
}

export function Row({ name, schema, doc, required, place, description, depth = 0 }) {
  const it = resolve(schema, doc);
  const inner = resolve(it.type === 'array' || [it.type].flat().includes('array') ? (it.items ?? {}) : schema, doc);
  const facts = [place, bounds(it)].filter(Boolean).join('; ');
  return (
    <li class="prop">
      <p>
        <code class="prop__name">{name}</code> <span class="quiet">{typeName(schema, doc)}</span>
        {required && <span class="tag">{t('docs.required')}</span>}
      </p>
      {(description ?? it.description) && <p class="muted">{description ?? it.description}</p>}
      {facts && <p class="quiet">{facts}</p>}
      {inner.properties && depth < MAX_DEPTH && (
        <details>
          <summary>{t('docs.members')}</summary>
          <Members schema={inner} doc={doc} depth={depth + 1} />
        </details>
      )}
    </li>
  );
}

export function Members({ schema, doc, depth = 0 }) {
  const it = resolve(schema, doc);
  if (it.properties)
    return (
      <ul class="props">
        {Object.entries(it.properties).map(([name, one]) => (
          <Row key={name} name={name} schema={one} doc={doc} required={it.required?.includes(name)} depth={depth} />
        ))}
      </ul>
    );
  const items = it.items && resolve(it.items, doc);
  return (
    <>
      <p class="muted">
        {typeName(schema, doc)}
        {bounds(it) && `; ${bounds(it)}`}
        {it.description && `: ${it.description}`}
      </p>
      {items?.properties && depth < MAX_DEPTH && <Members schema={items} doc={doc} depth={depth + 1} />}
    </>
  );
}

const samples = {
  uuid: '00000000-0000-4000-8000-000000000001',
  date: '2026-11-20',
  'date-time': '2026-11-20T09:00:00+05:30',
  email: 'name@example.org',
  phone: '+919800000001',
};

/** A value that fits the schema, as a start for typing: what is required, or all when nothing is. */
export function example(schema, doc, depth = 0) {
  const it = resolve(schema, doc);
  const type = [it.type].flat().find((one) => one !== 'null');
  if (it.example !== undefined || it.default !== undefined) return it.example ?? it.default;
  if (it.enum) return it.enum[0];
  if (it.properties && depth < 4) {
    const needed = it.required?.length ? it.required : Object.keys(it.properties);
    return Object.fromEntries(
      needed.filter((name) => it.properties[name]).map((name) => [name, example(it.properties[name], doc, depth + 1)]),
    );
  }
  return (
    {
      integer: it.minimum > 0 ? it.minimum : 1,
      number: 1,
      boolean: true,
      array: [],
      object: {},
      string: samples[it.format] ?? '',
    }[type] ?? null
  );
}
