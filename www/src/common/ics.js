// The visit as an iCalendar file (RFC 5545), made in the browser.  Times are in UTC: right whatever the zone.

const stamp = (instant) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
const escape = (text) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** No line is longer than 75 octets; the next one starts with a space. */
function fold(line) {
  const out = [];
  let part = '';
  let octets = 0;
  for (const char of line) {
    const size = new TextEncoder().encode(char).length;
    if (octets + size > 75) {
      out.push(part);
      part = ' ';
      octets = 1;
    }
    part += char;
    octets += size;
  }
  return [...out, part].join('\r\n');
}

/** visit: {id, version, startsAt, endsAt}; words: {title, place, text} */
export function calendarFile(visit, { title, place, text }, at = new Date()) {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//opdesk//booking//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${visit.id}@opdesk`,
    `SEQUENCE:${visit.version}`,
    `DTSTAMP:${stamp(at)}`,
    `DTSTART:${stamp(visit.startsAt)}`,
    `DTEND:${stamp(visit.endsAt)}`,
    `SUMMARY:${escape(title)}`,
    `LOCATION:${escape(place)}`,
    `DESCRIPTION:${escape(text)}`,
    `STATUS:${visit.status === 'requested' ? 'TENTATIVE' : 'CONFIRMED'}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(fold)
    .join('\r\n');
}

export function download(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/calendar;charset=utf-8' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
