-- 0009-limit.sql - rate limits and stored answers, shared by all workers.

CREATE TABLE core.limit_use (
  bucket  text PRIMARY KEY CHECK (length(bucket) <= 300),
  uses    timestamptz[] NOT NULL,
  used_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE core.limit_use
  IS 'When a limited action was last used.  Buckets of an address are the installation''s, so there is no clinic.';
COMMENT ON COLUMN core.limit_use.bucket IS 'What is limited, and for whom.';
COMMENT ON COLUMN core.limit_use.uses IS 'Each use in the window, oldest first: sliding and exact.';
CREATE POLICY functions_only ON core.limit_use TO opdesk_api USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON core.limit_use TO opdesk_api;

CREATE TABLE core.idempotency (
  clinic_id  uuid NOT NULL,
  route      text NOT NULL,
  scope      text NOT NULL,
  key        text NOT NULL CHECK (length(key) <= 255),
  body_hash  bytea NOT NULL,
  status     int NOT NULL CHECK (status BETWEEN 200 AND 299),
  body       json,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (clinic_id, route, scope, key)
);
CREATE INDEX idempotency_age ON core.idempotency (created_at);
COMMENT ON TABLE core.idempotency IS 'Answers to requests that carried an Idempotency-Key, for 24 hours, without secrets.';
COMMENT ON COLUMN core.idempotency.scope IS 'Who asked: somebody else''s key is another key.';
COMMENT ON COLUMN core.idempotency.body_hash IS 'Of the request: the same key with another body is refused.';
CREATE POLICY visible ON core.idempotency USING (clinic_id = (SELECT auth.clinic_id()));
GRANT SELECT, INSERT, UPDATE, DELETE ON core.idempotency TO opdesk_api;

-- Out with what nobody will ask for.  For the clinic of the context; limits
-- are everybody's.
CREATE FUNCTION core.sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM core.idempotency i WHERE i.created_at < clock_timestamp() - interval '24 hours';
  DELETE FROM core.limit_use u WHERE u.used_at < clock_timestamp() - interval '1 day';
  UPDATE core.slot s SET state = 'expired' WHERE s.state = 'hold' AND s.expires_at < clock_timestamp();
  DELETE FROM core.slot s
   WHERE s.state IN ('expired', 'released') AND s.starts_at < clock_timestamp() - interval '1 day'
     AND NOT EXISTS (SELECT FROM core.appointment a WHERE a.slot_id = s.id);
END $$;
COMMENT ON FUNCTION core.sweep IS 'Deletes old stored answers, limits and dead holds.  A job of the worker.';

CALL core.settle();
GRANT EXECUTE ON FUNCTION core.sweep TO opdesk_worker;
