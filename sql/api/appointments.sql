-- appointments.sql - what cgi-bin/appointments.c reads.  See also appointments_book.sql, appointments_change.sql.
SET LOCAL ROLE opdesk_api;

--
-- Lists.  One function for each filter that may lead, chosen by the program: a
-- generic plan cannot know which parameters are NULL, so each has one index to
-- walk, newest first, rows without a time before them, then id.  first and last
-- are days, NULL when open; before_at and before_id are the last row of the
-- page before this one ('infinity' and the lowest id to begin with).  A doctor or
-- patient that is not named is the caller.
--

CREATE FUNCTION api.appointments_of_clinic(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.clinic_id = (SELECT auth.clinic_id()) AND NOT a.is_deleted
     AND a.listed_at <= appointments_of_clinic.before_at
     AND (a.listed_at < appointments_of_clinic.before_at OR a.id > appointments_of_clinic.before_id)
     AND (appointments_of_clinic.status IS NULL OR a.status = ANY (appointments_of_clinic.status))
     AND (appointments_of_clinic.doctor IS NULL OR a.doctor_id = appointments_of_clinic.doctor)
     AND (appointments_of_clinic.patient IS NULL OR a.patient_id = appointments_of_clinic.patient)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_of_clinic.rows;
END;

CREATE FUNCTION api.appointments_of_doctor(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.doctor_id = (SELECT coalesce(appointments_of_doctor.doctor, auth.doctor_id())) AND NOT a.is_deleted
     AND a.listed_at <= appointments_of_doctor.before_at
     AND (a.listed_at < appointments_of_doctor.before_at OR a.id > appointments_of_doctor.before_id)
     AND (appointments_of_doctor.status IS NULL OR a.status = ANY (appointments_of_doctor.status))
     AND (appointments_of_doctor.patient IS NULL OR a.patient_id = appointments_of_doctor.patient)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_of_doctor.rows;
END;

CREATE FUNCTION api.appointments_of_patient(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.patient_id = (SELECT coalesce(appointments_of_patient.patient, auth.patient_id())) AND NOT a.is_deleted
     AND a.listed_at <= appointments_of_patient.before_at
     AND (a.listed_at < appointments_of_patient.before_at OR a.id > appointments_of_patient.before_id)
     AND (appointments_of_patient.status IS NULL OR a.status = ANY (appointments_of_patient.status))
     AND (appointments_of_patient.doctor IS NULL OR a.doctor_id = appointments_of_patient.doctor)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_of_patient.rows;
END;

-- The same between two days, inclusive; rows without a time are left out.
CREATE FUNCTION api.appointments_of_clinic_between(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.clinic_id = (SELECT auth.clinic_id()) AND NOT a.is_deleted
     AND a.listed_at >= (SELECT core.list_from(appointments_of_clinic_between.first))
     AND a.listed_at < (SELECT core.list_until(appointments_of_clinic_between.last))
     AND a.listed_at <= appointments_of_clinic_between.before_at
     AND (a.listed_at < appointments_of_clinic_between.before_at OR a.id > appointments_of_clinic_between.before_id)
     AND (appointments_of_clinic_between.status IS NULL OR a.status = ANY (appointments_of_clinic_between.status))
     AND (appointments_of_clinic_between.doctor IS NULL OR a.doctor_id = appointments_of_clinic_between.doctor)
     AND (appointments_of_clinic_between.patient IS NULL OR a.patient_id = appointments_of_clinic_between.patient)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_of_clinic_between.rows;
END;

CREATE FUNCTION api.appointments_of_doctor_between(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.doctor_id = (SELECT coalesce(appointments_of_doctor_between.doctor, auth.doctor_id())) AND NOT a.is_deleted
     AND a.listed_at >= (SELECT core.list_from(appointments_of_doctor_between.first))
     AND a.listed_at < (SELECT core.list_until(appointments_of_doctor_between.last))
     AND a.listed_at <= appointments_of_doctor_between.before_at
     AND (a.listed_at < appointments_of_doctor_between.before_at OR a.id > appointments_of_doctor_between.before_id)
     AND (appointments_of_doctor_between.status IS NULL OR a.status = ANY (appointments_of_doctor_between.status))
     AND (appointments_of_doctor_between.patient IS NULL OR a.patient_id = appointments_of_doctor_between.patient)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_of_doctor_between.rows;
END;

CREATE FUNCTION api.appointments_of_patient_between(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.patient_id = (SELECT coalesce(appointments_of_patient_between.patient, auth.patient_id())) AND NOT a.is_deleted
     AND a.listed_at >= (SELECT core.list_from(appointments_of_patient_between.first))
     AND a.listed_at < (SELECT core.list_until(appointments_of_patient_between.last))
     AND a.listed_at <= appointments_of_patient_between.before_at
     AND (a.listed_at < appointments_of_patient_between.before_at OR a.id > appointments_of_patient_between.before_id)
     AND (appointments_of_patient_between.status IS NULL OR a.status = ANY (appointments_of_patient_between.status))
     AND (appointments_of_patient_between.doctor IS NULL OR a.doctor_id = appointments_of_patient_between.doctor)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_of_patient_between.rows;
END;

-- q is part of the name, of the phone's digits or of the e-mail, no wildcards.
-- Text comparison is leaky and would not reach an index below a policy: this
-- one walks the caller's list, newest first, until the page is full.  What is
-- looked for is made ready once, (SELECT ...), not for each row.
CREATE FUNCTION api.appointments_search(status text[], doctor uuid, patient uuid, first date, last date, q text,
  before_at timestamptz, before_id uuid, rows int) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.clinic_id = (SELECT auth.clinic_id()) AND NOT a.is_deleted
     AND a.listed_at >= (SELECT core.list_from(appointments_search.first))
     AND (appointments_search.first IS NULL AND appointments_search.last IS NULL
          OR a.listed_at < (SELECT core.list_until(appointments_search.last)))
     AND a.listed_at <= appointments_search.before_at
     AND (a.listed_at < appointments_search.before_at OR a.id > appointments_search.before_id)
     AND (appointments_search.status IS NULL OR a.status = ANY (appointments_search.status))
     AND (appointments_search.doctor IS NULL OR a.doctor_id = appointments_search.doctor)
     AND (appointments_search.patient IS NULL OR a.patient_id = appointments_search.patient)
     AND (strpos(lower(a.name), (SELECT lower(appointments_search.q))) > 0 OR strpos(a.phone, (SELECT core.digits(appointments_search.q))) > 0
          OR strpos(lower(a.email), (SELECT lower(appointments_search.q))) > 0)
   ORDER BY a.listed_at DESC, a.id
   LIMIT appointments_search.rows;
END;

--
-- One row.  Nobody's row but the caller's: 0 rows, hence 404.
--

CREATE FUNCTION api.appointment(id uuid) RETURNS SETOF api.appointment_row
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.version, a.status, a.doctor_id, a.patient_id, a.service_id, a.starts_at, a.ends_at, a.name, a.phone, a.email, a.reason,
         CASE WHEN (SELECT auth.is_staff()) THEN a.notes END, a.source, a.walk_in, a.is_deleted, a.created_at, a.updated_at
    FROM core.appointment a
   WHERE a.id = appointment.id AND NOT a.is_deleted;
END;

GRANT EXECUTE ON FUNCTION api.appointments_of_clinic, api.appointments_of_doctor, api.appointments_of_patient,
  api.appointments_of_clinic_between, api.appointments_of_doctor_between, api.appointments_of_patient_between,
  api.appointments_search, api.appointment TO opdesk_web;
