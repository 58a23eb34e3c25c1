/*
 * round.js - one conversation with the server, until both hold the same.
 *
 * With a cursor the client asks for what came after it; without one it sends
 * the vector of all ids and versions.  A cursor that is refused (410, or 400
 * after a restore or a change of role) is dropped for the vector.  When an
 * answer names a count or a hash that is not ours the vector repairs it, once
 * a round, and then page by page without trusting a cursor.
 *
 * An answer that gets lost costs nothing: the cursor moves only together with
 * the rows that it stands for.
 */
const MOST_PAGES = 10_000;

export async function syncRound({ replica, ask, keep, pause, getCursor, setCursor, touched }) {
  let careful = false;
  let vector = !getCursor();
  for (let page = 0; page < MOST_PAGES; page++) {
    const { sent, answer } = vector ? await byVector() : await byCursor();
    if (answer === null) {
      setCursor(null);
      vector = true;
      continue;
    }
    const before = replica.changes;
    await take(answer, sent);
    if (answer.hasMore) {
      if (vector && replica.changes === before && (careful || !answer.cursor)) throw new Error('sync: a full page without news');
      vector = careful || !getCursor();
      continue;
    }
    if (await agrees(answer)) return { repaired: careful };
    if (careful) return { repaired: true, differs: true };
    careful = vector = true;
    setCursor(null);
  }
  throw new Error('sync: no end of pages');

  async function byCursor() {
    touched.clear();
    const { status, body } = await ask({ cursor: getCursor() });
    return { sent: null, answer: status === 200 ? body : null };
  }

  async function byVector() {
    const clientGlobalHash = await replica.hash(pause);
    touched.clear();
    const sent = replica.vector();
    const { status, body } = await ask({ knownVersions: Object.fromEntries(sent), clientGlobalHash });
    if (status === 200) return { sent, answer: body };
    if (sent.size === 0) throw new Error('sync: the first question was refused');
    replica.clear(); /* more ids than one request may carry: begin again */
    return { sent, answer: null };
  }

  async function take(answer, sent) {
    const done = replica.apply(answer.synced ? {} : answer, { sent, touched });
    if (answer.cursor) setCursor(answer.cursor);
    await keep(done, answer);
  }

  /* What was written here meanwhile is in our count and not in theirs. */
  async function agrees(answer) {
    if (touched.size > 0) return true;
    if (Number.isInteger(answer.count) && answer.count !== replica.size) return false;
    return !answer.serverGlobalHash || answer.serverGlobalHash === await replica.hash(pause);
  }
}
