/* The sections of the staff pages, so that the bundle has no others. */
export { common, staff, signin } from '../strings/en.js';
