/** Browsers take our cookies over HTTPS, and from this very machine. */
export const safeOrigin = ({ protocol, hostname } = location) =>
  protocol === 'https:' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
