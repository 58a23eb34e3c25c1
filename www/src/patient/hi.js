// The sections of this page, so that the chunk has no others.
export { common, patient, times } from '../strings/hi.js';
