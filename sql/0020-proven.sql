-- 0020-proven.sql - the record says when an address becomes somebody's, and when it is no longer theirs.
--
-- Each sign-in sets auth.reach.proven_at, which is no event; whether it is
-- proven at all decides whom the address signs in.

ALTER TABLE auth.reach ADD proven boolean NOT NULL GENERATED ALWAYS AS (proven_at IS NOT NULL) STORED;
COMMENT ON COLUMN auth.reach.proven IS 'Whether it signs them in.';
