-- 0016-factor.sql - the second factor, and links by which staff set a password.
--
-- Codes of an app (RFC 6238) and codes to recover with.  The secret comes
-- sealed (lib/seal.h), everything else that signs in is here as a hash only.
--
-- Source: requirements AUTH-4; security.md A-10 to A-12, A-81.

CREATE TABLE auth.totp (
  account_id      uuid PRIMARY KEY,
  clinic_id       uuid NOT NULL REFERENCES core.clinic,
  secret          bytea NOT NULL,
  confirmed_at    timestamptz,
  step            bigint NOT NULL DEFAULT -1,
  failures        int NOT NULL DEFAULT 0,
  recovery_hashes bytea[] NOT NULL DEFAULT '{}',
  FOREIGN KEY (clinic_id, account_id) REFERENCES auth.account (clinic_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE auth.totp IS 'The authenticator app of an account.';
COMMENT ON COLUMN auth.totp.secret IS 'Sealed, for auth.totp.secret/account_id.';
COMMENT ON COLUMN auth.totp.confirmed_at IS 'When the first code came back; NULL: shown only, and asked for nowhere.';
COMMENT ON COLUMN auth.totp.step IS 'The last step that was accepted: only a later one passes, so a code serves once.';
COMMENT ON COLUMN auth.totp.failures IS 'Wrong codes since the last right one: a hundred shut the app out, until a recovery code comes.';
COMMENT ON COLUMN auth.totp.recovery_hashes IS 'SHA-256 of account and code, of the recovery codes that have not been used.';

CREATE TABLE auth.challenge (
  hash       bytea PRIMARY KEY,
  clinic_id  uuid NOT NULL REFERENCES core.clinic,
  account_id uuid NOT NULL,
  device_id  uuid,
  enrols     boolean NOT NULL,
  tries      int NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (clinic_id, account_id) REFERENCES auth.account (clinic_id, id) ON DELETE CASCADE
);
CREATE INDEX challenge_account ON auth.challenge (account_id);
COMMENT ON TABLE auth.challenge IS 'Sign-ins whose password was right and which owe a second factor.  Not tokens: they open nothing.';
COMMENT ON COLUMN auth.challenge.hash IS 'SHA-256 of the challenge.';
COMMENT ON COLUMN auth.challenge.device_id IS 'The approved device that it began on.';
COMMENT ON COLUMN auth.challenge.enrols IS 'Whether it is for setting a second factor up; else it is for showing one.';
COMMENT ON COLUMN auth.challenge.tries IS 'Wrong codes: five at most.';

CREATE TABLE auth.password_link (
  account_id uuid PRIMARY KEY,
  clinic_id  uuid NOT NULL REFERENCES core.clinic,
  hash       bytea NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (clinic_id, account_id) REFERENCES auth.account (clinic_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE auth.password_link IS 'The link by which an account sets its password, once: the newest alone counts.';
COMMENT ON COLUMN auth.password_link.hash IS 'SHA-256 of the token in the link.';

CALL audit.watch('auth.totp', 'second_factor', id => 'account_id', besides => '{step,failures}');
CALL audit.watch('auth.password_link', 'password_link', id => 'account_id');

-- A new link for staff: a week for who has no password yet, else a day.  NULL:
-- nobody who could have one.
CREATE FUNCTION auth.link_password(account uuid, hash bytea) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ends timestamptz;
BEGIN
  INSERT INTO auth.password_link AS l (account_id, clinic_id, hash, expires_at)
  SELECT u.id, u.clinic_id, link_password.hash,
         clock_timestamp() + CASE WHEN u.password_hash IS NULL THEN interval '7 days' ELSE interval '1 day' END
    FROM auth.account u
   WHERE u.id = account AND u.clinic_id = auth.clinic_id() AND u.role <> 'patient' AND u.email IS NOT NULL AND NOT u.is_key AND NOT u.disabled
  ON CONFLICT ON CONSTRAINT password_link_pkey DO UPDATE SET hash = EXCLUDED.hash, expires_at = EXCLUDED.expires_at
  RETURNING l.expires_at INTO ends;
  RETURN ends;
END $$;

-- Who has another password ends what was begun with the old one.
CREATE FUNCTION auth.set_password(account uuid, hash text, besides uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE auth.account u SET password_hash = set_password.hash WHERE u.id = account;
  UPDATE auth.session s SET revoked_at = clock_timestamp()
   WHERE s.account_id = account AND s.id IS DISTINCT FROM besides AND s.revoked_at IS NULL;
  DELETE FROM auth.challenge c WHERE c.account_id = account;
  DELETE FROM auth.password_link l WHERE l.account_id = account;
END $$;

-- Out with what nobody can use any more.
CREATE FUNCTION auth.sweep_factors() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.challenge c WHERE c.expires_at < clock_timestamp();
  DELETE FROM auth.password_link l WHERE l.expires_at < clock_timestamp();
END $$;

CALL core.settle();
GRANT EXECUTE ON FUNCTION auth.link_password TO opdesk_api;
GRANT EXECUTE ON FUNCTION auth.sweep_factors TO opdesk_worker;
