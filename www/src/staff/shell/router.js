/*
 * router.js - the way between the staff pages; see common/router.js.
 */
export { navigate, place, setGuard } from '../../common/router.js';
