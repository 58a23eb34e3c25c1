/* The sections of the staff pages, so that the bundle has no others. */
export { common, staff, signin, today } from '../strings/en.js';
