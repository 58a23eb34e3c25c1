-- notices.sql - the words of notices: for each kind, in each language, by each clinic's clock.
BEGIN;
\ir prelude.psql

CREATE VIEW tap.kind AS
  SELECT DISTINCT m[1] AS what FROM pg_proc p, regexp_matches(p.prosrc, 'api\.signin_notify\([^,]+, ''(\w+)''', 'g') m
   WHERE p.pronamespace = 'api'::regnamespace;
SELECT set_eq('SELECT what FROM tap.kind',
  ARRAY['password_changed', 'password_set', 'factor_on', 'factor_off', 'factor_taken', 'recovery_used', 'recovery_new', 'token_reused', 'device_new', 'email_changed'],
  'these kinds of change are told');
SELECT is_empty($$SELECT k.what, l FROM tap.kind k, unnest('{en,hi}'::text[]) l, api.signin_notice_words(k.what, l) w
                   WHERE w.subject IS NULL OR w.told !~ '[.।]$' OR w.advice !~ '[.।]$' OR (w.told || w.subject || w.advice ~ '[ऀ-ॿ]') <> (l = 'hi')$$,
                'each has its words in both languages');
SELECT is_empty($$SELECT k.what FROM tap.kind k, api.signin_notice_words(k.what, 'hi') w WHERE w.subject || w.told || w.advice ~ '[A-Za-z]'$$,
                'of which the Hindi ones are Hindi');
SELECT throws_ok($$SELECT api.signin_notice_words('nonsense', 'en')$$, 'P0002', NULL, 'a kind without words is a mistake of ours, and no empty letter');

SELECT is(api.signin_when(i::timestamptz, z, l), w, format('%s is %s in %s', i, w, z)) FROM (VALUES
  ('2026-07-01T18:29:59Z', 'Asia/Kolkata', 'en', '1 July 2026, 23:59 (Asia/Kolkata)'),
  ('2026-07-01T18:30:00Z', 'Asia/Kolkata', 'en', '2 July 2026, 00:00 (Asia/Kolkata)'),
  ('2026-12-31T18:15:00Z', 'Asia/Kathmandu', 'hi', '1 जनवरी 2027, 00:00 (Asia/Kathmandu)'),
  ('2026-03-08T06:59:00Z', 'America/New_York', 'en', '8 March 2026, 01:59 (America/New_York)'),
  ('2026-03-08T07:00:00Z', 'America/New_York', 'hi', '8 मार्च 2026, 03:00 (America/New_York)'),
  ('2026-12-09T00:00:00Z', 'UTC', 'hi', '9 दिसंबर 2026, 00:00 (UTC)')) x(i, z, l, w);

SELECT is(api.signin_browser(a, 'en'), b, coalesce(b, 'nothing') || ' of ' || a) FROM (VALUES
  ('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0', 'Edge on Windows'),
  ('Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36', 'Samsung Internet on Android'),
  ('Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox on Linux'),
  ('Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1', 'Chrome on iPad'),
  ('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15', 'Safari on Mac'),
  ('Firefox/133.0', 'Firefox'), ('curl/7.88.1', NULL), ('', NULL), ('Your password has leaked: http://evil.example', NULL)) x(a, b);
SELECT is(api.signin_browser(NULL, 'hi'), NULL, 'who says nothing has none');

-- Nobody calls them from outside.
SELECT is(tap.ask('admin', format('SELECT api.signin_notify(%L, ''factor_off'')', tap.id('account desk')), r), '!42501 permission denied for function signin_notify',
          r || ' sends no notice') FROM unnest(ARRAY['opdesk_web', 'opdesk_signin']) r;

SELECT * FROM finish();
ROLLBACK;
