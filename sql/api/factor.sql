-- factor.sql - what cgi-bin/factor.c and signing in by password call: the second factor.  The tables are in 0016-factor.sql.
--
-- For opdesk_signin alone.  Codes are computed in C, which alone can open the
-- secret; here is decided whether a step or a recovery code still counts.
RESET ROLE;

-- What a sign-in owes whose password was right, and a challenge for it.
CREATE FUNCTION api.signin_ask(account uuid, device uuid, hash bytea, required boolean, OUT asked text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  u auth.account;
  enrolled boolean;
BEGIN
  SELECT * INTO STRICT u FROM auth.account x WHERE x.id = account;
  enrolled := EXISTS (SELECT FROM auth.totp f WHERE f.account_id = account AND f.confirmed_at IS NOT NULL);
  IF enrolled OR required AND u.role = 'admin' THEN
    asked := CASE WHEN enrolled THEN 'mfaRequired' ELSE 'enrolmentRequired' END;
    DELETE FROM auth.challenge c WHERE c.account_id = account AND c.expires_at < clock_timestamp();
    INSERT INTO auth.challenge (hash, clinic_id, account_id, device_id, enrols, expires_at)
    VALUES (signin_ask.hash, u.clinic_id, u.id, device, NOT enrolled, clock_timestamp() + interval '5 minutes');
  END IF;
END $$;

-- The challenge of that hash, if it is good for that; its row is locked.
CREATE FUNCTION api.signin_challenge(challenge bytea, enrols boolean) RETURNS auth.challenge LANGUAGE plpgsql AS $$
DECLARE
  c auth.challenge;
BEGIN
  SELECT * INTO c FROM auth.challenge x
   WHERE x.hash = challenge AND x.clinic_id = auth.clinic_id() AND x.enrols = signin_challenge.enrols
     AND x.tries < 5 AND x.expires_at > clock_timestamp() FOR UPDATE;
  RETURN c;
END $$;

-- Whose second factor it is about: that of a challenge, or the caller's own.
CREATE FUNCTION api.signin_holder(challenge bytea, enrols boolean)
RETURNS TABLE (account uuid, role text, name text, hash text, disabled boolean, email text, clinic text, device uuid, secret bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c auth.challenge := api.signin_challenge(challenge, enrols);
BEGIN
  RETURN QUERY
  SELECT u.id, u.role, auth.name_of(u), u.password_hash, u.disabled, u.email, k.name, c.device_id, f.secret
    FROM auth.account u JOIN core.clinic k ON k.id = u.clinic_id LEFT JOIN auth.totp f ON f.account_id = u.id
   WHERE u.id = CASE WHEN challenge IS NULL THEN auth.uid() ELSE c.account_id END
     AND u.role <> 'patient' AND NOT u.is_key AND NOT u.disabled;
END $$;

-- A wrong code: counted, which the caller commits.
CREATE FUNCTION api.signin_failed(challenge bytea, account uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE auth.challenge c SET tries = c.tries + 1 WHERE c.hash = challenge;
  UPDATE auth.totp f SET failures = f.failures + 1 WHERE f.account_id = account AND f.confirmed_at IS NOT NULL;
END $$;

-- The second factor is shown.  step: whose code it was, with that secret, or
-- NULL; recovery: the hash of a recovery code, or NULL.  The rows' locks let
-- one of many at the same moment win.
CREATE FUNCTION api.signin_show(challenge bytea, secret bytea, step bigint, recovery bytea, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  who uuid := (api.signin_challenge(challenge, false)).account_id;
  codes_left int;
  passed boolean;
BEGIN
  UPDATE auth.totp f SET step = signin_show.step, failures = 0
   WHERE f.account_id = who AND f.secret = signin_show.secret AND f.confirmed_at IS NOT NULL AND f.step < signin_show.step AND f.failures < 100;
  passed := FOUND;
  IF NOT passed THEN
    UPDATE auth.totp f SET recovery_hashes = array_remove(f.recovery_hashes, recovery), failures = 0
     WHERE f.account_id = who AND f.confirmed_at IS NOT NULL AND recovery = ANY (f.recovery_hashes)
    RETURNING cardinality(f.recovery_hashes) INTO codes_left;
    passed := FOUND;
  END IF;
  IF codes_left IS NOT NULL THEN
    PERFORM api.signin_notify(who, 'recovery_used', codes_left);
  END IF;
  IF passed THEN
    DELETE FROM auth.challenge c WHERE c.hash = challenge;
  ELSE
    refusal := 'INVALID_CREDENTIALS';
    PERFORM api.signin_failed(challenge, who);
  END IF;
END $$;

-- A secret to be confirmed; one that is confirmed stays.
CREATE FUNCTION api.signin_enrol(account uuid, secret bytea, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO auth.totp AS f (account_id, clinic_id, secret)
  SELECT u.id, u.clinic_id, signin_enrol.secret FROM auth.account u WHERE u.id = account
  ON CONFLICT ON CONSTRAINT totp_pkey DO UPDATE SET secret = EXCLUDED.secret WHERE f.confirmed_at IS NULL;
  IF NOT FOUND THEN
    refusal := 'BAD_TRANSITION';
  END IF;
END $$;

-- The first code came back.  codes: hashes of the recovery codes, in hex.
CREATE FUNCTION api.signin_confirm(challenge bytea, account uuid, secret bytea, step bigint, codes text[], OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  f auth.totp;
BEGIN
  SELECT * INTO f FROM auth.totp x WHERE x.account_id = account FOR UPDATE;
  IF f.confirmed_at IS NOT NULL THEN
    refusal := 'BAD_TRANSITION';
  ELSIF step IS NULL OR f.secret IS DISTINCT FROM signin_confirm.secret
        OR challenge IS NOT NULL AND (api.signin_challenge(challenge, true)).account_id IS DISTINCT FROM account THEN
    refusal := 'INVALID_CREDENTIALS';
    PERFORM api.signin_failed(challenge, account);
  ELSE
    UPDATE auth.totp x SET confirmed_at = clock_timestamp(), step = signin_confirm.step,
           recovery_hashes = ARRAY(SELECT decode(h, 'hex') FROM unnest(codes) h)
     WHERE x.account_id = account;
    DELETE FROM auth.challenge c WHERE c.account_id = account;
    PERFORM api.signin_notify(account, 'factor_on');
  END IF;
END $$;

-- The caller's own second factor.
CREATE FUNCTION api.signin_factor(must boolean)
RETURNS TABLE (enrolled boolean, "confirmedAt" timestamptz, "recoveryCodesLeft" int, required boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT f.confirmed_at IS NOT NULL, f.confirmed_at, CASE WHEN f.confirmed_at IS NULL THEN 0 ELSE cardinality(f.recovery_hashes) END,
         must AND u.role = 'admin'
    FROM auth.account u LEFT JOIN auth.totp f ON f.account_id = u.id WHERE u.id = auth.uid() AND NOT u.is_key;
END $$;

-- codes: hashes, in hex, in the place of those that were.
CREATE FUNCTION api.signin_renew(codes text[], OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE auth.totp f SET recovery_hashes = ARRAY(SELECT decode(h, 'hex') FROM unnest(codes) h)
   WHERE f.account_id = auth.uid() AND f.confirmed_at IS NOT NULL;
  IF NOT FOUND THEN
    refusal := 'NOT_FOUND';
    RETURN;
  END IF;
  PERFORM api.signin_notify(auth.uid(), 'recovery_new');
END $$;

CREATE FUNCTION api.signin_unenrol(OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was timestamptz;
BEGIN
  DELETE FROM auth.totp f WHERE f.account_id = auth.uid() RETURNING f.confirmed_at INTO was;
  IF NOT FOUND THEN
    refusal := 'NOT_FOUND';
  ELSIF was IS NOT NULL THEN
    PERFORM api.signin_notify(auth.uid(), 'factor_off');
  END IF;
END $$;

CALL pg_temp.belong_to_auth(
  'signin_ask', 'signin_challenge', 'signin_holder', 'signin_failed', 'signin_show', 'signin_enrol', 'signin_confirm', 'signin_factor',
  'signin_renew', 'signin_unenrol');
GRANT EXECUTE ON FUNCTION api.signin_ask, api.signin_holder, api.signin_show, api.signin_enrol, api.signin_confirm, api.signin_factor,
  api.signin_renew, api.signin_unenrol TO opdesk_signin;
SET LOCAL ROLE opdesk_api;
