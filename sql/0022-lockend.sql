-- 0022-lockend.sql - who is signed out edits nothing any more.
--
-- A lock that a session took last is released with it: nobody could renew it,
-- and everybody else would wait for five minutes.

-- Before the other triggers of this kind, which write what many others write:
-- who saves has locked the lease first, too.
CREATE FUNCTION core.leave_locks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l core.lock;
BEGIN
  FOR l IN
    SELECT * FROM core.lock t WHERE t.account_id IS NOT NULL AND t.session_id = NEW.id ORDER BY t.appointment_id FOR NO KEY UPDATE
  LOOP
    PERFORM core.end_lock(l, 'released', '{}');
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER abandon_locks AFTER UPDATE ON auth.session FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION core.leave_locks();

CALL core.settle();
