/* The same in Hindi, loaded when it is wanted. */
export { common, staff, signin, today } from '../strings/hi.js';
