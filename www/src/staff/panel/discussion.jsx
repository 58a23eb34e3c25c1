/*
 * discussion.jsx - what the staff say to each other about an appointment.
 *
 * What one says stands there at once, and is sent under a key of its own: sent
 * again it is not said twice.  A text that is not sent yet outlives the panel.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { CircleAlert, MessagesSquare, Send } from 'lucide';
import { api, newKey } from '../../common/api.js';
import { t } from '../../common/i18n.js';
import { formatWhen, now } from '../../common/time.js';
import { Avatar, Banner, Button, Empty, Field, Icon, Skeleton, announce } from '../../common/ui.jsx';
import { errorWords } from '../tell.js';
import { Broken } from './history.jsx';
import { usePages } from './pages.js';
import { whoOf } from './record.js';

export const TEXT_MAX = 4000;
const NEAR_PX = 48; /* who reads the last lines follows new ones */

const unsent = new Map(); /* id of an appointment: the text */

export function Discussion({ row, me, zone, today, offline, live }) {
  const path = `/api/appointments/${row.id}/messages`;
  const list = usePages(path, 0);
  /* Who hears nothing looks, when they say something, what others have said. */
  const { own, say, again, drop, heard: mineHeard } = useOwn(path, me, (message) => {
    list.add(message);
    if (live?.status.kind !== 'live')
      list.again();
  });
  const heard = useRef(new Set());
  const known = new Set(list.items?.map((one) => one.id));
  const shown = [...[...(list.items ?? [])].reverse(), ...own.filter((one) => !known.has(one.id))];
  const box = useFollow(shown.length > 0 ? shown.at(-1).id : null);

  useEffect(() => live?.on(`appointment:${row.id}`, (event, payload) => {
    if (event !== 'message-added' || heard.current.has(payload.message.id))
      return;
    heard.current.add(payload.message.id);
    list.add(payload.message);
    if (payload.message.author.id === me.id)
      mineHeard(payload.message);
    else
      announce(t('record.said', { name: whoOf(payload.message.author), text: payload.message.text }));
  }, { onResync: list.again }), [live, row.id]);

  return (
    <>
      <div class="panel__body" ref={box} role="region" aria-label={t('record.discussion')} tabIndex={0}>
        {!list.items ? (list.failed ? <Broken again={list.again} /> : <Skeleton lines={4} block />)
          : shown.length === 0 ? <Empty level="h3" icon={MessagesSquare} title={t('record.nothingSaid')} text={t('record.nothingSaidText')} />
            : (
              <div class="stack">
                {list.more && <Button class="start" small busy={list.busy} onClick={list.next}>{t('record.earlier')}</Button>}
                {list.failed && <Banner kind="warning" title={t('record.brokenTitle')} action={<Button small onClick={list.again}>{t('common.retry')}</Button>} />}
                <ol class="thread">{shown.map((one) => <Message key={one.key ?? one.id} {...{ message: one, me, zone, today, again, drop }} />)}</ol>
              </div>
            )}
      </div>
      <Say id={row.id} offline={offline} onSay={say} />
    </>
  );
}

function Message({ message, me, zone, today, again, drop }) {
  const { author, text, createdAt, state } = message;
  const mine = author.id === me.id;
  return (
    <li class={mine ? 'said said--mine' : 'said'} aria-busy={state === 'sending' ? 'true' : undefined}>
      <Avatar name={author.name ?? '?'} size="s" />
      <div class="grow">
        <p><span class="strong">{whoOf(author)}</span>{mine && <span class="quiet"> {t('record.you')}</span>} <time class="quiet num" dateTime={createdAt}>{formatWhen(createdAt, zone, { today })}</time></p>
        <p class="said__text">{text}</p>
        {state === 'sending' && <p class="quiet">{t('record.sending')}</p>}
        {state === 'failed' && (
          <div class="row" role="alert">
            <span class="field__error"><Icon of={CircleAlert} size="s" />{t('record.notSent')} {errorWords(message.error)}</span>
            <Button small onClick={() => again(message)}>{t('common.retry')}</Button>
            <Button small kind="quiet" onClick={() => drop(message)}>{t('record.drop')}</Button>
          </div>
        )}
      </div>
    </li>
  );
}

/* What one has said and the server has not answered yet. */
function useOwn(path, me, arrived) {
  const [own, setOwn] = useState([]);
  const set = (key, part) => setOwn((all) => (part ? all.map((one) => (one.key === key ? { ...one, ...part } : one)) : all.filter((one) => one.key !== key)));
  const send = async ({ key, text }) => {
    set(key, { state: 'sending' });
    try {
      const { message } = await api('POST', path, { body: { text }, idempotent: key });
      arrived(message);
      set(key, null);
    } catch (error) {
      set(key, { state: 'failed', error });
      announce(t('record.notSent'), { urgent: true });
      if (!error.code)
        console.error(error);
    }
  };
  const say = (text) => {
    const key = newKey();
    setOwn((all) => [...all, { key, id: key, text, author: me, createdAt: new Date(now()).toISOString() }]);
    send({ key, text });
  };
  /* The hub may be quicker than the answer: the same message does not stand twice. */
  const heard = ({ id, text }) => setOwn((all) => {
    const first = all.find((one) => one.state === 'sending' && one.id === one.key && one.text === text);
    return all.map((one) => (one === first ? { ...one, id } : one));
  });
  return { own, say, heard, again: send, drop: ({ key }) => set(key, null) };
}

function Say({ id, offline, onSay }) {
  const [text, setText] = useState(unsent.get(id) ?? '');
  const put = (next) => {
    if (next)
      unsent.set(id, next);
    else
      unsent.delete(id);
    setText(next);
  };
  const ready = text.trim() !== '' && !offline;
  const submit = (event) => {
    event.preventDefault();
    if (!ready)
      return;
    onSay(text.trim());
    put('');
  };
  const keys = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 'Enter')
      return;
    event.stopPropagation(); /* in the panel it saves the appointment */
    submit(event);
  };
  return (
    <form class="panel__foot say" onSubmit={submit}>
      <Field label={t('record.say')} hint={offline ? t('record.offline') : t('record.sayHint')} class="grow">{(a) => (
        <textarea {...a} class="textarea" value={text} maxLength={TEXT_MAX} onInput={(e) => put(e.currentTarget.value)} onKeyDown={keys} />
      )}</Field>
      <Button kind="primary" type="submit" icon={Send} off={!ready} onClick={submit}>{t('record.send')}</Button>
    </form>
  );
}

/* The end of the thread is what one came for; who has scrolled up stays there. */
function useFollow(last) {
  const box = useRef();
  const near = useRef(true);
  useEffect(() => {
    const look = () => {
      const { scrollTop, clientHeight, scrollHeight } = box.current;
      near.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    };
    box.current.addEventListener('scroll', look, { passive: true });
    return () => box.current?.removeEventListener('scroll', look);
  }, []);
  useLayoutEffect(() => {
    if (near.current)
      box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  return box;
}
