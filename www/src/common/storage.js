// JSON in the browser's storage.  It may be forbidden or full: then nothing is remembered, and nothing breaks.

function over(name) {
  const store = () => {
    try {
      return globalThis[name];
    } catch {
      return undefined;
    }
  };
  return {
    get(key) {
      try {
        return JSON.parse(store().getItem(`opdesk.${key}`)) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      try {
        if (value === undefined) store().removeItem(`opdesk.${key}`);
        else store().setItem(`opdesk.${key}`, JSON.stringify(value));
      } catch {
        /* see above */
      }
    },
  };
}

export const local = over('localStorage');
export const session = over('sessionStorage');
