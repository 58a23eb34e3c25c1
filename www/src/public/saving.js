// The form saves itself.  As soon as name and phone could reach somebody an enquiry is made, and half a second after the
// last key it is brought up to date; so the clinic can call back whoever was interrupted.
import { effect, signal } from '@preact/signals';
import { api, newKey } from '../common/api.js';
import { whenConnected } from '../common/connection.js';
import { digitsOf, phoneProblem } from '../common/phone.js';
import { clinic } from './data.js';
import { booked, details, lead, open, serviceId } from './flow.js';

const QUIET_MS = 500;
const UNSURE_MS = 2000;
const LOCKED_MS = 10_000;

/** 'none', 'saving', 'saved' or 'waiting' (for the connection) */
export const saving = signal(lead.peek() ? 'saved' : 'none');

const members = () => {
  const { name, phone, email, reason } = details.peek();
  return { name: name.trim(), phone: phone.trim(), email: email.trim(), reason: reason.trim() };
};

const isAddress = (email) => /^\S+@\S+\.\S+$/.test(email);

/** What can be saved of what is typed: half an address or half a number would only be refused, with all the rest. */
function savable(known = {}) {
  const all = members();
  return {
    ...all,
    email: isAddress(all.email) || !all.email ? all.email : (known.email ?? ''),
    phone: !known.phone || isWhole() ? all.phone : known.phone,
  };
}

/** What is worth sending: all that is filled in, and what was filled in and has been emptied. */
export function filled(known = {}, all = members()) {
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key, value]) => value || known[key])
      .map(([key, value]) => [key, value || null]),
  );
}

export const reachable = ({ name, phone }) => /\p{L}/u.test(name) && digitsOf(phone).length >= 7;

const text = JSON.stringify;
const isNews = () => text(savable(lead.peek()?.sent ?? {})) !== text(lead.peek()?.sent);

// One intention, one key: what is sent again after a lost answer must not make a second enquiry.
const keys = new Map();
export const keyFor = (body) => {
  const name = text(body);
  if (!keys.has(name)) keys.set(name, newKey());
  return keys.get(name);
};

async function send() {
  const sent = savable(lead.peek()?.sent ?? {});
  if (lead.peek()) {
    const { id, token, sent: known } = lead.peek();
    await api('PATCH', `/api/appointments/${id}`, {
      stranger: true,
      retry: true,
      body: filled(known, sent),
      headers: { 'X-Edit-Token': token },
    });
    if (lead.peek()?.id === id) lead.value = { ...lead.peek(), sent };
    return;
  }
  const body = { ...filled({}, sent), serviceId: serviceId.peek() ?? undefined };
  const { appointment, editToken } = await api('POST', '/api/appointments', {
    stranger: true,
    body,
    idempotent: keyFor(body),
  });
  lead.value = { id: appointment.id, token: editToken, sent };
}

let timer = 0;
let running = null;
let refused = null;

async function save() {
  if (!reachable(details.peek()) || !isNews() || booked.peek() || refused === text(members())) return;
  saving.value = 'saving';
  try {
    await send();
    saving.value = isNews() ? 'saving' : 'saved';
  } catch (e) {
    if (e.code === 'OFFLINE') {
      saving.value = 'waiting';
      whenConnected().then(saveSoon);
      return;
    }
    if (e.code === 'RATE_LIMITED') {
      timer = setTimeout(saveNow, (e.retryAfter ?? 10) * 1000);
      return;
    }
    if (e.code === 'LOCKED') {
      timer = setTimeout(saveNow, LOCKED_MS); // the staff have it open
      return;
    }
    if (e.status === 404) lead.value = null; // it is not ours any more: the booking makes a new one
    // A half-typed address or number is refused, and told only when the visitor wants to book.
    refused = text(members());
    saving.value = 'none';
  }
}

/** One request at a time; what was typed meanwhile follows. */
export function saveNow() {
  clearTimeout(timer);
  running = (running ?? Promise.resolve()).then(save);
  return running;
}

// A number that is short for its country is probably half typed.
const isWhole = () => !phoneProblem(details.peek().phone, clinic.peek()?.country);

function saveSoon() {
  clearTimeout(timer);
  timer = setTimeout(saveNow, isWhole() ? QUIET_MS : UNSURE_MS);
}

/** Wait for what is on its way, and start nothing new. */
export async function settled() {
  clearTimeout(timer);
  await running;
}

/** Called once: the first enquiry at once, changes when the keys rest. */
export function keepSaved() {
  effect(() => {
    const now = details.value;
    if (open.value !== 'details' || !reachable(now) || booked.peek()) return;
    if (lead.peek() || running || !isWhole()) saveSoon();
    else saveNow();
  });
}
