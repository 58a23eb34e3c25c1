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

-- The order on the pages, numbered anew from 1, with one moved to a place.
CREATE FUNCTION api.place_doctor(id uuid, place int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE core.doctor d SET position = o.n
    FROM (SELECT x.id, row_number() OVER (ORDER BY CASE WHEN x.id = place_doctor.id THEN place ELSE x.k + (x.k >= place)::int END) AS n
            FROM (SELECT y.id, row_number() OVER (PARTITION BY y.id = place_doctor.id ORDER BY y.position, y.name, y.id) AS k
                    FROM core.doctor y WHERE y.clinic_id = auth.clinic_id()) x) o
   WHERE o.id = d.id AND d.position <> o.n;
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
    PERFORM api.place_doctor(was.id, (m ->> 'position')::int);
  END IF;
  body := api.doctor_body(was.id);
END $$;

GRANT EXECUTE ON FUNCTION api.doctors, api.add_doctor, api.save_doctor TO opdesk_web;
