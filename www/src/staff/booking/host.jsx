/*
 * host.jsx - fetches the dialog when it is first wanted.
 */
import { useEffect, useState } from 'preact/hooks';
import { toast } from '../../common/ui.jsx';
import { t } from '../../common/i18n.js';
import { CloudOff } from 'lucide';
import { closeBooking } from './open.js';

let BookingDialog = null;

export function BookingHost({ session }) {
  const [, ready] = useState(Boolean(BookingDialog));
  useEffect(() => {
    if (BookingDialog)
      return;
    import('./dialog.jsx').then((part) => {
      BookingDialog = part.BookingDialog;
      ready(true);
    }).catch(() => {
      closeBooking();
      toast(t('staff.partText'), { icon: CloudOff });
    });
  }, []);
  return BookingDialog ? <BookingDialog session={session} /> : null;
}
