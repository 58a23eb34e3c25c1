/* The sections of the staff pages, so that the bundle has no others. */
export { common, staff, signin, factor, account, today, appointments, panel, record, bulk, booking, calendar, availability, daysheet, locks, realtime, audit, users, clinic } from '../strings/en.js';
