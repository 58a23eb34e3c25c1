/** The hue of a person, 1 to 4: the same on every screen. For the classes person-1 to person-4. */
export function hueOf(id) {
  let sum = 0;
  for (const letter of id)
    sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return (sum % 4) + 1;
}
