/*
 * surroundings.js - time, chance and network as the sync client sees them.
 *
 * `quietSurroundings` is for node and tests, `browserSurroundings` for pages.
 */
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function quietSurroundings(changes = {}) {
  return {
    now: Date.now,
    random: Math.random,
    timer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer),
    pause: () => after(0),
    online: () => true,
    awake: () => true,
    on: () => () => {},
    ...changes,
  };
}

/*
 * 'awake' is fired when somebody looks at the page again.  navigator.onLine is
 * believed when it says no; a yes may be a lift without a network.
 */
export function browserSurroundings(win = window) {
  const page = win.document;
  const listen = (target, type, run) => {
    target.addEventListener(type, run);
    return () => target.removeEventListener(type, run);
  };
  return quietSurroundings({
    online: () => win.navigator.onLine,
    awake: () => page.visibilityState === 'visible',
    on(name, run) {
      if (name !== 'awake') return listen(win, name, run);
      const offs = [
        listen(win, 'focus', run),
        listen(page, 'visibilitychange', () => page.visibilityState === 'visible' && run()),
      ];
      return () => offs.forEach((off) => off());
    },
  });
}
