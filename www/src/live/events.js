/*
 * events.js - the second way to the hub, for networks that let no WebSocket
 * through: Server-Sent Events.  Nothing can be sent this way.
 *
 * One request carries all topics, so another topic is another request; the
 * browser's own tries after a cut are not waited for, the first way says when.
 */
import { earliest } from './place.js';

const OPEN_MS = 5000;

export class EventsWay {
  #url;
  #EventSource;
  #token;
  #place;
  #tell;
  #topics = [];
  #source = null;
  #timer = null;
  #soon = null;

  constructor({ url, EventSource, token, place, tell }) {
    this.#url = url;
    this.#EventSource = EventSource;
    this.#token = token;
    this.#place = place;
    this.#tell = tell;
  }

  get open() {
    return this.#source !== null;
  }

  /* The topics that are wanted; asked for in one request, soon. */
  want(topics) {
    this.#topics = topics;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#connect(), 0);
  }

  close() {
    clearTimeout(this.#soon);
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #connect() {
    this.close();
    if (this.#topics.length === 0)
      return;
    const topics = this.#topics;
    const since = earliest(topics.map((topic) => this.#place(topic)));
    const query = new URLSearchParams({ topics: topics.join(',') });
    const token = this.#token();
    if (since)
      query.set('since', since);
    if (token)
      query.set('token', token);
    const source = this.#source = new this.#EventSource(`${this.#url}?${query}`);
    let opened = false;
    source.onerror = () => this.#down(source, opened);
    source.onmessage = ({ data }) => {
      const { topic, event, payload } = JSON.parse(data);
      this.#tell.event(topic, event, payload);
    };
    source.addEventListener('joined', ({ data }) => {
      opened = true;
      clearTimeout(this.#timer);
      const { topic, response } = JSON.parse(data);
      this.#tell.joined(topic, response, since);
    });
    this.#timer = setTimeout(() => this.#down(source, false), OPEN_MS);
  }

  #down(source, opened) {
    if (this.#source !== source)
      return;
    this.close();
    this.#tell.down(opened);
  }
}
