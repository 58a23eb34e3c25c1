// What a patient is told of a step that did not succeed.
import { CircleAlert } from 'lucide';
import { fieldError } from '../common/api.js';
import { t } from '../common/i18n.js';
import { announce, toast } from '../common/ui.jsx';
import { apply, refresh } from './visits.js';

const words = {
  OFFLINE: 'patient.needsConnection',
  VERSION_CONFLICT: 'patient.changedElsewhere',
  NOT_FOUND: 'patient.changedElsewhere',
  BAD_TRANSITION: 'patient.tooLate',
  LOCKED: 'patient.locked',
  SLOT_TAKEN: 'patient.slotTaken',
  PATIENT_BUSY: 'patient.busy',
  RATE_LIMITED: 'common.tooMany',
};

export const errorWords = (error) =>
  t(fieldError(error, 'phone') ? 'patient.needPhone' : (words[error.code] ?? 'common.failedText'));

/** What the server knows better is shown. */
export function learn(error) {
  if (error.body?.current) apply(error.body.current);
  else if (error.code === 'NOT_FOUND' || error.code === 'BAD_TRANSITION') refresh();
  if (!error.code) console.error(error);
}

export function tellRefusal(error) {
  learn(error);
  if (error.status === 401) return; // the page has gone to the sign-in
  const text = errorWords(error);
  toast(text, { icon: CircleAlert });
  announce(text, { urgent: true });
}
