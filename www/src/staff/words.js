/* The sections of the staff pages, so that the bundle has no others. */
export { common, staff, signin, today, appointments, panel, booking } from '../strings/en.js';
