// The sections of this page, so that the chunk has no others.
export { common, public } from '../strings/hi.js';
