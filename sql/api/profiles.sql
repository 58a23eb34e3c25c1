-- profiles.sql - what cgi-bin/profiles.c calls: the caller's own account and person.
SET LOCAL ROLE opdesk_api;

-- A name stands where it belongs: in the doctor's, the patient's or the
-- account's row.  The version is the sum of theirs, so it rises with each.
-- A phone or e-mail of a patient is confirmed when they sign in by it.
CREATE FUNCTION api.profile()
RETURNS TABLE (id uuid, version int, role text, name text, email text, phone text, "doctorId" uuid, "patientId" uuid,
  "timeZone" text, "clinicName" text, language text, speciality text, "phoneConfirmed" boolean, "emailConfirmed" boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT u.id, u.version + coalesce(d.version, 0) + coalesce(p.version, 0), (SELECT auth.role()), coalesce(d.name, p.name, u.name),
         CASE WHEN p.id IS NULL THEN u.email ELSE p.email END, CASE WHEN p.id IS NULL THEN u.phone ELSE p.phone END,
         u.doctor_id, u.patient_id, c.time_zone, c.name, u.language, d.speciality,
         CASE WHEN p.phone IS NOT NULL THEN api.signs_in_by(p.phone) END, CASE WHEN p.email IS NOT NULL THEN api.signs_in_by(p.email) END
    FROM auth.account u
    JOIN core.clinic c ON c.id = u.clinic_id
    LEFT JOIN core.doctor d ON d.id = u.doctor_id
    LEFT JOIN core.patient p ON p.id = u.patient_id
   WHERE u.id = (SELECT auth.uid());
END;

CREATE FUNCTION api.save_profile(version int, members jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me record;
  m jsonb := members;
BEGIN
  PERFORM FROM core.doctor d WHERE d.id = auth.doctor_id() FOR NO KEY UPDATE;
  PERFORM FROM core.patient p WHERE p.id = auth.patient_id() FOR NO KEY UPDATE;
  PERFORM FROM auth.account u WHERE u.id = auth.uid() FOR NO KEY UPDATE;
  SELECT * INTO me FROM api.profile();
  IF me.id IS NULL THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  END IF;
  IF me.version IS DISTINCT FROM save_profile.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', row_to_json(me));
    RETURN;
  END IF;
  IF m ? 'name' AND coalesce(btrim(m ->> 'name'), '') = '' THEN
    RAISE EXCEPTION 'validation_error__name' USING ERRCODE = 'OD000';
  ELSIF m ? 'email' AND me."patientId" IS NULL THEN
    RAISE EXCEPTION 'validation_error__email' USING ERRCODE = 'OD000';
  ELSIF m ? 'speciality' AND me."doctorId" IS NULL THEN
    RAISE EXCEPTION 'validation_error__speciality' USING ERRCODE = 'OD000';
  END IF;
  m := m || CASE WHEN m ? 'phone' THEN jsonb_build_object('phone', core.phone(m ->> 'phone')) ELSE '{}' END;
  IF me."patientId" IS NOT NULL THEN
    -- Said and not proven: nobody signs in by it (0013-code.sql).
    PERFORM auth.claim(x.said) FROM (VALUES (m ->> 'phone', me.phone), (m ->> 'email', me.email)) x(said, was)
      WHERE btrim(x.said) <> '' AND lower(btrim(x.said)) IS DISTINCT FROM lower(x.was);
  END IF;
  UPDATE core.doctor d
     SET name = CASE WHEN m ? 'name' THEN btrim(m ->> 'name') ELSE d.name END,
         speciality = CASE WHEN m ? 'speciality' THEN nullif(btrim(m ->> 'speciality'), '') ELSE d.speciality END
   WHERE d.id = me."doctorId";
  UPDATE core.patient p
     SET name = CASE WHEN m ? 'name' THEN btrim(m ->> 'name') ELSE p.name END,
         phone = CASE WHEN m ? 'phone' THEN m ->> 'phone' ELSE p.phone END,
         email = CASE WHEN m ? 'email' THEN nullif(btrim(m ->> 'email'), '') ELSE p.email END
   WHERE p.id = me."patientId";
  UPDATE auth.account u
     SET name = CASE WHEN m ? 'name' AND u.name IS NOT NULL THEN btrim(m ->> 'name') ELSE u.name END,
         phone = CASE WHEN m ? 'phone' AND me."patientId" IS NULL THEN m ->> 'phone' ELSE u.phone END,
         language = CASE WHEN m ? 'language' THEN m ->> 'language' ELSE u.language END
   WHERE u.id = me.id;
  body := (SELECT row_to_json(p) FROM api.profile() p);
END $$;

GRANT EXECUTE ON FUNCTION api.profile, api.save_profile TO opdesk_web;
