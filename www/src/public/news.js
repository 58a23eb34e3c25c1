// What others do to the free times, as it happens.  Loaded when the page can be used already.
//
// A time that is taken goes where it stands, and one that is given back comes back to where it stood: the server had
// offered it, and has told of everything since.  Whatever the page cannot know by itself is asked for once, a little
// later: many pages hear the same news and must not ask at the same moment.
import { effect } from '@preact/signals';
import { Live } from '../live/index.js';
import { now } from '../common/time.js';
import { progress } from './booking.js';
import { everyService } from './data.js';
import { booked, hold, slot } from './flow.js';
import { asking, loseTo } from './holding.js';
import { askFor, isAsking, looking, nearest, overlaps, putBack, refresh, rulesOf, showing, takeOut, way } from './slots.js';

const SOON_MS = [300, 2000];

const name = ({ doctorId, startsAt, endsAt }) => `${doctorId} ${Date.parse(startsAt)} ${Date.parse(endsAt)}`;
const piece = ({ doctorId, startsAt, endsAt }) => ({ doctorId, startsAt, endsAt });

/** What others are known to have taken: name -> {piece, out: what that took out} */
const busy = new Map();
/** What came while a time of our own is asked for: it may be news of that. */
let waiting = [];
const toAsk = new Set();
let timer = 0;

const isOwn = (one) =>
  [hold.peek(), booked.peek()].some(
    (mine) => mine && mine.doctorId === one.doctorId && Date.parse(mine.startsAt) === Date.parse(one.startsAt),
  );

/** With pauses between visits a taken time takes more with it than it says. */
const hasPauses = (doctorId) =>
  everyService.peek()?.some((one) => one.bufferMinutes > 0) || rulesOf(doctorId).some((rule) => rule.bufferMinutes > 0);

function soon(doctorId) {
  toAsk.add(doctorId);
  const [least, most] = SOON_MS;
  if (!timer) timer = setTimeout(askNow, least + Math.random() * (most - least));
}

/** Who does not look is not asked for; the times are asked for again when somebody does. */
function askNow() {
  timer = 0;
  if (!looking.peek()) return;
  const ids = [...toAsk];
  toAsk.clear();
  askFor(ids);
}

function reserved(one) {
  if (isOwn(one)) return;
  busy.set(name(one), { piece: one, out: takeOut(one) });
  if (hasPauses(one.doctorId)) soon(one.doctorId);
  const mine = slot.peek();
  // While the booking is on its way its answer says who was first; a time that is kept for us is nobody else's.
  if (mine && !hold.peek() && progress.peek() === 'idle' && !booked.peek() && overlaps({ ...mine, ms: Date.parse(mine.startsAt) }, one))
    loseTo(mine.startsAt, nearest(mine.startsAt));
}

function released(one) {
  if (isOwn(one)) return;
  const known = busy.get(name(one));
  busy.delete(name(one));
  if (isAsking()) soon(one.doctorId);
  if (!known?.out.length) {
    if (!showing(one)) soon(one.doctorId);
    return;
  }
  const free = [];
  for (const it of known.out) {
    const other = [...busy.values()].find(({ piece: taken }) => overlaps(it.slot, taken));
    if (other) other.out.push(it);
    else if (it.slot.ms > now()) free.push(it);
  }
  putBack(free);
  if (hasPauses(one.doctorId)) soon(one.doctorId);
}

function forget(doctorId) {
  for (const [key, { piece: taken }] of busy) if (!doctorId || taken.doctorId === doctorId) busy.delete(key);
}

const happened = {
  'slot-reserved': (payload) => reserved(piece(payload)),
  'slot-released': (payload) => released(piece(payload)),
  'availability-changed': ({ doctorId }) => {
    forget(doctorId);
    soon(doctorId);
  },
};

function hear(event, payload) {
  if (asking.peek() === null) happened[event]?.(payload);
  else waiting.push([event, payload]);
}

/** Something was missed: what the pages know of the others counts for nothing. */
function lookAgain() {
  forget();
  waiting = [];
  if (looking.peek()) refresh();
}

export function startNews() {
  const live = new Live();
  live.on('availability:all', hear, { onResync: lookAgain });
  live.watch(({ kind }) => {
    way.value = kind;
  });
  effect(() => {
    if (asking.value === null) for (const [event, payload] of waiting.splice(0)) happened[event]?.(payload);
  });
  effect(() => {
    if (looking.value && toAsk.size && !timer) askNow();
  });
}
