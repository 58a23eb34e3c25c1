// One operation, folded until it is opened.
import { useState } from 'preact/hooks';
import { t } from '../common/i18n.js';
import { Members, Row, resolve } from './schema.jsx';
import { Try } from './try.jsx';

const schemaOf = (content) => content && Object.values(content)[0]?.schema;

export function Operation({ operation, doc }) {
  const { method, path, summary, description } = operation;
  const [open, setOpen] = useState(false);
  return (
    <details class="operation" onToggle={(e) => e.target === e.currentTarget && setOpen(e.currentTarget.open)}>
      <summary>
        <span class={`method method--${method}`}>{method.toUpperCase()}</span>
        <code class="operation__path">{path}</code>
        <span class="operation__summary muted">{summary}</span>
      </summary>
      {open && (
        <div class="operation__body stack stack--3">
          {description && <p>{description}</p>}
          <Roles operation={operation} />
          <Parameters operation={operation} doc={doc} />
          <Body operation={operation} doc={doc} />
          <Responses operation={operation} doc={doc} />
          <Try operation={operation} doc={doc} />
        </div>
      )}
    </details>
  );
}

function Roles({ operation }) {
  const roles = operation['x-roles'];
  return roles?.length ? (
    <p class="row">
      <span class="muted">{t('docs.roles')}</span>
      {roles.map((one) => (
        <span class="tag" key={one}>
          {one}
        </span>
      ))}
    </p>
  ) : null;
}

const Part = ({ title, children }) => (
  <div class="stack stack--1">
    <h3>{title}</h3>
    {children}
  </div>
);

function Parameters({ operation, doc }) {
  const list = operation.parameters.map((one) => resolve(one, doc));
  if (!list.length) return null;
  return (
    <Part title={t('docs.parameters')}>
      <ul class="props">
        {list.map((one) => (
          <Row
            key={one.in + one.name}
            name={one.name}
            schema={one.schema ?? {}}
            doc={doc}
            required={one.required}
            place={one.in}
            description={one.description}
          />
        ))}
      </ul>
    </Part>
  );
}

function Body({ operation, doc }) {
  const schema = schemaOf(operation.requestBody?.content);
  return schema ? (
    <Part title={t('docs.body')}>
      <Members schema={schema} doc={doc} />
    </Part>
  ) : null;
}

function Responses({ operation, doc }) {
  return (
    <Part title={t('docs.responses')}>
      {Object.entries(operation.responses ?? {}).map(([status, answer]) => {
        const it = resolve(answer, doc);
        const schema = schemaOf(it.content);
        const line = (
          <>
            <span class={`status status--${status[0]}`}>{status}</span> {it.description}
          </>
        );
        return schema ? (
          <details key={status} class="answer">
            <summary>{line}</summary>
            <Members schema={schema} doc={doc} />
          </details>
        ) : (
          <p key={status} class="answer answer--bare">
            {line}
          </p>
        );
      })}
    </Part>
  );
}
