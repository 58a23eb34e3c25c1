-- 0018-notice.sql - notices: what protects an account has changed, and its owner hears of it.
--
-- Who says what is in sql/api/notices.sql; here is what they need.
--
-- Source: security.md A-17; requirements AUTH-4, AUTH-5.

COMMENT ON COLUMN core.outbox.kind IS 'What it is about: code, or notice.';

-- A refresh token or a link is its account's whatever host it came to, so the
-- clinic of a notice is the account's and not the caller's.
CREATE POLICY notice ON core.outbox FOR INSERT TO opdesk_auth WITH CHECK (kind = 'notice');

ALTER TABLE auth.device ADD entered_at timestamptz;
COMMENT ON COLUMN auth.device.entered_at IS 'First sign-in since it was approved; NULL: none yet.';
CALL audit.watch('auth.device', 'device', besides => '{created_at,seen_at,entered_at,agent}');
UPDATE auth.device SET entered_at = seen_at WHERE approved_at IS NOT NULL;

CALL core.settle();
