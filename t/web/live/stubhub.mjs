/*
 * A hub inside the test's process, for what depends on time and chance: it
 * answers as api.md says, keeps what it has told, and can be cut, deaf or
 * refusing.  What the real one does is live.mjs.
 */
export class StubHub {
  up = true;            /* takes connections */
  swallows = false;     /* ... but never answers the handshake */
  remembers = true;     /* can resume */
  refuses = null;       /* answers joins with this code */
  blocked = { socket: false, events: false };
  log = new Map();      /* topic -> [{ event, payload }] */
  sockets = new Set();
  sources = new Set();
  tries = [];           /* { at, way } of each connection that was asked for */
  frames = [];          /* what clients sent but heartbeats */
  epoch = 'e0000000-0000-4000-8000-000000000000';
  #seq = 0;

  emit(topic, event = 'appointment-updated', members = {}) {
    const log = this.log.get(topic) ?? [];
    const payload = { ...members, eventId: `${this.epoch}-${++this.#seq}`, prev: log.at(-1)?.payload.eventId ?? null, epoch: this.epoch, seq: this.#seq };
    this.log.set(topic, [...log, { event, payload }]);
    for (const socket of this.sockets)
      socket.tell(topic, event, payload);
    for (const source of this.sources)
      source.tell(topic, event, payload);
    return payload.eventId;
  }

  /* Something that happened and that nobody was told of. */
  lose(topic) {
    const [sockets, sources] = [this.sockets, this.sources];
    this.sockets = this.sources = new Set();
    this.emit(topic);
    [this.sockets, this.sources] = [sockets, sources];
  }

  cut(code = 1006) {
    for (const socket of [...this.sockets])
      socket.end(code);
    for (const source of [...this.sources])
      source.fail();
  }

  missed(topic, since) {
    const log = this.log.get(topic) ?? [];
    const seq = Number(since.slice(since.lastIndexOf('-') + 1));
    return log.filter(({ payload }) => payload.seq > seq);
  }

  get WebSocket() {
    const hub = this;
    return class extends StubSocket {
      constructor(url) { super(hub, url); }
    };
  }

  get EventSource() {
    const hub = this;
    return class extends StubSource {
      constructor(url) { super(hub, url); }
    };
  }
}

class StubSocket {
  readyState = 0;
  bufferedAmount = 0;
  #hub;
  #joined = new Map();
  #onOpen = [];

  constructor(hub, url) {
    this.#hub = hub;
    this.url = url;
    hub.tries.push({ at: Date.now(), way: 'socket' });
    queueMicrotask(() => {
      if (this.readyState !== 0 || hub.swallows)
        return;
      if (!hub.up || hub.blocked.socket) {
        this.onerror?.({});
        this.end(1006);
        return;
      }
      this.readyState = 1;
      hub.sockets.add(this);
      for (const run of this.#onOpen)
        run();
      this.onopen?.();
    });
  }

  addEventListener(name, run) {
    this.#onOpen.push(run);
  }

  send(text) {
    const [joinRef, ref, topic, event, payload] = JSON.parse(text);
    if (event === 'heartbeat') {
      this.#answer([null, ref, topic, 'phx_reply', { status: 'ok', response: {} }]);
      return;
    }
    this.#hub.frames.push({ topic, event, payload, at: Date.now() });
    const reply = (status, response) => this.#answer([joinRef, ref, topic, 'phx_reply', { status, response }]);
    if (event === 'phx_join')
      this.#join(topic, joinRef, payload, reply);
    else if (event === 'phx_leave') {
      this.#joined.delete(topic);
      reply('ok', {});
    }
  }

  #join(topic, joinRef, { since }, reply) {
    const hub = this.#hub;
    if (hub.refuses) {
      reply('error', { code: hub.refuses, reason: 'no' });
      return;
    }
    this.#joined.set(topic, joinRef);
    const resync = Boolean(since) && !hub.remembers;
    const missed = since && !resync ? hub.missed(topic, since) : [];
    for (const { event, payload } of missed)
      this.tell(topic, event, payload);
    reply('ok', { eventId: hub.log.get(topic)?.at(-1)?.payload.eventId ?? null, resync, postgres_changes: [] });
  }

  tell(topic, event, payload) {
    if (this.#joined.has(topic))
      this.#answer([null, null, topic, 'broadcast', { type: 'broadcast', event, payload }]);
  }

  say(topic, event, payload = {}) {
    this.#answer([this.#joined.get(topic) ?? null, null, topic, event, payload]);
  }

  #answer(frame) {
    const data = JSON.stringify(frame);
    queueMicrotask(() => this.readyState === 1 && this.onmessage?.({ data }));
  }

  close() {
    this.end(1005);
  }

  end(code) {
    if (this.readyState === 3)
      return;
    this.readyState = 3;
    this.#hub.sockets.delete(this);
    this.onclose?.({ code });
  }
}

class StubSource {
  #hub;
  #topics;
  #onJoined;

  constructor(hub, url) {
    this.#hub = hub;
    this.url = url;
    const query = new URL(url, 'http://hub').searchParams;
    this.#topics = query.get('topics').split(',');
    hub.tries.push({ at: Date.now(), way: 'events' });
    queueMicrotask(() => {
      if (!hub.up || hub.blocked.events) {
        this.fail();
        return;
      }
      hub.sources.add(this);
      for (const topic of this.#topics)
        this.#join(topic, query.get('since'));
    });
  }

  addEventListener(name, run) {
    this.#onJoined = run;
  }

  #join(topic, since) {
    const hub = this.#hub;
    const resync = Boolean(since) && !hub.remembers;
    for (const { event, payload } of since && !resync ? hub.missed(topic, since) : [])
      this.tell(topic, event, payload);
    const response = { eventId: hub.log.get(topic)?.at(-1)?.payload.eventId ?? null, resync };
    this.#onJoined({ data: JSON.stringify({ topic, response }) });
  }

  tell(topic, event, payload) {
    if (this.#topics.includes(topic))
      this.onmessage?.({ lastEventId: payload.eventId, data: JSON.stringify({ topic, event, payload }) });
  }

  fail() {
    this.#hub.sources.delete(this);
    this.onerror?.({});
  }

  close() {
    this.#hub.sources.delete(this);
    this.onerror = this.onmessage = null;
  }
}
