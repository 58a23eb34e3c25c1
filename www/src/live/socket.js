/*
 * socket.js - the first way to the hub: a WebSocket that speaks Phoenix
 * Channels, by the npm package phoenix.
 *
 * A way is { open(), close(), join(topic), leave(topic), push(topic, event,
 * payload), renew(token) } and tells `up`, `down`, `joined`, `refused`, `left`,
 * `event` and `people`.  What has been seen of a topic is its caller's:
 * `since(topic)` is asked at every join, also at those that phoenix makes by
 * itself after a cut.
 */
import { Presence, Socket } from 'phoenix';
import { waitMs } from '../sync/backoff.js';

const OPEN_MS = 5000;       /* what has not opened by then is given up */
const HEARTBEAT_MS = 20_000;
const CAP_MS = 30_000;      /* between tries */
const SLOW_CAP_MS = 300_000; /* ... while the second way carries */
const ACK_MS = 200;
export const EXPIRED = 4401; /* the hub's word for a session that has run out */

/* Some networks swallow the handshake and never answer it. */
const impatient = (WebSocket) => class extends WebSocket {
  constructor(...args) {
    super(...args);
    const timer = setTimeout(() => this.readyState === 0 && this.close(), OPEN_MS);
    this.addEventListener('open', () => clearTimeout(timer));
  }
};

export class SocketWay {
  #socket;
  #channels = new Map();
  #token;
  #since;
  #tell;
  #random;
  #failures = 0;
  slow = false;

  constructor({ url, WebSocket, token, since, tell, random }) {
    this.#token = token;
    this.#since = since;
    this.#tell = tell;
    this.#random = random;
    this.#socket = new Socket(url, {
      transport: impatient(WebSocket),
      sessionStorage: { getItem: () => null, setItem() {} },
      heartbeatIntervalMs: HEARTBEAT_MS,
      reconnectAfterMs: () => this.#wait(),
      rejoinAfterMs: (tries) => waitMs(tries, this.#random, 200, CAP_MS),
    });
    this.#socket.onOpen(() => this.#tell.up());
    this.#socket.onClose((event) => this.#tell.down(event?.code));
  }

  #wait() {
    this.#failures++;
    return waitMs(this.#failures, this.#random, 0, this.slow ? SLOW_CAP_MS : CAP_MS);
  }

  open() {
    this.#socket.connect();
  }

  /* Until open() is called again. */
  close() {
    this.#socket.disconnect();
  }

  /* The way may be free again: not later, now. */
  hurry() {
    this.#failures = 0;
    if (!this.#socket.isConnected())
      this.#socket.disconnect(() => this.#socket.connect());
  }

  /* people: who is there is told as well. */
  join(topic, { people = false } = {}) {
    if (this.#channels.has(topic))
      return;
    let since = null;
    const params = () => {
      since = this.#since(topic);
      const token = this.#token();
      return { ack: true, ...(since && { since }), ...(token && { access_token: token }) };
    };
    const channel = this.#socket.channel(topic, params);
    const acknowledge = this.#acknowledger(channel);
    this.#channels.set(topic, channel);
    channel.on('broadcast', ({ event, payload = {} }) => {
      acknowledge(payload.eventId);
      this.#tell.event(topic, event, payload);
    });
    if (people)
      this.#watchPeople(topic, channel);
    channel.onError(() => this.#tell.left(topic));
    channel.onClose(() => this.#closed(topic, channel, people));
    channel.join()
      .receive('ok', (answer) => {
        this.#failures = 0;
        this.#tell.joined(topic, answer ?? {}, since);
      })
      .receive('error', (answer) => this.#refused(topic, answer));
  }

  #watchPeople(topic, channel) {
    const people = new Presence(channel);
    people.onSync(() => this.#tell.people(topic, people.list((key, { metas }) => ({ key, metas }))));
  }

  /* Only a no is final; a hub that is not ready is asked again. */
  #refused(topic, { code, reason } = {}) {
    if (['FORBIDDEN', 'UNAUTHENTICATED', 'NOT_FOUND', 'VALIDATION_ERROR'].includes(code)) {
      this.leave(topic);
      this.#tell.refused(topic, { code, reason });
    }
  }

  /* The hub has put us out of a topic: whether for good the next join will say. */
  #closed(topic, channel, people) {
    if (this.#channels.get(topic) !== channel)
      return;
    this.#tell.left(topic);
    setTimeout(() => {
      if (this.#channels.get(topic) === channel) {
        this.#channels.delete(topic);
        this.join(topic, { people });
      }
    }, this.#wait());
  }

  leave(topic) {
    const channel = this.#channels.get(topic);
    this.#channels.delete(topic);
    channel?.leave();
  }

  push(topic, event, payload) {
    if (this.#channels.get(topic)?.canPush())
      this.#channels.get(topic).push(event, payload);
  }

  renew(token) {
    for (const topic of this.#channels.keys())
      this.push(topic, 'access_token', { access_token: token });
  }

  /* Cumulative: of many at once the last is enough. */
  #acknowledger(channel) {
    let last = 0;
    let timer = null;
    let newest = null;
    const send = () => {
      timer = null;
      last = Date.now();
      if (channel.canPush())
        channel.push('ack', { eventId: newest });
    };
    return (eventId) => {
      if (!eventId)
        return;
      newest = eventId;
      if (Date.now() - last >= ACK_MS && timer === null)
        send();
      else
        timer ??= setTimeout(send, ACK_MS);
    };
  }
}
