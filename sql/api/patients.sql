-- patients.sql - what cgi-bin/patients.c calls.
SET LOCAL ROLE opdesk_api;

-- q is part of the name, of the phone's digits or of the e-mail; NULL:
-- everybody.  A text comparison is leaky and never reaches an index below a
-- policy, so all of the clinic's are looked at, in an index that has it all.
CREATE FUNCTION api.patients(q text, rows int)
RETURNS TABLE (id uuid, name text, phone text, "lastVisit" timestamptz)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.id, p.name, p.phone,
         (SELECT a.starts_at FROM core.appointment a
           WHERE a.patient_id = p.id AND NOT a.is_deleted AND a.listed_at <= now() AND a.status NOT IN ('cancelled', 'no_show')
           ORDER BY a.listed_at DESC LIMIT 1)
    FROM core.patient p
   WHERE p.clinic_id = (SELECT auth.clinic_id()) AND (SELECT auth.is_staff())
     AND (patients.q IS NULL OR strpos(p.search, (SELECT lower(patients.q))) > 0 OR strpos(p.phone, (SELECT core.digits(patients.q))) > 0)
   ORDER BY p.name, p.id
   LIMIT patients.rows;
END;

-- The desk binds a phone or an e-mail to the patient who stands before it.
CREATE FUNCTION api.patient_address(id uuid, phone text, email text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (phone IS NULL) = (email IS NULL) THEN
    RAISE EXCEPTION 'validation_error__phone' USING ERRCODE = 'OD000';
  END IF;
  IF NOT EXISTS (SELECT FROM core.patient p WHERE p.id = patient_address.id) THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
  PERFORM api.signin_vouch(id, coalesce(core.phone(phone), lower(btrim(email))));
END $$;

GRANT EXECUTE ON FUNCTION api.patients, api.patient_address TO opdesk_web;
