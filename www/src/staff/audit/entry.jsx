/*
 * entry.jsx - one event: who, what, to what, and each field before and after.
 */
import { CircleSlash2, Eraser, Eye, FilePlus2, LockOpen, LogIn, LogOut, Pencil, Trash2 } from 'lucide';
import { t } from '../../common/i18n.js';
import { formatTime } from '../../common/time.js';
import { Icon } from '../../common/ui.jsx';
import { Change } from '../panel/history.jsx';
import { link } from './filter.js';
import { actionWord, actorOf, changesOf, thingOf } from './words.js';

const icons = { created: FilePlus2, updated: Pencil, deleted: Trash2, read: Eye, signed_in: LogIn, signed_out: LogOut, ended: LogOut, refused: CircleSlash2,
  taken_over: LockOpen, force_released: LockOpen, forgotten: Eraser };

/* What is new is said by its name; the rest of it is there for who asks. */
const FOLD = 3;

export function Entry({ event, filter, about }) {
  const changes = changesOf(event, about);
  const folds = event.action !== 'updated' && changes.length > FOLD;
  return (
    <li class="record__entry" data-event={event.id}>
      <Icon of={icons[event.action] ?? Pencil} size="s" />
      <div class="grow">
        <p><span class="strong">{actorOf(event.actor)}</span> <time class="quiet num" dateTime={event.at}>{formatTime(event.at, about.zone)}</time></p>
        <p>{actionWord(event.action, event.object)}{event.object !== 'session' && <>: <Thing event={event} filter={filter} /></>}</p>
        {changes.length > 0 && (folds
          ? <details><summary>{t('audit.fields', { n: changes.length })}</summary><Fields changes={changes} /></details>
          : <Fields changes={changes} />)}
        <details class="audit-more"><summary>{t('audit.more')}</summary><Circumstances event={event} /></details>
      </div>
    </li>
  );
}

/* Leads to all that happened to it, and from there no further. */
function Thing({ event, filter }) {
  const thing = thingOf(event);
  if (!event.objectId || filter.objectId === event.objectId)
    return thing;
  return <a href={link({ objectId: event.objectId })} title={t('audit.all')}>{thing}</a>;
}

function Fields({ changes }) {
  return (
    <dl class="record__fields">
      {changes.map(({ name, label, secret, ...values }) => (secret
        ? <div key={name}><dt>{label}</dt><dd>{t('audit.secret')}</dd></div>
        : <Change key={name} name={name} label={label} {...values} />))}
    </dl>
  );
}

function Circumstances({ event }) {
  const all = [[t('audit.request'), event.requestId], [t('audit.address'), event.address], [t('audit.session'), event.sessionId], [t('audit.number'), String(parseInt(event.id.replaceAll('-', ''), 16))]];
  return <dl class="record__fields">{all.filter(([, value]) => value).map(([label, value]) => <div key={label}><dt>{label}</dt><dd class="num">{value}</dd></div>)}</dl>;
}
