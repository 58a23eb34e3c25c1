-- factor.sql - second factors and password links: whose they are, and who may call what.
BEGIN;
\ir prelude.psql

CREATE FUNCTION tap.link(who text, whose text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN tap.ask(who, format('SELECT coalesce(refusal, ''made'') FROM api.password_link(%L, sha256(%L))', tap.id('account ' || whose), who || whose));
END $$;

-- Links
SELECT is(tap.link('admin', w), 'made', 'an administrator makes a link for ' || w) FROM unnest(ARRAY['desk', 'meera', 'arun', 'admin']) w;
SELECT is(tap.link('admin', w), 'NOT_FOUND', 'but none for ' || w) FROM unnest(ARRAY['asha', 'nina', 'boss', 'nobody']) w;
SELECT is(tap.link(w, 'desk'), 'NOT_FOUND', w || ' makes none') FROM unnest(ARRAY['desk', 'meera', 'asha', 'public', 'none', 'boss']) w;
SELECT is(tap.ask('admin', format('SELECT refusal FROM api.password_link((SELECT id FROM auth.account WHERE is_key AND clinic_id = %L), ''\x00'')', tap.id('one'))),
          '!42501 permission denied for table account', 'whose the key is, nobody sees');
SELECT is((SELECT count(*)::int FROM auth.password_link), 4, 'one row for each account');
SELECT is(tap.link('admin', 'desk'), 'made', 'another for the same account');
SELECT is((SELECT count(*)::int FROM auth.password_link), 4, 'takes the place of the one before');
SELECT is((SELECT count(*)::int FROM auth.password_link l WHERE l.hash = sha256('admindesk')), 1, 'by its hash');
SELECT is((SELECT string_agg(round(extract(epoch FROM l.expires_at - now()) / 3600)::text, ' ' ORDER BY u.name NULLS LAST, u.email)
             FROM auth.password_link l JOIN auth.account u ON u.id = l.account_id), '24 24 168 24', 'a day for who has a password, a week for who has none');

-- Nobody reads or writes these tables but their owner
SELECT is(tap.ask(w, 'SELECT count(*) FROM auth.' || t), '!42501 permission denied for table ' || t, format('%s does not read auth.%s', w, t))
  FROM unnest(ARRAY['admin', 'desk', 'public']) w, unnest(ARRAY['totp', 'challenge', 'password_link']) t;

-- Sweeping
INSERT INTO auth.challenge (hash, clinic_id, account_id, enrols, expires_at)
SELECT sha256(n::text::bytea), tap.id('one'), tap.id('account desk'), false, now() + n * interval '1 minute' FROM generate_series(-2, 2) n;
UPDATE auth.password_link SET expires_at = now() - interval '1 s' WHERE account_id = tap.id('account desk');
SELECT auth.sweep_factors() IS NULL;
SELECT is((SELECT count(*)::int FROM auth.challenge), 2, 'challenges that nobody can use are swept out');
SELECT is((SELECT count(*)::int FROM auth.password_link), 3, 'and links');

SELECT * FROM finish();
ROLLBACK;
