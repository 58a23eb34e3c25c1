/*
 * sheet.js - the visits of a day as they are printed: by doctor, in order of
 * time, and those who came without one.
 */
import { dayOf } from '../../common/time.js';

const GONE = new Set(['cancelled', 'no_show']);
/* Still an enquiry: nobody expects them on this day. */
const UNMADE = new Set(['lead']);

const byTime = (a, b) =>
  a.startsAt === b.startsAt ? (a.id < b.id ? -1 : 1) : Date.parse(a.startsAt) - Date.parse(b.startsAt);
const byArrival = (a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1);

/* Who came on a day without a time, as far as the store knows. */
export function walkInsOf(rows, day, zone, doctorId) {
  return rows
    .filter(
      (r) => r.walkIn && !r.startsAt && (!doctorId || r.doctorId === doctorId) && dayOf(r.createdAt, zone) === day,
    )
    .sort(byArrival);
}

/*
 * The sheets of a day, one for each doctor that has somebody on it, in the
 * order of the doctors; those whom no doctor has yet come last.
 *
 *   returns [{ doctor | null, visits, walkIns }]
 */
export function sheetsOf({ visits, walkIns, doctors, gone = false }) {
  const wanted = (row) => !UNMADE.has(row.status) && (gone || !GONE.has(row.status));
  const timed = visits.filter((v) => v.startsAt && wanted(v)).sort(byTime);
  const came = walkIns.filter(wanted);
  const sheet = (doctor, mine) => ({ doctor, visits: timed.filter(mine), walkIns: came.filter(mine) });
  const known = new Set(doctors.map((d) => d.id));

  return [
    ...doctors.map((doctor) => sheet(doctor, (r) => r.doctorId === doctor.id)),
    sheet(null, (r) => !known.has(r.doctorId)),
  ].filter((s) => s.visits.length + s.walkIns.length > 0);
}
