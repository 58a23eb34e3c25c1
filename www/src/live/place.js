/*
 * place.js - where a topic stands: what was seen last, and whether something
 * between is missing.
 *
 * An eventId is "epoch-seq", and one row of numbers serves all topics of a
 * clinic; `prev` is the event before it on the same topic.  So nothing is
 * missing when prev is not beyond what has been seen, whoever brought that.
 */
export function readId(id) {
  const at = String(id ?? '').lastIndexOf('-');
  const seq = Number(String(id ?? '').slice(at + 1));
  return at > 0 && Number.isSafeInteger(seq) ? { epoch: id.slice(0, at), seq } : null;
}

export class Place {
  id = null;
  #at = null;

  /* Not before `id`, when it is of the same row of numbers. */
  #reaches(id) {
    const it = readId(id);
    return Boolean(it && this.#at && it.epoch === this.#at.epoch && it.seq <= this.#at.seq);
  }

  #move(id) {
    this.id = id ?? null;
    this.#at = readId(id);
  }

  /*
   * A join was answered; since: what it asked to be resumed from.  True when
   * nothing is missing: what was missed is on its way, in order.
   */
  joined({ eventId, resync }, since) {
    if (since && !resync)
      return true;
    if (!this.#reaches(eventId))
      this.#move(eventId);
    return false;
  }

  /* 'loose' what has no number, 'old' what has been seen, 'next', or 'hole': something before it is missing. */
  see({ eventId, prev }) {
    if (!eventId)
      return 'loose';
    if (this.#reaches(eventId))
      return 'old';
    const whole = this.id === null ? !prev : this.#reaches(prev);
    this.#move(eventId);
    return whole ? 'next' : 'hole';
  }
}

/* The earliest of some places, to resume all of them from; null when there is none for all. */
export function earliest(places) {
  const all = places.map(({ id }) => readId(id) && { id, ...readId(id) });
  if (all.length === 0 || all.some((one) => !one || one.epoch !== all[0].epoch))
    return null;
  return all.reduce((first, one) => (one.seq < first.seq ? one : first)).id;
}
