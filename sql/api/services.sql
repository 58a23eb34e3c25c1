-- services.sql - what cgi-bin/services.c calls.
SET LOCAL ROLE opdesk_api;

CREATE FUNCTION api.services()
RETURNS TABLE (id uuid, name text, description text, "durationMinutes" int, "bufferMinutes" int, price bigint, currency text,
  "noticeMinutes" int, "horizonDays" int, "cancelMinutes" int, "autoConfirm" boolean, "position" int)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT v.id, v.name, v.description, (extract(epoch FROM v.duration) / 60)::int, (extract(epoch FROM v.buffer) / 60)::int,
         v.price, c.currency, (extract(epoch FROM v.notice) / 60)::int, (extract(epoch FROM v.horizon) / 86400)::int,
         (extract(epoch FROM v.cancel_until) / 60)::int, v.auto_confirm, v.position
    FROM core.service v
    JOIN core.clinic c ON c.id = v.clinic_id
   WHERE v.clinic_id = (SELECT auth.clinic_id())
   ORDER BY v.position, v.name, v.id;
END;

GRANT EXECUTE ON FUNCTION api.services TO opdesk_web;
