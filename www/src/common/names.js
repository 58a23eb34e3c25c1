/** 'MR' for 'Dr. Meera Rao' */
export function initials(name) {
  const words = name
    .replace(/^(dr|डॉ)\.?\s+/i, '')
    .split(/\s+/)
    .filter(Boolean);
  return words
    .slice(0, 1)
    .concat(words.length > 1 ? words.slice(-1) : [])
    .map((word) => [...word][0].toUpperCase())
    .join('');
}

/** 'Meera' for 'Dr. Meera Rao' */
export const shortName = (name) => name.replace(/^(dr|डॉ)\.?\s+/i, '').split(/\s+/)[0];
