-- health.sql - what cgi-bin/health.c calls.
SET LOCAL ROLE opdesk_api;

CREATE FUNCTION api.health(OUT realtime text, OUT now_s bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  now_s := extract(epoch FROM clock_timestamp());
  realtime := CASE WHEN EXISTS (SELECT FROM feed.hub h WHERE h.seen_at > clock_timestamp() - interval '10 seconds')
                   THEN 'active' ELSE 'inactive' END;
END $$;

GRANT EXECUTE ON FUNCTION api.health TO opdesk_web;
