/*
 * fresh.js - what others have changed since the page was loaded.
 */
import { useEffect, useState } from 'preact/hooks';
import { renewClinic } from '../session.js';

/** Asks when it is opened, unless it need not. [whether that failed, again()] */
export function useFresh(wanted = true) {
  const [failed, setFailed] = useState(false);
  const ask = () => renewClinic().then(() => setFailed(false), () => setFailed(true));
  useEffect(() => {
    if (wanted)
      ask();
  }, []);
  return [failed, ask];
}
