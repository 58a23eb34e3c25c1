/* The same in Hindi, loaded when it is wanted. */
export { common, staff, signin, factor, account, today, appointments, panel, record, bulk, booking, calendar, availability, daysheet, locks, realtime, audit, users, clinic } from '../strings/hi.js';
