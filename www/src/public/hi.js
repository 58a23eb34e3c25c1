export { common } from '../strings/hi.js';
