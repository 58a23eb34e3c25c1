/*
 * env.js - what the live client needs of a browser, and a test may replace.
 */
export function browserEnv(scope = globalThis) {
  const { location, navigator } = scope;
  return {
    WebSocket: scope.WebSocket,
    EventSource: scope.EventSource,
    now: Date.now,
    random: Math.random,
    online: () => navigator?.onLine !== false,
    on(name, run) {
      scope.addEventListener?.(name, run);
      return () => scope.removeEventListener?.(name, run);
    },
    socketUrl: (path) => new URL(path, location?.href).href.replace(/^http/, 'ws'),
  };
}
