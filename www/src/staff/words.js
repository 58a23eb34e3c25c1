/* The sections of the staff pages, so that the bundle has no others. */
export { common, staff, signin, today, appointments, panel, record, booking, calendar, availability, daysheet, locks } from '../strings/en.js';
