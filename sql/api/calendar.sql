-- calendar.sql - what cgi-bin/calendar.c calls: all visits of some days, cancelled ones too.
SET LOCAL ROLE opdesk_api;

CREATE FUNCTION api.calendar(first_day date, last_day date, doctor uuid)
RETURNS TABLE (id uuid, version int, status text, "doctorId" uuid, "serviceId" uuid, "startsAt" timestamptz, "endsAt" timestamptz,
  name text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.service_id, a.starts_at, a.ends_at, a.name
    FROM core.appointment a
   WHERE a.clinic_id = (SELECT auth.clinic_id()) AND NOT a.is_deleted
     AND (calendar.doctor IS NULL OR a.doctor_id = calendar.doctor)
     AND a.listed_at >= (SELECT core.day_start(calendar.first_day)) AND a.listed_at < (SELECT core.day_start(calendar.last_day + 1))
   ORDER BY a.listed_at, a.id DESC;
END;

CREATE FUNCTION api.calendar_of_doctor(first_day date, last_day date, doctor uuid)
RETURNS TABLE (id uuid, version int, status text, "doctorId" uuid, "serviceId" uuid, "startsAt" timestamptz, "endsAt" timestamptz,
  name text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.service_id, a.starts_at, a.ends_at, a.name
    FROM core.appointment a
   WHERE a.doctor_id = (SELECT coalesce(calendar_of_doctor.doctor, auth.doctor_id())) AND NOT a.is_deleted
     AND a.listed_at >= (SELECT core.day_start(calendar_of_doctor.first_day))
     AND a.listed_at < (SELECT core.day_start(calendar_of_doctor.last_day + 1))
   ORDER BY a.listed_at, a.id DESC;
END;

GRANT EXECUTE ON FUNCTION api.calendar, api.calendar_of_doctor TO opdesk_web;
