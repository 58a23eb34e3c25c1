-- phone.sql - phone numbers in one form.
BEGIN;
\ir prelude.psql

SELECT is(core.e164(typed, country), number, format('%s in %s is %s', quote_nullable(typed), country, coalesce(number, 'no number')))
  FROM (VALUES
    ('9800000001', 'IN', '+919800000001'), ('098000 00001', 'IN', '+919800000001'), ('+91 98000 00001', 'IN', '+919800000001'),
      ('0091-98000-00001', 'IN', '+919800000001'),
    ('919800000001', 'IN', '+919800000001'), ('(020) 2550-1234', 'IN', '+912025501234'), ('98000.00001', 'IN', '+919800000001'),
    ('980000000', 'IN', NULL), ('98000000012', 'IN', NULL), ('+9198000000', 'IN', NULL), ('12345', 'IN', NULL), ('phone', 'IN', NULL),
      ('', 'IN', NULL), ('+', 'IN', NULL),
    ('9800000001x', 'IN', NULL), ('+91 98000 00001 ext 5', 'IN', NULL), ('٩٨٠٠٠٠٠٠٠١', 'IN', NULL), ('+0123456789', 'IN', NULL),
      ('+1234567890123456', 'IN', NULL),
    ('+44 20 7946 0958', 'IN', '+442079460958'), ('020 7946 0958', 'GB', '+442079460958'), ('+44 (0)20 7946 0958', 'GB', '+442079460958'),
    ('(212) 555-0101', 'US', '+12125550101'), ('1 212 555 0101', 'US', '+12125550101'), ('012 555 0101', 'US', NULL),
      ('030 123456', 'DE', '+4930123456'),
    ('06 1234 5678', 'IT', '+390612345678'), ('8 912 345 67 89', 'RU', '+79123456789'), ('06 30 123 4567', 'HU', '+36301234567'),
      ('9800000001', 'XX', NULL), ('+919800000001', 'XX', '+919800000001')
  ) t(typed, country, number);
SELECT is(core.calling_code(c), code, c || ' is ' || code) FROM (VALUES ('IN', '91'), ('AD', '376'), ('ZW', '263'), ('GB', '44'), ('US', '1')) t(c,
       code);
SELECT is(tap.ask('public', $$SELECT core.digits(' (98) 11-1 ')$$), '98111', 'what looks like a number is searched by its digits');
SELECT is(core.digits('p12@example.org'), NULL, 'and nothing else is');

SELECT * FROM finish();
ROLLBACK;
