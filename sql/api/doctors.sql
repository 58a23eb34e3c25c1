-- doctors.sql - what cgi-bin/doctors.c calls.
SET LOCAL ROLE opdesk_api;

CREATE FUNCTION api.doctors()
RETURNS TABLE (id uuid, name text, speciality text, "position" int)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT d.id, d.name, d.speciality, d.position
    FROM core.doctor d
   WHERE d.clinic_id = (SELECT auth.clinic_id())
   ORDER BY d.position, d.name, d.id;
END;

GRANT EXECUTE ON FUNCTION api.doctors TO opdesk_web;
