/*
 * live/index.js - what happens at the clinic, as it happens.
 *
 *   const live = new Live({ base, token, renew, env });
 *   const off = live.on(topic, (event, payload) => …, { onJoin, onResync, onRefused, presence });
 *   live.watch((status) => …);   live.isCurrent(topic);   live.close();
 *
 * A WebSocket if there can be one, else Server-Sent Events, else nothing: then
 * what asks from time to time (the sync client, the list of free times) is
 * what keeps a page current.  The WebSocket is tried for ever, with growing
 * waits; each try that fails lets the other way have one.
 *
 * Events come in order and once.  When some may be missing, at the first join
 * as well, onResync asks for a look at the truth; with `late` only what was
 * before this listener came to a topic that is heard already.  token() is for clients
 * without cookies; renew() makes a session fresh that has run out, is false when
 * that is over, and rejects, not at once, when nobody could say.  presence is told [{ key, metas }] of who is there.
 */
import { EventsWay } from './events.js';
import { Place } from './place.js';
import { EXPIRED, SocketWay } from './socket.js';
import { browserEnv } from './env.js';

const RENEW_AHEAD_MS = 60_000; /* before a token runs out */
const RENEW_AGAIN_MS = 30_000; /* one refusal sooner than this is the last word */
const MISSES = 2;              /* tries of a way that has worked before the other is taken */

class Topic {
  place = new Place();
  listeners = new Set();
  via = null;      /* the way that carries it now */
  refused = null;
  people = null;

  tell(name, ...what) {
    for (const { options } of [...this.listeners])
      options[name]?.(...what);
  }
}

export class Live {
  #env;
  #tokenOf;
  #renewSession;
  #topics = new Map();
  #watchers = new Set();
  #socket;
  #events;
  #token = null;
  #timer = null;
  #soon = null;
  #misses = 0;
  #hasWorked = false;
  #renewedAt = -Infinity;
  #started = false;
  #ready = false; /* the first token is there */
  #renewing = false;
  #closed = false;
  #offs = [];

  constructor({ base = '', token = null, renew = null, env = {} } = {}) {
    this.#env = { ...browserEnv(), ...env };
    this.#tokenOf = token;
    this.#renewSession = renew;
    this.status = { kind: this.#env.online() ? 'polling' : 'offline', since: this.#env.now() };
    const common = { token: () => this.#token };
    this.#socket = this.#env.WebSocket && new SocketWay({
      ...common,
      url: this.#env.socketUrl(`${base}/realtime/v1`),
      WebSocket: this.#env.WebSocket,
      random: this.#env.random,
      since: (topic) => this.#topics.get(topic)?.place.id ?? null,
      tell: { ...this.#hear('socket'), up: () => this.#update(), down: (code) => this.#down(code) },
    });
    this.#events = this.#env.EventSource && new EventsWay({
      ...common,
      url: `${base}/realtime/v1/events`,
      EventSource: this.#env.EventSource,
      place: (topic) => this.#topics.get(topic)?.place,
      tell: { ...this.#hear('events'), down: (hadOpened) => this.#eventsDown(hadOpened) },
    });
  }

  /** Joins the topic while anybody listens to it; the returned function ends that. */
  on(topic, listener, options = {}) {
    const entry = { listener, options };
    let it = this.#topics.get(topic);
    const isNew = !it;
    if (isNew)
      this.#topics.set(topic, it = new Topic());
    it.listeners.add(entry);
    if (isNew)
      this.#join(topic);
    else
      queueMicrotask(() => it.listeners.has(entry) && this.#catchUp(it, options));
    return () => {
      if (it.listeners.delete(entry) && it.listeners.size === 0 && this.#topics.get(topic) === it)
        this.#leave(topic);
    };
  }

  /** To all who are on that topic; lost when nothing can be sent now. */
  send(topic, event, payload) {
    this.#socket?.push(topic, 'broadcast', { type: 'broadcast', event, payload });
  }

  /** fn(status) now and at each change; the returned function ends that. */
  watch(fn) {
    this.#watchers.add(fn);
    fn(this.status);
    return () => this.#watchers.delete(fn);
  }

  /** Whether what happens on the topic is heard. */
  isCurrent(topic) {
    return Boolean(this.#topics.get(topic)?.via);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    for (const off of this.#offs)
      off();
    this.#socket?.close();
    this.#events?.close();
    for (const it of this.#topics.values())
      it.via = null;
    this.#watchers.clear();
    this.#topics.clear();
  }

  /* ---- ways ------------------------------------------------------------ */

  /* The first listener starts it. */
  #start() {
    const env = this.#env;
    this.#offs = [
      env.on('online', () => this.#online()),
      env.on('offline', () => this.#offline()),
    ];
    this.#started = true;
    this.#fetchToken().then(() => {
      this.#ready = true;
      this.#open();
    });
  }

  #open() {
    if (this.#closed)
      return;
    for (const topic of this.#wanted())
      this.#joinSocket(topic);
    if (!this.#env.online())
      return;
    if (this.#socket)
      this.#socket.open();
    else
      this.#secondWay();
  }

  #online() {
    this.#misses = 0;
    if (this.#socket)
      this.#socket.hurry();
    else
      this.#secondWay();
    this.#update();
  }

  /* Believed when it says no: a socket would find out a minute later. */
  #offline() {
    this.#socket?.close();
    this.#events?.close();
    this.#lose(null);
  }

  /* The first way went, or did not come about. */
  #down(code) {
    this.#lose('socket');
    if (this.#closed || this.#renewing || !this.#env.online())
      return;
    if (code === EXPIRED)
      this.#renew();
    else if (++this.#misses >= (this.#hasWorked ? MISSES : 1))
      this.#secondWay();
  }

  /* ... and the second: if it had worked the first may be free again. */
  #eventsDown(hadOpened) {
    this.#lose('events');
    if (this.#socket)
      hadOpened && this.#later(() => this.#socket.hurry(), 1000);
    else
      this.#later(() => this.#secondWay(), 30_000);
  }

  #later(run, ms) {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => !this.#closed && this.#env.online() && run(), this.#env.random() * ms);
  }

  #secondWay() {
    if (!this.#events || this.#events.open || this.#topics.size === 0)
      return;
    this.#events.want(this.#wanted());
  }

  #wanted() {
    return [...this.#topics].filter(([, { refused }]) => !refused).map(([topic]) => topic);
  }

  /* Both ways tell the same things. */
  #hear(via) {
    return {
      joined: (topic, answer, since) => this.#joined(via, topic, answer, since),
      refused: (topic, why) => this.#refused(topic, why),
      left: (topic) => this.#left(via, topic),
      event: (topic, event, payload) => this.#deliver(topic, event, payload),
      people: (topic, people) => this.#people(topic, people),
    };
  }

  #lose(via) {
    for (const it of this.#topics.values())
      if (via === null || it.via === via)
        it.via = null;
    this.#update();
  }

  /* ---- topics ---------------------------------------------------------- */

  #join(topic) {
    if (!this.#started)
      this.#start();
    this.#joinSocket(topic);
    if (this.#events?.open || !this.#socket)
      this.#events?.want(this.#wanted());
    this.#update();
  }

  #joinSocket(topic) {
    if (this.#ready)
      this.#socket?.join(topic, { people: topic.startsWith('appointment:') });
  }

  #leave(topic) {
    this.#topics.delete(topic);
    this.#socket?.leave(topic);
    if (this.#events?.open)
      this.#events.want(this.#wanted());
    this.#update();
  }

  #joined(via, topic, answer, since) {
    const it = this.#topics.get(topic);
    if (!it)
      return;
    const whole = it.place.joined(answer, since);
    it.via = via;
    it.refused = null;
    if (via === 'socket') {
      this.#hasWorked = true;
      this.#misses = 0;
      if (this.#allVia('socket'))
        this.#events?.close();
    }
    this.#update();
    it.tell('onJoin', { resumed: whole });
    if (!whole)
      it.tell('onResync', { late: false });
  }

  #allVia(via) {
    return [...this.#topics.values()].every((it) => it.refused || it.via === via);
  }

  /* Somebody else listens to it already. */
  #catchUp(it, options) {
    if (it.refused)
      options.onRefused?.(it.refused);
    if (!it.via)
      return;
    options.onJoin?.({ resumed: false });
    options.onResync?.({ late: true });
    if (it.people)
      options.presence?.(it.people);
  }

  #left(via, topic) {
    const it = this.#topics.get(topic);
    if (it?.via !== via)
      return;
    it.via = null;
    this.#update();
  }

  #refused(topic, why) {
    const it = this.#topics.get(topic);
    if (!it)
      return;
    it.via = null;
    if (why.code === 'UNAUTHENTICATED' && (this.#renewing || this.#mayRenew())) {
      this.#renew();
      return;
    }
    it.refused = why;
    this.#update();
    it.tell('onRefused', why);
  }

  #deliver(topic, event, payload) {
    const it = this.#topics.get(topic);
    if (!it)
      return;
    const seen = it.place.see(payload);
    if (seen === 'old')
      return;
    for (const { listener } of [...it.listeners])
      listener(event, payload);
    if (seen === 'hole')
      it.tell('onResync', { late: false });
  }

  #people(topic, people) {
    const it = this.#topics.get(topic);
    if (!it)
      return;
    it.people = people;
    it.tell('presence', people);
  }

  /* ---- sessions -------------------------------------------------------- */

  #mayRenew() {
    return this.#renewSession !== null && this.#env.now() - this.#renewedAt > RENEW_AGAIN_MS;
  }

  /* A socket keeps the session that it was opened with, so it is opened anew. */
  async #renew() {
    if (this.#renewing || !this.#mayRenew())
      return;
    this.#renewing = true;
    this.#renewedAt = this.#env.now();
    this.#socket?.close();
    this.#events?.close();
    const goesOn = await this.#renewSession().catch(() => null);
    if (goesOn === null)
      this.#renewedAt = -Infinity; /* nobody has said: the next refusal asks again */
    await this.#fetchToken();
    this.#renewing = false;
    if (goesOn === false)
      this.close();
    this.#open();
  }

  async #fetchToken() {
    if (!this.#tokenOf)
      return;
    try {
      this.#token = await this.#tokenOf();
    } catch {
      /* The old one may do; the hub will say. */
    }
    clearTimeout(this.#timer);
    const ends = endOf(this.#token);
    if (ends && !this.#closed)
      this.#timer = setTimeout(() => this.#renewToken(), Math.max(1000, ends - this.#env.now() - RENEW_AHEAD_MS));
  }

  async #renewToken() {
    await this.#fetchToken();
    if (this.#token)
      this.#socket?.renew(this.#token);
  }

  /* ---- telling --------------------------------------------------------- */

  #update() {
    const kind = !this.#env.online() ? 'offline' : this.#topics.size > 0 && this.#allVia('socket') ? 'live'
      : this.#topics.size > 0 && [...this.#topics.values()].every((it) => it.refused || it.via) ? 'sse' : 'polling';
    if (this.#socket)
      this.#socket.slow = kind === 'sse';
    if (kind !== this.status.kind)
      this.status = { kind, since: this.#env.now() };
    for (const fn of [...this.#watchers])
      fn(this.status);
  }
}

/* When a token runs out, in milliseconds; null when it does not say. */
function endOf(token) {
  try {
    const { exp } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return exp * 1000 || null;
  } catch {
    return null;
  }
}
