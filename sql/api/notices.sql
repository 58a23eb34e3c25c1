-- notices.sql - what protects an account has changed: its owner is told, in the transaction of the change.
--
-- For functions of identity, which call api.signin_notify(); no program does.
-- The message waits in core.outbox.  It has no link and no secret, so whoever
-- else reads it can do nothing with it, and none of its words are a caller's.
RESET ROLE;

-- What happened, in both languages, and what to do about it.
CREATE FUNCTION api.signin_notice_words(what text, language text, OUT subject text, OUT told text, OUT advice text)
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  SELECT w.subject, w.told, w.advice INTO STRICT subject, told, advice FROM (VALUES
  ('password_changed', 'en', 'your password was changed',
   'The password of your account was changed, and its other sessions were ended.',
   'If that was not you, tell an administrator of the clinic at once. They can give you a link to set another password, which signs everybody out.'),
  ('password_changed', 'hi', 'आपका पासवर्ड बदला गया',
   'आपके खाते का पासवर्ड बदला गया, और उसके बाक़ी सत्र बंद कर दिए गए।',
   'अगर यह आपने नहीं किया, तो क्लिनिक के प्रशासक को तुरंत बताएँ। वे दूसरा पासवर्ड सेट करने का लिंक दे सकते हैं, जिससे सब साइन आउट हो जाते हैं।'),
  ('password_set', 'en', 'your password was set by a link',
   'The password of your account was set by a one-time link, and all its sessions were ended.',
   'If that was not you, tell an administrator of the clinic at once. They can give you a link to set another password, which signs everybody out.'),
  ('password_set', 'hi', 'लिंक से आपका पासवर्ड सेट किया गया',
   'एक बार चलने वाले लिंक से आपके खाते का पासवर्ड सेट किया गया, और उसके सभी सत्र बंद कर दिए गए।',
   'अगर यह आपने नहीं किया, तो क्लिनिक के प्रशासक को तुरंत बताएँ। वे दूसरा पासवर्ड सेट करने का लिंक दे सकते हैं, जिससे सब साइन आउट हो जाते हैं।'),
  ('factor_on', 'en', 'your second factor was set up',
   'A second factor was set up for your account: from now on a code from an app is asked for after the password.',
   'If that was not you, somebody knows your password. Tell an administrator of the clinic at once: they can take the second factor away and give you a link to set another password.'),
  ('factor_on', 'hi', 'आपका दूसरा चरण सेट किया गया',
   'आपके खाते के लिए दूसरा चरण सेट किया गया: अब से पासवर्ड के बाद ऐप का कोड माँगा जाएगा।',
   'अगर यह आपने नहीं किया, तो कोई आपका पासवर्ड जानता है। क्लिनिक के प्रशासक को तुरंत बताएँ: वे दूसरा चरण हटा सकते हैं और दूसरा पासवर्ड सेट करने का लिंक दे सकते हैं।'),
  ('factor_off', 'en', 'your second factor was removed',
   'The second factor of your account was removed, with its recovery codes. Until another is set up, the password alone signs in.',
   'If that was not you, somebody knows your password. Change it now under "My account", set the second factor up again, and tell an administrator of the clinic.'),
  ('factor_off', 'hi', 'आपका दूसरा चरण हटाया गया',
   'आपके खाते का दूसरा चरण और उसके रिकवरी कोड हटा दिए गए। जब तक नया सेट न हो, सिर्फ़ पासवर्ड से साइन इन होगा।',
   'अगर यह आपने नहीं किया, तो कोई आपका पासवर्ड जानता है। उसे अभी “मेरा खाता” में बदलें, दूसरा चरण फिर से सेट करें, और क्लिनिक के प्रशासक को बताएँ।'),
  ('factor_taken', 'en', 'an administrator took your second factor away',
   'An administrator took the second factor of your account away, with its recovery codes, and ended its sessions. Until another is set up, the password alone signs in.',
   'If you did not ask for that, tell the clinic at once, and change your password under "My account".'),
  ('factor_taken', 'hi', 'प्रशासक ने आपका दूसरा चरण हटाया',
   'प्रशासक ने आपके खाते का दूसरा चरण और उसके रिकवरी कोड हटाए, और उसके सत्र बंद किए। जब तक नया सेट न हो, सिर्फ़ पासवर्ड से साइन इन होगा।',
   'अगर आपने यह नहीं कहा था, तो क्लिनिक को तुरंत बताएँ, और “मेरा खाता” में अपना पासवर्ड बदलें।'),
  ('recovery_used', 'en', 'a recovery code was used',
   'Your account was signed in to with a recovery code in the place of the app.',
   'If that was not you, change your password now under "My account", make new recovery codes there, and tell an administrator of the clinic.'),
  ('recovery_used', 'hi', 'एक रिकवरी कोड इस्तेमाल हुआ',
   'ऐप की जगह एक रिकवरी कोड से आपके खाते में साइन इन हुआ।',
   'अगर यह आपने नहीं किया, तो “मेरा खाता” में अपना पासवर्ड अभी बदलें, वहीं नए रिकवरी कोड बनाएँ, और क्लिनिक के प्रशासक को बताएँ।'),
  ('recovery_new', 'en', 'new recovery codes were made',
   'New recovery codes were made for your account. Those from before work no more.',
   'If that was not you, somebody knows your password. Change it now under "My account", make new recovery codes there, and tell an administrator of the clinic.'),
  ('recovery_new', 'hi', 'नए रिकवरी कोड बनाए गए',
   'आपके खाते के लिए नए रिकवरी कोड बनाए गए। पहले वाले अब नहीं चलेंगे।',
   'अगर यह आपने नहीं किया, तो कोई आपका पासवर्ड जानता है। उसे अभी “मेरा खाता” में बदलें, वहीं नए रिकवरी कोड बनाएँ, और क्लिनिक के प्रशासक को बताएँ।'),
  ('token_reused', 'en', 'a session was ended to be safe',
   'A key that keeps one of your sessions signed in was used a second time, as happens when somebody has copied it. That session was ended.',
   'Sign in again where you were signed out. If you cannot tell how it came to that, change your password under "My account" and tell an administrator of the clinic.'),
  ('token_reused', 'hi', 'सुरक्षा के लिए एक सत्र बंद किया गया',
   'जिस कुंजी से आपका एक सत्र साइन इन रहता है, वह दूसरी बार इस्तेमाल हुई, जैसा किसी के उसकी नक़ल करने पर होता है। वह सत्र बंद कर दिया गया।',
   'जहाँ आप साइन आउट हुए, वहाँ फिर से साइन इन करें। अगर समझ न आए कि ऐसा कैसे हुआ, तो “मेरा खाता” में अपना पासवर्ड बदलें और क्लिनिक के प्रशासक को बताएँ।'),
  ('device_new', 'en', 'a sign-in from a new device',
   'Your account was signed in to from a device for the first time since it was approved.',
   'If that was not you, change your password now under "My account", and tell an administrator of the clinic: they can revoke the device.'),
  ('device_new', 'hi', 'नए उपकरण से साइन इन हुआ',
   'मंज़ूरी के बाद एक उपकरण से पहली बार आपके खाते में साइन इन हुआ।',
   'अगर यह आपने नहीं किया, तो “मेरा खाता” में अपना पासवर्ड अभी बदलें, और क्लिनिक के प्रशासक को बताएँ: वे उस उपकरण को हटा सकते हैं।'),
  ('email_changed', 'en', 'the e-mail of your account was changed',
   'An administrator changed the e-mail of your account. It signs in with another address from now on, and messages about it come here no more.',
   'If you did not ask for that, tell the clinic at once.'),
  ('email_changed', 'hi', 'आपके खाते का ई-मेल बदला गया',
   'प्रशासक ने आपके खाते का ई-मेल बदला। अब से दूसरे पते से साइन इन होगा, और खाते के संदेश यहाँ नहीं आएँगे।',
   'अगर आपने यह नहीं कहा था, तो क्लिनिक को तुरंत बताएँ।')
  ) w(what, language, subject, told, advice)
  WHERE w.what = signin_notice_words.what AND w.language = signin_notice_words.language;
END $$;

-- "Firefox on Windows" of what a browser says about itself, in the names that
-- the pages have (www/src/staff/users/agent.js); NULL for anything else.
CREATE FUNCTION api.signin_browser(agent text, language text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  browser text := CASE
    WHEN agent ~ 'Edg(A|iOS)?/' THEN 'Edge' WHEN agent ~ 'OPR/' THEN 'Opera' WHEN agent ~ 'SamsungBrowser/' THEN 'Samsung Internet'
    WHEN agent ~ '(Firefox|FxiOS)/' THEN 'Firefox' WHEN agent ~ '(Chrome|CriOS)/' THEN 'Chrome' WHEN agent ~ 'Safari/' THEN 'Safari' END;
  system text := CASE
    WHEN agent ~ 'iPhone' THEN 'iPhone' WHEN agent ~ 'iPad' THEN 'iPad' WHEN agent ~ 'Android' THEN 'Android' WHEN agent ~ 'Windows' THEN 'Windows'
    WHEN agent ~ 'Mac OS X|Macintosh' THEN 'Mac' WHEN agent ~ 'CrOS' THEN 'ChromeOS' WHEN agent ~ 'Linux' THEN 'Linux' END;
BEGIN
  RETURN CASE WHEN browser IS NULL OR system IS NULL THEN coalesce(browser, system)
              WHEN language = 'hi' THEN format('%s पर %s', system, browser) ELSE format('%s on %s', browser, system) END;
END $$;

-- An instant as people of that clinic write it.
CREATE FUNCTION api.signin_when(at timestamptz, zone text, language text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  there timestamp := at AT TIME ZONE zone;
  months text[] := '{जनवरी,फ़रवरी,मार्च,अप्रैल,मई,जून,जुलाई,अगस्त,सितंबर,अक्टूबर,नवंबर,दिसंबर}';
BEGIN
  RETURN to_char(there, 'FMDD ') || CASE WHEN language = 'hi' THEN months[extract(month FROM there)::int] ELSE to_char(there, 'FMMonth') END
      || to_char(there, ' YYYY, HH24:MI') || format(' (%s)', zone);
END $$;

CREATE FUNCTION api.signin_codes_left(n int, language text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE WHEN language = 'hi' THEN CASE n WHEN 0 THEN 'कोई रिकवरी कोड नहीं बचा।' WHEN 1 THEN '1 रिकवरी कोड बचा है।' ELSE n || ' रिकवरी कोड बचे हैं।' END
                                        || CASE WHEN n <= 3 THEN ' “मेरा खाता” में नए बनाएँ।' ELSE '' END
              ELSE CASE n WHEN 0 THEN 'No recovery code is left.' WHEN 1 THEN '1 recovery code is left.' ELSE n || ' recovery codes are left.' END
                   || CASE WHEN n <= 3 THEN ' Make new ones under "My account".' ELSE '' END END;
END $$;

-- codes_left: of recovery codes, where it is about them.  last: no further one
-- of its kind will be sent for a while, so it says so.
CREATE FUNCTION api.signin_notice(u auth.account, what text, codes_left int, last boolean, OUT subject text, OUT body text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  clinic core.clinic := (SELECT c FROM core.clinic c WHERE c.id = u.clinic_id);
  hindi boolean := coalesce(u.language ~ '^hi(-|$)', false);
  language text := CASE WHEN hindi THEN 'hi' ELSE 'en' END;
  theirs boolean := auth.uid() IS NULL OR auth.uid() = u.id; -- not of an administrator
  browser text := CASE WHEN theirs THEN api.signin_browser(substring(current_setting('opdesk.request', true) FROM '^\S* \S* (.*)'), language) END;
  words record;
BEGIN
  SELECT * INTO words FROM api.signin_notice_words(what, language);
  subject := format('%s: %s', clinic.name, words.subject);
  body := concat_ws(E'\n\n',
    concat_ws(' ', words.told, api.signin_codes_left(codes_left, language)),
    concat_ws(E'\n',
      format(CASE WHEN hindi THEN 'कब: %s' ELSE 'When: %s' END, api.signin_when(clock_timestamp(), clinic.time_zone, language)),
      CASE WHEN hindi THEN 'ब्राउज़र: ' ELSE 'Browser: ' END || browser),
    words.advice,
    CASE WHEN last AND hindi THEN 'एक दिन में इस तरह का यह पाँचवाँ संदेश है। एक दिन पूरा होने तक ऐसे और संदेश नहीं भेजे जाएँगे।'
         WHEN last THEN 'It is the fifth message of this kind within a day. No more of them will be sent until a day has passed.' END,
    format(CASE WHEN hindi THEN 'यह %s में आपके खाते के बारे में है। इस संदेश को लेकर कोई आपसे पासवर्ड या कोड नहीं माँगेगा।'
                ELSE 'This is about your account at %s. Nobody will ask you for a password or a code because of this message.' END, clinic.name));
END $$;

-- Tells the owner of an account, at the address that stands there now; nobody
-- where none does.  Of each kind five a day at most: whoever has somebody's
-- password cannot fill their mailbox, and hides no kind behind another.  A
-- notice says when it was, so it may come late; after five days, when servers
-- give mail up as well (RFC 5321, 4.5.4.1), it would only frighten.
CREATE FUNCTION api.signin_notify(account uuid, what text, codes_left int DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  u auth.account;
  budget record;
BEGIN
  SELECT * INTO u FROM auth.account x WHERE x.id = account AND x.email IS NOT NULL AND NOT x.is_key;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT * INTO budget FROM api.count_use(format('notice:%s:%s', what, account), 5, 86400);
  IF budget.wait_s = 0 THEN
    INSERT INTO core.outbox (clinic_id, kind, channel, recipient, subject, body, expires_at)
    SELECT u.clinic_id, 'notice', 'email', u.email, l.subject, l.body, clock_timestamp() + interval '5 days'
      FROM api.signin_notice(u, what, codes_left, budget.remaining = 0) l;
  END IF;
END $$;

--
-- Patients
--

-- A phone or e-mail begins to sign a patient in: those that did so before are
-- told, since whoever got in once, or talked the desk round, could stay that
-- way.  Short, as most of it are text messages; five a day, as above.
CREATE FUNCTION api.signin_notify_patient(patient uuid, address text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  hindi boolean := (SELECT coalesce(a.language ~ '^hi(-|$)', false) FROM auth.account a WHERE a.patient_id = patient);
  clinic text := (SELECT c.name FROM core.clinic c WHERE c.id = auth.clinic_id());
  told text;
BEGIN
  FOR told IN SELECT r.address FROM auth.reach r WHERE r.patient_id = patient AND r.proven AND r.address <> signin_notify_patient.address ORDER BY 1 LOOP
    CONTINUE WHEN (SELECT c.wait_s FROM api.count_use(format('notice:address:%s:%s', patient, md5(told)), 5, 86400) c) > 0;
    INSERT INTO core.outbox (clinic_id, kind, channel, recipient, subject, body, expires_at)
    VALUES (auth.clinic_id(), 'notice', CASE WHEN told LIKE '+%' THEN 'sms' ELSE 'email' END, told,
            CASE WHEN told LIKE '+%' THEN NULL WHEN hindi THEN format('%s: साइन इन का एक और तरीक़ा', clinic) ELSE format('%s: another way to sign in', clinic) END,
            format(CASE WHEN hindi THEN '%s: अब से एक और फ़ोन या ई-मेल से आपके खाते में साइन इन हो सकता है। अगर यह आपने नहीं किया, तो क्लिनिक को तुरंत बताएँ।'
                        ELSE '%s: another phone or e-mail can sign in to your account from now on. If that was not you, tell the clinic at once.' END, clinic),
            clock_timestamp() + interval '5 days');
  END LOOP;
END $$;

CALL pg_temp.belong_to_auth('signin_notify_patient', 'signin_notice_words', 'signin_browser', 'signin_when', 'signin_codes_left', 'signin_notice', 'signin_notify');
SET LOCAL ROLE opdesk_api;
