-- 0017-known.sql - codes that are asked for from a browser that somebody signed in from before.
--
-- Tries from there count apart, so that guessing from elsewhere keeps nobody
-- out (lib/known.h; security.md E-71).

ALTER TABLE auth.code
  ADD browser text NOT NULL DEFAULT '' CHECK (length(browser) <= 64),
  DROP CONSTRAINT code_pkey,
  ADD PRIMARY KEY (clinic_id, address, browser);
COMMENT ON TABLE auth.code
  IS 'The last one-time code asked for at an address: one row for each known browser and one for all others, so the newest alone counts.  Unknown addresses have their row too.';
COMMENT ON COLUMN auth.code.browser IS 'Mark of a browser that the address was signed in from before; '''': any other.';
COMMENT ON COLUMN auth.code.failures IS 'Wrong answers since the last right one, over all codes: a hundred shut the address there.';
