/*
 * layout.js - which column of its day an event stands in.
 *
 * Two visits of one doctor seldom overlap (the database refuses it), but a
 * cancelled one and its successor share a time, and so do visits put in
 * outside the hours.  Events that touch each other, directly or through
 * others, form a cluster; a cluster has as many columns as it needs, and an
 * event is widened over the columns to its right that stay free beside it.
 */

/* By start, the longer first: the longest of a cluster stands leftmost. */
function byStart(a, b) {
  return a.from - b.from || b.to - a.to || (a.id < b.id ? -1 : 1);
}

/*
 * Columns of the events of one day.
 *
 *   events   [{ id, from, to }], from < to, in any unit
 *   returns  Map of id to { column, columns, span }
 */
export function columns(events) {
  const places = new Map();
  let cluster = [];
  let end = -Infinity;

  for (const event of [...events].sort(byStart)) {
    if (event.from >= end) {
      settle(cluster, places);
      cluster = [];
      end = -Infinity;
    }
    cluster.push(event);
    end = Math.max(end, event.to);
  }
  settle(cluster, places);
  return places;
}

function settle(cluster, places) {
  const taken = []; // per column the events in it

  for (const event of cluster) {
    let column = taken.findIndex((c) => c.at(-1).to <= event.from);
    if (column < 0) column = taken.push([]) - 1;
    taken[column].push(event);
    places.set(event.id, { column, columns: 0, span: 1 });
  }
  for (const event of cluster) {
    const place = places.get(event.id);
    place.columns = taken.length;
    place.span = freeBeside(taken, place.column, event);
  }
}

function freeBeside(taken, column, event) {
  let next = column + 1;

  while (next < taken.length && !taken[next].some((e) => e.from < event.to && event.from < e.to)) next += 1;
  return next - column;
}
