/*
 * guard.jsx - unsaved text is asked about before anything leads away from it.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../common/i18n.js';
import { Button, Dialog } from '../../common/ui.jsx';
import { setGuard } from './router.js';

/** The question, while it is asked. isTyped(): whether there is something to lose; onSave() resolves to true when it is saved; text says what it is. */
export function useGuard(isTyped, onSave, text) {
  const [answer, setAnswer] = useState(null);
  const now = useRef();
  now.current = { isTyped, onSave };
  useLayoutEffect(() => {
    setGuard(() => new Promise((resolve) => setAnswer(() => resolve)), () => now.current.isTyped());
    return () => setGuard(null);
  }, []);
  if (!answer)
    return null;
  const answered = async (choice) => {
    setAnswer(null);
    answer(choice === 'leave' || (choice === 'save' && (await now.current.onSave()) === true));
  };
  return <LeaveDialog text={text} onAnswer={answered} />;
}

/* onAnswer: 'stay' | 'leave' | 'save' */
function LeaveDialog({ text, onAnswer }) {
  return (
    <Dialog title={t('panel.leaveTitle')} onClose={() => onAnswer('stay')} foot={
      <>
        <Button kind="danger-quiet" onClick={() => onAnswer('leave')}>{t('panel.leave')}</Button>
        <Button onClick={() => onAnswer('stay')}>{t('panel.stay')}</Button>
        <Button kind="primary" onClick={() => onAnswer('save')}>{t('common.save')}</Button>
      </>}>
      <p>{text}</p>
    </Dialog>
  );
}
