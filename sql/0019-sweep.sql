-- 0019-sweep.sql - out with messages that nobody sends or asks for any more.

-- A code is of use for minutes, but what a clinic sends within a day is
-- counted; what was sent is kept for who asks whether it was.
CREATE FUNCTION auth.sweep_outbox() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM core.outbox o
   WHERE o.clinic_id = auth.clinic_id()
     AND (o.expires_at < clock_timestamp() - interval '1 day' OR o.status <> 'queued' AND o.created_at < clock_timestamp() - interval '90 days');
END $$;

CALL core.settle();
GRANT EXECUTE ON FUNCTION auth.sweep_outbox TO opdesk_worker;
