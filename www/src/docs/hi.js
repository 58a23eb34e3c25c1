// The sections of this page, so that the chunk has no others.
export { common, docs } from '../strings/hi.js';
