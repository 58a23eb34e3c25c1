// The sections of this page, so that the chunk has no others.
export { common, public, times } from '../strings/hi.js';
