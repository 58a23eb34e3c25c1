/*
 * tell.js - what people are told of a step that did not succeed.
 */
import { CircleAlert } from 'lucide';
import { t } from '../common/i18n.js';
import { announce, toast } from '../common/ui.jsx';

const words = {
  OFFLINE: 'staff.needsConnection',
  UNAVAILABLE: 'staff.brokenTitle',
  VERSION_CONFLICT: 'staff.goneElsewhere',
  NOT_FOUND: 'staff.goneElsewhere',
  BAD_TRANSITION: 'staff.notAllowed',
  FORBIDDEN: 'staff.notYours',
  LOCKED: 'staff.locked',
  LOCKED_BY_OTHER: 'staff.locked',
  SLOT_TAKEN: 'staff.slotTaken',
  PATIENT_BUSY: 'staff.patientBusy',
  RATE_LIMITED: 'common.tooMany',
};

export const errorWords = (error) => t(words[error.code] ?? 'common.failedText');

/** A toast for a refused step; what the server answered instead goes into the store. */
export function tellRefusal(error, store) {
  const text = errorWords(error);
  toast(text, { icon: CircleAlert });
  announce(text, { urgent: true });
  if (error.body?.current)
    store?.apply(error.body.current);
  else if (error.code === 'NOT_FOUND' || error.code === 'BAD_TRANSITION')
    store?.poll();
  if (!error.code)
    console.error(error);
}
