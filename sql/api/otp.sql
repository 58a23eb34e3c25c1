-- otp.sql - what cgi-bin/otp.c calls: signing in by a code that was sent.  The tables are in 0013-code.sql.
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

-- The letter.  The last line of a text message lets browsers fill the code in,
-- on pages of that host alone (WICG, "Origin-bound one-time codes").
CREATE FUNCTION api.signin_letter(address text, code text, language text, host text, OUT subject text, OUT body text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  clinic text := (SELECT c.name FROM core.clinic c WHERE c.id = auth.clinic_id());
BEGIN
  subject := CASE WHEN address LIKE '+%' THEN NULL
                  WHEN language = 'hi' THEN format('%s के लिए आपका कोड', clinic)
                  ELSE format('Your code for %s', clinic) END;
  body := CASE WHEN language = 'hi' THEN format('%s आपका %s का कोड है। यह 5 मिनट तक चलेगा। इसे किसी को न बताएँ।', code, clinic)
               ELSE format('%s is your code for %s. It works for 5 minutes. Do not share it with anyone.', code, clinic) END
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

-- Sends a code, in place of the one before.  browser: the mark of one that the
-- address was signed in from before, or ''.  most: so many a day in a clinic,
-- since each costs money; 0 is no limit.
CREATE FUNCTION api.signin_send(address text, browser text, code_hash bytea, code text, language text, host text, most int, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ends timestamptz := clock_timestamp() + interval '5 minutes';
  known boolean := api.signin_knows(address);
  shut boolean;
  letter uuid;
BEGIN
  IF most > 0 AND (SELECT count(*) FROM core.outbox o
                    WHERE o.clinic_id = auth.clinic_id() AND o.kind = 'code' AND o.created_at > clock_timestamp() - interval '1 day') >= most THEN
    refusal := 'RATE_LIMITED';
    RETURN;
  END IF;
  INSERT INTO auth.code AS c (clinic_id, address, browser, hash, expires_at)
  VALUES (auth.clinic_id(), signin_send.address, signin_send.browser, CASE WHEN known THEN code_hash END, ends)
  ON CONFLICT ON CONSTRAINT code_pkey DO UPDATE SET hash = EXCLUDED.hash, tries = 0, expires_at = EXCLUDED.expires_at
  RETURNING c.failures >= 100 INTO shut;
  INSERT INTO core.outbox AS o (clinic_id, kind, channel, recipient, subject, body, expires_at)
  SELECT auth.clinic_id(), 'code', CASE WHEN signin_send.address LIKE '+%' THEN 'sms' ELSE 'email' END, signin_send.address,
         l.subject, l.body, ends
    FROM api.signin_letter(signin_send.address, code, language, host) l
  RETURNING o.id INTO letter;
  DELETE FROM core.outbox o WHERE o.id = letter AND (shut OR NOT known);
  body := json_build_object('expiresIn', 300, 'resendIn', 60);
END $$;

-- Who sent the right code back; nobody: an account of NULL, and the caller
-- commits, because the try has been counted.  The rows' locks let one of many
-- at the same moment win.  The code may be of any of the keys.
--
-- From a known browser the code may be that which was asked for elsewhere: of
-- two messages people type the last, whoever made it come.  Tries count there
-- while a code that this browser asked for lives, else as everybody's.
CREATE FUNCTION api.signin_check(address text, browser text, code_hashes bytea[], OUT account uuid, OUT role text, OUT name text, OUT hash text, OUT disabled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c auth.code;
  own auth.code;
  fits boolean := false;
  patient uuid;
BEGIN
  disabled := false;
  FOR c IN SELECT * FROM auth.code x
            WHERE x.clinic_id = auth.clinic_id() AND x.address = signin_check.address AND x.browser IN ('', signin_check.browser)
            ORDER BY x.browser FOR UPDATE LOOP
    IF own.address IS NULL OR c.expires_at > clock_timestamp() THEN
      own := c;
    END IF;
    fits := fits OR c.expires_at > clock_timestamp() AND c.tries < 5 AND c.failures < 100 AND coalesce(c.hash = ANY (code_hashes), false);
  END LOOP;
  IF own.address IS NULL OR own.expires_at <= clock_timestamp() OR own.tries >= 5 OR own.failures >= 100 THEN
    RETURN;
  ELSIF NOT fits THEN
    UPDATE auth.code x SET tries = x.tries + 1, failures = x.failures + 1
     WHERE x.clinic_id = own.clinic_id AND x.address = own.address AND x.browser = own.browser;
    RETURN;
  END IF;
  UPDATE auth.code x SET hash = NULL, failures = 0, expires_at = clock_timestamp()
   WHERE x.clinic_id = own.clinic_id AND x.address = own.address AND x.browser IN ('', signin_check.browser);
  patient := auth.welcome(own.address);
  PERFORM api.signin_adopt(patient, own.address);
  SELECT u.id, u.role, auth.name_of(u) INTO account, role, name FROM auth.account u WHERE u.patient_id = patient AND NOT u.disabled;
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

CALL pg_temp.belong_to_auth('signin_address', 'signin_letter', 'signin_knows', 'signin_send', 'signin_check', 'signin_adopt');
GRANT EXECUTE ON FUNCTION api.signin_address, api.signin_send, api.signin_check TO opdesk_signin;
SET LOCAL ROLE opdesk_api;
