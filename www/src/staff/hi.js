/* The same in Hindi, loaded when it is wanted. */
export { common, staff, signin } from '../strings/hi.js';
