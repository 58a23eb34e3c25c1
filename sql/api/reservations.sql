-- reservations.sql - what cgi-bin/reservations.c calls.
SET LOCAL ROLE opdesk_api;

-- The lock is for who may still win: of a time that is plainly taken the
-- loser hears without queueing.
CREATE FUNCTION api.reserve(doctor uuid, starts timestamptz, service uuid, id uuid, token_hash bytea, address text, max_holds int,
  OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s core.slot;
  wish uuid := coalesce(service, core.first_service());
BEGIN
  PERFORM core.must_be_offered(doctor, wish);
  PERFORM api.count_holds(address, max_holds);
  IF NOT core.is_taken(doctor, starts) THEN
    PERFORM core.lock_people(NULL, ARRAY[doctor]);
    s.id := id;
    s.doctor_id := doctor;
    s.service_id := wish;
    s.starts_at := starts;
    s.state := 'hold';
    s.token_hash := token_hash;
    s.address := address;
    s.expires_at := clock_timestamp() + interval '5 minutes';
    s := core.take(s, false, false);
  END IF;
  IF s.id IS NULL THEN
    refusal := 'SLOT_TAKEN';
    body := json_build_object('alternatives', core.nearest_free(doctor, wish, starts, false));
    RETURN;
  END IF;
  body := json_build_object('id', s.id, 'expiresAt', s.expires_at, 'startsAt', s.starts_at, 'endsAt', s.ends_at);
END $$;

-- One address keeps so many live holds at most; 0 is any number.
CREATE FUNCTION api.count_holds(address text, most int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF most <= 0 OR most IS NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hold ' || address, 0));
  IF (SELECT count(*) FROM core.slot s WHERE s.clinic_id = auth.clinic_id() AND s.address = count_holds.address
         AND s.state = 'hold' AND s.expires_at > clock_timestamp()) >= most THEN
    RAISE EXCEPTION 'rate_limited' USING ERRCODE = 'OD000';
  END IF;
END $$;

-- A hold that has run out or become a booking is gone already: that is fine.
CREATE FUNCTION api.release(id uuid, token_hash bytea, OUT body json, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM core.held(id, token_hash);
  UPDATE core.slot s SET state = 'released' WHERE s.id = release.id AND s.state = 'hold';
END $$;

GRANT EXECUTE ON FUNCTION api.reserve, api.release TO opdesk_web;
