/*
 * offer.js - what patients can book online, and how the rest is told apart.
 */
import { t } from '../common/i18n.js';

export { firstOffered, offered } from '../common/offered.js';

/** The name of a doctor or service in a list of the staff's. */
export const called = (one) => (one.offered ? one.name : t('staff.notOffered', { name: one.name }));
