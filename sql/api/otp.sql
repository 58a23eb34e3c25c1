-- otp.sql - what cgi-bin/otp.c calls: codes that are sent, to sign in or to prove an address.  The tables are in 0013-code.sql.
--
-- For opdesk_signin alone.  An address that nobody is known by takes the same
-- path as every other: its code fits nothing and its letter is torn up.
RESET ROLE;

-- A phone as E.164, an e-mail in lower case; 400.
CREATE FUNCTION api.signin_address(phone text, email text, OUT address text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  address := CASE WHEN phone IS NOT NULL THEN core.phone(phone) ELSE lower(btrim(email)) END;
END $$;

-- The letter.  proves: it is to prove an address, not to sign in.  The last
-- line of a text message lets browsers fill the code in, on pages of that host
-- alone (WICG, "Origin-bound one-time codes").
CREATE FUNCTION api.signin_letter(address text, code text, proves boolean, language text, host text, OUT subject text, OUT body text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  clinic text := (SELECT c.name FROM core.clinic c WHERE c.id = auth.clinic_id());
BEGIN
  subject := CASE WHEN address LIKE '+%' THEN NULL
                  WHEN language = 'hi' THEN format('%s के लिए आपका कोड', clinic)
                  ELSE format('Your code for %s', clinic) END;
  body := format(CASE WHEN language = 'hi' AND proves THEN '%s आपका %s में संपर्क की पुष्टि करने का कोड है। यह 5 मिनट तक चलेगा। इसे किसी को न बताएँ।'
                      WHEN language = 'hi' THEN '%s आपका %s का कोड है। यह 5 मिनट तक चलेगा। इसे किसी को न बताएँ।'
                      WHEN proves THEN '%s is your code to confirm your contact details with %s. It works for 5 minutes. Do not share it with anyone.'
                      ELSE '%s is your code for %s. It works for 5 minutes. Do not share it with anyone.' END, code, clinic)
          || CASE WHEN address LIKE '+%' AND host <> '' THEN format(E'\n\n@%s #%s', host, code) ELSE '' END;
END $$;

-- Whether a patient or a visit has that address.  Each place is looked at,
-- whatever the others said, and no longer for who comes often.
CREATE FUNCTION api.signin_knows(address text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (auth.patient_at(address) IS NOT NULL)::int
    + EXISTS (SELECT FROM core.appointment a
               WHERE a.clinic_id = auth.clinic_id() AND a.phone = signin_knows.address AND NOT a.is_deleted)::int
    + EXISTS (SELECT FROM core.appointment a
               WHERE a.clinic_id = auth.clinic_id() AND lower(a.email) = signin_knows.address AND a.email IS NOT NULL
                 AND NOT a.is_deleted)::int > 0;
END $$;

-- Keeps a code, in place of the one before.  browser: the mark of one that the
-- address was signed in from before, '' for any other, or whom the address is
-- to be proven for.  True: it has been guessed at too often there, so the code
-- fits nothing.
CREATE FUNCTION api.signin_keep(address text, browser text, code_hash bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  shut boolean;
BEGIN
  INSERT INTO auth.code AS c (clinic_id, address, browser, hash, expires_at)
  VALUES (auth.clinic_id(), signin_keep.address, signin_keep.browser, code_hash, clock_timestamp() + interval '5 minutes')
  ON CONFLICT ON CONSTRAINT code_pkey DO UPDATE SET hash = EXCLUDED.hash, tries = 0, expires_at = EXCLUDED.expires_at
  RETURNING c.failures >= 100 INTO shut;
  RETURN shut;
END $$;

-- Writes the letter, and tears it up where nobody is to have it: that takes as
-- long.  most: so many a day in a clinic, since each costs money; 0 is no limit.
CREATE FUNCTION api.signin_post(address text, code text, proves boolean, wanted boolean, language text, host text, most int, OUT body json, OUT refusal text)
LANGUAGE plpgsql AS $$
DECLARE
  letter uuid;
  none uuid := gen_random_uuid();
BEGIN
  IF most > 0 AND (SELECT count(*) FROM core.outbox o
                    WHERE o.clinic_id = auth.clinic_id() AND o.kind = 'code' AND o.created_at > clock_timestamp() - interval '1 day') >= most THEN
    refusal := 'RATE_LIMITED';
    RETURN;
  END IF;
  INSERT INTO core.outbox AS o (clinic_id, kind, channel, recipient, subject, body, expires_at)
  SELECT auth.clinic_id(), 'code', CASE WHEN signin_post.address LIKE '+%' THEN 'sms' ELSE 'email' END, signin_post.address,
         l.subject, l.body, clock_timestamp() + interval '5 minutes'
    FROM api.signin_letter(signin_post.address, code, proves, language, host) l
  RETURNING o.id INTO letter;
  -- Where it is wanted, one is looked for that is not there.
  DELETE FROM core.outbox o WHERE o.id = CASE WHEN wanted THEN none ELSE letter END;
  body := json_build_object('expiresIn', 300, 'resendIn', 60);
END $$;

-- Whether one of these codes fits, of those that were asked for from one of
-- these browsers.  It serves once: the rows' locks let one of many at the same
-- moment win.  A wrong one is a try at the last that lives, so the caller
-- commits.  The code may be of any of the keys.
CREATE FUNCTION api.signin_take(address text, browsers text[], code_hashes bytea[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  c auth.code;
  own auth.code;
  fits boolean := false;
BEGIN
  FOR c IN SELECT * FROM auth.code x
            WHERE x.clinic_id = auth.clinic_id() AND x.address = signin_take.address AND x.browser = ANY (browsers)
            ORDER BY x.browser FOR UPDATE LOOP
    IF own.address IS NULL OR c.expires_at > clock_timestamp() THEN
      own := c;
    END IF;
    fits := fits OR c.expires_at > clock_timestamp() AND c.tries < 5 AND c.failures < 100 AND coalesce(c.hash = ANY (code_hashes), false);
  END LOOP;
  IF own.address IS NULL OR own.expires_at <= clock_timestamp() OR own.tries >= 5 OR own.failures >= 100 THEN
    RETURN false;
  ELSIF fits THEN
    UPDATE auth.code x SET hash = NULL, failures = 0, expires_at = clock_timestamp()
     WHERE x.clinic_id = own.clinic_id AND x.address = own.address AND x.browser = ANY (browsers);
  ELSE
    UPDATE auth.code x SET tries = x.tries + 1, failures = x.failures + 1
     WHERE x.clinic_id = own.clinic_id AND x.address = own.address AND x.browser = own.browser;
  END IF;
  RETURN fits;
END $$;

-- Whose an address becomes is decided by one transaction at a time.
CREATE FUNCTION api.signin_alone(address text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'reach', auth.clinic_id(), address), 0));
END $$;

-- In the context of the whole clinic, for as long as that takes.
CREATE FUNCTION api.signin_adopt(patient uuid, address text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  context text := current_setting('backtrace_functions');
  visits uuid[] := ARRAY(SELECT v.id FROM auth.visits_at(address) v WHERE v.patient_id IS NULL ORDER BY v.created_at, v.id);
BEGIN
  IF patient IS NOT NULL AND visits <> '{}' THEN
    PERFORM auth.enter_system(auth.clinic_id());
    PERFORM core.adopt(patient, visits);
    PERFORM set_config('backtrace_functions', context, true);
  END IF;
END $$;

--
-- Signing in
--

CREATE FUNCTION api.signin_send(address text, browser text, code_hash bytea, code text, language text, host text, most int,
  OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known boolean := api.signin_knows(address);
  shut boolean := api.signin_keep(address, browser, CASE WHEN known THEN code_hash END);
BEGIN
  SELECT p.body, p.refusal INTO body, refusal FROM api.signin_post(address, code, false, known AND NOT shut, language, host, most) p;
END $$;

-- Who sent the right code back; nobody: an account of NULL.  From a known
-- browser it may be the code that was asked for elsewhere: of two messages
-- people type the last, whoever made it come.
CREATE FUNCTION api.signin_check(address text, browser text, code_hashes bytea[], OUT account uuid, OUT role text, OUT name text, OUT hash text, OUT disabled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  patient uuid;
BEGIN
  disabled := false;
  PERFORM api.signin_alone(address);
  IF NOT api.signin_take(address, ARRAY['', browser], code_hashes) THEN
    RETURN;
  END IF;
  patient := auth.welcome(address);
  PERFORM api.signin_adopt(patient, address);
  SELECT u.id, u.role, auth.name_of(u) INTO account, role, name FROM auth.account u WHERE u.patient_id = patient AND NOT u.disabled;
END $$;

--
-- A patient proves that the phone or e-mail of their profile is theirs
--

-- Where codes of the caller's own address are kept: no browser's mark.
CREATE FUNCTION api.signin_own_place() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN 'of ' || auth.uid();
END $$;

CREATE FUNCTION api.signs_in_by(address text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(auth.patient_at(lower(btrim(address))) = auth.patient_id(), false);
END $$;
COMMENT ON FUNCTION api.signs_in_by IS 'Whether a code that is sent there signs the caller in.';

CREATE FUNCTION api.signin_send_own(address text, code_hash bytea, code text, language text, host text, most int, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  shut boolean;
BEGIN
  PERFORM FROM core.patient p WHERE p.id = auth.patient_id() AND address IN (p.phone, lower(p.email));
  IF NOT FOUND THEN
    RAISE EXCEPTION '%', CASE WHEN address LIKE '+%' THEN 'validation_error__phone' ELSE 'validation_error__email' END USING ERRCODE = 'OD000';
  END IF;
  shut := api.signin_keep(address, api.signin_own_place(), code_hash);
  SELECT p.body, p.refusal INTO body, refusal FROM api.signin_post(address, code, true, NOT shut, language, host, most) p;
END $$;

-- From now on the caller signs in by it, unless somebody else does: then only
-- the desk can tell whose it is (auth.vouch).  Visits that were booked with it
-- by nobody in particular become theirs.  The phone (or e-mail) that it takes
-- the place of signs them in no more: numbers are given to somebody else.
CREATE FUNCTION api.signin_prove(address text, code_hashes bytea[], OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me uuid := auth.patient_id();
BEGIN
  PERFORM api.signin_alone(address);
  IF NOT api.signin_take(address, ARRAY[api.signin_own_place()], code_hashes) THEN
    refusal := 'INVALID_CREDENTIALS';
  ELSIF auth.patient_at(address) <> me THEN
    refusal := 'BAD_TRANSITION';
  ELSE
    IF NOT EXISTS (SELECT FROM auth.reach r WHERE r.patient_id = me AND r.address = signin_prove.address AND r.proven) THEN
      PERFORM api.signin_notify_patient(me, address);
    END IF;
    INSERT INTO auth.reach AS r (clinic_id, patient_id, address, proven_at) VALUES (auth.clinic_id(), me, signin_prove.address, clock_timestamp())
    ON CONFLICT ON CONSTRAINT reach_pkey DO UPDATE SET proven_at = EXCLUDED.proven_at;
    UPDATE auth.reach r SET proven_at = NULL
      FROM core.patient p
     WHERE r.patient_id = me AND r.proven AND r.address <> signin_prove.address AND (r.address LIKE '+%') = (signin_prove.address LIKE '+%')
       AND p.id = me AND signin_prove.address IN (p.phone, lower(p.email)) AND r.address NOT IN (coalesce(p.phone, ''), coalesce(lower(p.email), ''));
    PERFORM api.signin_adopt(me, address);
  END IF;
END $$;

-- The desk has seen whose it is.
CREATE FUNCTION api.signin_vouch(patient uuid, address text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM api.signin_alone(address);
  IF NOT EXISTS (SELECT FROM auth.reach r WHERE r.patient_id = patient AND r.address = signin_vouch.address AND r.proven) THEN
    PERFORM api.signin_notify_patient(patient, address);
  END IF;
  PERFORM auth.vouch(patient, address);
END $$;

CALL pg_temp.belong_to_auth('signin_vouch', 'signin_address', 'signin_letter', 'signin_knows', 'signin_keep', 'signin_post', 'signin_take', 'signin_alone', 'signin_adopt', 'signin_send',
  'signin_check', 'signin_own_place', 'signs_in_by', 'signin_send_own', 'signin_prove');
GRANT EXECUTE ON FUNCTION api.signin_address, api.signin_send, api.signin_check, api.signin_send_own, api.signin_prove TO opdesk_signin;
GRANT EXECUTE ON FUNCTION api.signin_vouch TO opdesk_api;
GRANT EXECUTE ON FUNCTION api.signs_in_by TO opdesk_web, opdesk_api;
SET LOCAL ROLE opdesk_api;
