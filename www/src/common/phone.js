// Phone numbers as people type them.  The server keeps E.164 and gives national numbers the clinic's country.

// code: calling code; digits: length of a national mobile number without the trunk prefix
const countries = {
  IN: { code: '91', digits: 10, trunk: '0' },
  US: { code: '1', digits: 10, trunk: '1' },
  CA: { code: '1', digits: 10, trunk: '1' },
  GB: { code: '44', digits: 10, trunk: '0' },
  AU: { code: '61', digits: 9, trunk: '0' },
  AE: { code: '971', digits: 9, trunk: '0' },
  BD: { code: '880', digits: 10, trunk: '0' },
  LK: { code: '94', digits: 9, trunk: '0' },
  NP: { code: '977', digits: 10, trunk: '0' },
  SG: { code: '65', digits: 8, trunk: '' },
};

export const digitsOf = (text) => text.replace(/\D/g, '');

/** '+91', or '' when the country is not known to us. */
export const callingCode = (country) => (countries[country] ? `+${countries[country].code}` : '');

export const isInternational = (text) => /^\s*(\+|00)/.test(text);

/** null when it can be a number; else {need, have}: digits that it should have (undefined: unclear) and has. */
export function phoneProblem(text, country) {
  const have = digitsOf(text).length;
  const { digits, trunk, code } = countries[country] ?? {};
  if (isInternational(text) || !digits) return have >= 7 && have <= 15 ? null : { have };
  const plain = digitsOf(text);
  const extra = [trunk, code].some(
    (start) => start && plain.startsWith(start) && plain.length === digits + start.length,
  );
  return have === digits || extra ? null : { need: digits, have };
}

// Landlines of the large cities have two digits of area code and eight of their own.
const shapes = [
  [/^\+91(11|20|22|33|40|44|79|80)(\d{4})(\d{4})$/, '+91\u00a0$1\u00a0$2\u00a0$3'],
  [/^\+91(\d{5})(\d{5})$/, '+91\u00a0$1\u00a0$2'],
];

/** '+91 98000 00001' (never broken over two lines) from '+919800000001'; what we do not know stays as it is. */
export function formatPhone(text) {
  const shape = shapes.find(([pattern]) => pattern.test(text));
  return shape ? text.replace(...shape) : text;
}

export const telHref = (text) => `tel:${text.replace(/[^\d+]/g, '')}`;
