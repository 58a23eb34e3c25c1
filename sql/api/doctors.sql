-- doctors.sql - what cgi-bin/doctors.c calls.
SET LOCAL ROLE opdesk_api;

-- Those who are not offered too: visits that they have had keep their name.
CREATE FUNCTION api.doctors()
RETURNS TABLE (id uuid, version int, name text, speciality text, offered boolean, "position" int)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT d.id, d.version, d.name, d.speciality, d.offered, d.position
    FROM core.doctor d
   WHERE d.clinic_id = (SELECT auth.clinic_id())
   ORDER BY d.position, d.name, d.id;
END;

CREATE FUNCTION api.doctor_body(id uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT json_build_object('doctor', row_to_json(d)) FROM api.doctors() d WHERE d.id = doctor_body.id);
END $$;

-- ids with one of them moved to a place from 1, or the last.
CREATE FUNCTION api.moved_to(ids uuid[], one uuid, place int) RETURNS uuid[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  others uuid[] := array_remove(ids, one);
BEGIN
  RETURN others[:place - 1] || one || others[place:];
END $$;

-- The last in the order.
CREATE FUNCTION api.add_doctor(name text, speciality text, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  added uuid;
BEGIN
  INSERT INTO core.doctor (name, speciality, position)
  VALUES (btrim(add_doctor.name), nullif(btrim(add_doctor.speciality), ''),
          (SELECT coalesce(max(d.position), 0) + 1 FROM core.doctor d WHERE d.clinic_id = auth.clinic_id()))
  RETURNING id INTO added;
  body := api.doctor_body(added);
END $$;

CREATE FUNCTION api.save_doctor(id uuid, version int, members jsonb, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  m jsonb := members;
  was core.doctor;
BEGIN
  PERFORM FROM core.doctor d WHERE d.clinic_id = auth.clinic_id() AND (d.id = save_doctor.id OR m ? 'position') ORDER BY d.id FOR NO KEY UPDATE;
  SELECT * INTO was FROM core.doctor d WHERE d.id = save_doctor.id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not_found' USING ERRCODE = 'OD000';
  ELSIF was.version <> save_doctor.version THEN
    refusal := 'VERSION_CONFLICT';
    body := json_build_object('current', api.doctor_body(was.id) -> 'doctor');
    RETURN;
  ELSIF m ? 'name' AND coalesce(btrim(m ->> 'name'), '') = '' THEN
    RAISE EXCEPTION 'validation_error__name' USING ERRCODE = 'OD000';
  END IF;
  UPDATE core.doctor d
     SET name = coalesce(btrim(m ->> 'name'), d.name), offered = coalesce((m ->> 'offered')::boolean, d.offered),
         speciality = CASE WHEN m ? 'speciality' THEN nullif(btrim(m ->> 'speciality'), '') ELSE d.speciality END
   WHERE d.id = was.id;
  IF m ->> 'position' IS NOT NULL THEN
    UPDATE core.doctor d SET position = o.n
      FROM unnest(api.moved_to(ARRAY(SELECT x.id FROM api.doctors() x), was.id, (m ->> 'position')::int)) WITH ORDINALITY o(id, n)
     WHERE d.id = o.id AND d.position <> o.n;
  END IF;
  body := api.doctor_body(was.id);
END $$;

GRANT EXECUTE ON FUNCTION api.doctors, api.add_doctor, api.save_doctor TO opdesk_web;
