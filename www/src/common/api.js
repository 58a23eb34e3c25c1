// Every request of every page goes through here.
//
//   const { items } = await api('GET', '/api/doctors');
//   const { appointment } = await api('POST', '/api/appointments', { body, idempotent: true });
//
// The answer is the parsed JSON (null for 204).  Anything else throws ApiError; a request that got no answer at all has
// the code OFFLINE.  An aborted one throws the signal's reason, like fetch.
import { reached } from './connection.js';
import { learnClock } from './time.js';
import { local } from './storage.js';

const RETRY_MS = [300, 1000, 2500];
const TIMEOUT_MS = 20000;

export class ApiError extends Error {
  constructor(status, body, { requestId = null, retryAfter = null } = {}) {
    super(body?.message ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = body?.code ?? (status ? 'INTERNAL_ERROR' : 'OFFLINE');
    this.details = body?.details ?? [];
    this.body = body ?? {};
    this.requestId = body?.requestId ?? requestId;
    this.retryAfter = retryAfter;
  }
}

/** Emits 'signed-out' when a session that was there has ended for good. */
export const sessionEvents = new EventTarget();

/** A key for one intention; send the same one again when the intention is the same. */
export const newKey = () =>
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');

function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}

async function once(method, path, init, signal) {
  const ours = new AbortController();
  const timer = setTimeout(() => ours.abort(), TIMEOUT_MS);
  const pass = () => ours.abort();
  signal?.addEventListener('abort', pass, { once: true });
  const sentAt = Date.now();
  try {
    const answer = await fetch(path, { ...init, method, signal: ours.signal });
    const text = answer.status === 204 ? '' : await answer.text();
    learnClock(answer.headers.get('Date'), sentAt);
    reached(true);
    return { answer, text };
  } catch {
    signal?.throwIfAborted();
    reached(false);
    throw new ApiError(0, null);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', pass);
  }
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return undefined;
  }
}

function read({ answer, text }) {
  const body = parse(text);
  if (answer.ok && body !== undefined) return body;
  throw new ApiError(answer.status, body, {
    requestId: answer.headers.get('X-Request-Id'),
    retryAfter: +answer.headers.get('Retry-After') || null,
  });
}

async function patiently(method, path, init, { signal, retry }) {
  for (let tries = 0; ; tries++) {
    try {
      return read(await once(method, path, init, signal));
    } catch (e) {
      const again =
        e instanceof ApiError &&
        (e.code === 'OFFLINE' || e.status === 503 || (e.code === 'IN_PROGRESS' && init.headers['Idempotency-Key']));
      if (!again || !retry || tries >= RETRY_MS.length || globalThis.navigator?.onLine === false) throw e;
      // Half of the wait is chance, so that pages which lost the server together do not come back together.
      const wait = Math.max(RETRY_MS[tries], Math.min(e.retryAfter ?? 0, 5) * 1000);
      await sleep(wait * (0.5 + Math.random() / 2), signal);
    }
  }
}

// One refresh for all tabs: whoever gets the lock second sees that it has been done since its request left.
async function refresh(sentAt) {
  const run = async () => {
    if ((local.get('refreshed') ?? 0) > sentAt) return true;
    try {
      await patiently('POST', '/api/auth/refresh', { headers: {} }, { retry: true });
    } catch (e) {
      if (e.status !== 401 && e.status !== 403 && e.status !== 400) throw e; // the server is away: that says nothing about the session
      return false;
    }
    local.set('refreshed', Date.now());
    return true;
  };
  return globalThis.navigator?.locks ? navigator.locks.request('opdesk-refresh', run) : run();
}

/* Where nobody is signed in yet, so that a refresh does not help. */
const signsIn = /^\/api\/auth\/(admin-key|login|mfa|otp|refresh)/;

/**
 * options: body       anything JSON
 *          headers    more headers
 *          signal     an AbortSignal
 *          idempotent true, or a key of newKey() to keep over several calls: sends Idempotency-Key
 *          retry      whether to try again when nothing or 503 came; GET and idempotent calls do by themselves
 *          stranger   true: sends no cookie and knows no session
 *          keepalive  true: outlives the page
 */
export async function api(method, path, options = {}) {
  const { body, headers, signal, idempotent, stranger = false, keepalive } = options;
  const init = {
    headers: { Accept: 'application/json', ...headers },
    credentials: stranger ? 'omit' : 'same-origin',
    keepalive,
  };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers['Content-Type'] = 'application/json';
  }
  if (idempotent) init.headers['Idempotency-Key'] = idempotent === true ? newKey() : idempotent;
  const how = { signal, retry: options.retry ?? (method === 'GET' || Boolean(idempotent)) };
  const sentAt = Date.now();
  try {
    return await patiently(method, path, init, how);
  } catch (e) {
    if (e.status !== 401 || e.code !== 'UNAUTHENTICATED' || stranger || signsIn.test(path)) throw e;
    if (await refresh(sentAt)) return patiently(method, path, init, how);
    sessionEvents.dispatchEvent(new Event('signed-out'));
    throw e;
  }
}

/** The message for one field of a refused request, or undefined. */
export const fieldError = (error, field) => error?.details?.find((d) => d.field === field)?.message;
