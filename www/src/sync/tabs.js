/*
 * tabs.js - one of a user's tabs asks the server and tells the others.
 *
 * A Web Lock says which; it passes on when that tab closes.  A browser may
 * put a hidden tab to sleep while it holds the lock: `takeOver` is for a
 * visible tab whose question stayed unanswered.
 */

/* A tab by itself: no locks, no channel, or a storage that is not shared. */
export function aloneTabs() {
  return { lead: (onLead) => onLead(), takeOver() {}, tell() {}, listen() {}, close() {} };
}

export function sharedTabs(name, { locks = globalThis.navigator?.locks, Channel = globalThis.BroadcastChannel } = {}) {
  if (!locks || !Channel) return aloneTabs();
  const channel = new Channel(name);
  let release = null;
  let closed = false;
  let handlers = null;

  function want(options) {
    locks.request(name, options, () => {
      if (closed) return undefined;
      return new Promise((resolve) => {
        release = resolve;
        handlers.onLead();
      });
    }).catch(() => {
      /* Stolen by a tab that is awake: wait in line again. */
      release = null;
      if (closed) return;
      handlers.onFollow();
      want({});
    });
  }

  return {
    lead(onLead, onFollow) {
      handlers = { onLead, onFollow };
      want({});
    },
    takeOver() {
      if (!release) want({ steal: true });
    },
    tell(message) {
      if (!closed) channel.postMessage(message);
    },
    listen(handle) {
      channel.onmessage = (event) => handle(event.data);
    },
    close() {
      closed = true;
      channel.close();
      release?.();
    },
  };
}
