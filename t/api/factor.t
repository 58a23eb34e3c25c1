#!/usr/bin/perl
# The second factor: enrolling, codes and recovery codes, that each serves once,
# and that half a sign-in opens nothing (security.md A-10 to A-12, E-67).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Parallel;
use Opdesk::Test;
use Opdesk::Totp;

my $clinic = clinic(programs => [qw(auth factor profiles appointments)], set => { OPDESK_ADMIN_MFA => 'required', OPDESK_LIMIT_SENSITIVE => 0 });
my $visitor = $clinic->visitor;
my $password = 'correct horse battery staple';
my $me = '/api/profiles/me';
my %id = map { $_ => $clinic->account($_)->{id} } qw(admin frontdesk doctor);

sub login ($who, $from = $visitor) { $from->post('/api/auth/login', { email => "$who\@opdesk.test", password => $password }) }
sub challenge ($who = 'admin') { my $res = login($who); $res->json->{challenge} // die $res->line }
sub mfa ($challenge, $code, $from = $visitor) { $from->post('/api/auth/mfa', { challenge => $challenge, code => $code }) }
sub recover ($challenge, $code, $from = $visitor) { $from->post('/api/auth/mfa', { challenge => $challenge, recoveryCode => $code }) }
sub with ($res) { $clinic->client(token => $res->json->{accessToken}) }
sub forget_steps { $clinic->psql('UPDATE auth.totp SET step = -1, failures = 0') }
sub sessions { $clinic->psql('SELECT count(*) FROM auth.session') }
sub column ($column, $who = 'admin') { $clinic->psql("SELECT $column FROM auth.totp WHERE account_id = '$id{$who}'") }
sub wrong ($secret) {
	my %right = map { totp($secret, step_now() + $_) => 1 } -2 .. 3;
	return (grep { !$right{$_} } map { sprintf '%06d', $_ } 0 .. 9)[0];
}

#
# An administrator without one has to set it up first
#

my $before = sessions();
my $res = login('admin');
status_is $res, 202, 'the password alone signs no administrator in';
is_deeply [ sort keys %{ $res->json } ], [qw(challenge enrolmentRequired)], 'who is told to enrol';
is $res->header('Set-Cookie'), undef, 'and gets no cookie';
is sessions(), $before, 'nor a session';
my $challenge = $res->json->{challenge};
like $challenge, qr/^[\w-]{43}$/, 'but a challenge';
is $clinic->psql("SELECT count(*) FROM auth.challenge c WHERE c::text LIKE '%$challenge%'"), 0, 'which is stored as a hash';
for my $path ($me, '/api/appointments', '/api/auth/totp') {
	error_is $clinic->client(token => $challenge)->get($path), 401, 'UNAUTHENTICATED', "and is no token: $path";
	error_is $visitor->get($path, { Cookie => "__Host-opdesk=$challenge" }), 401, 'UNAUTHENTICATED', 'nor a cookie';
}
error_is $visitor->post('/api/auth/refresh', { refreshToken => $challenge }), 401, 'UNAUTHENTICATED', 'nor refreshes it anything';
error_is mfa($challenge, '123456'), 401, 'INVALID_CREDENTIALS', 'who has nothing to show cannot show it';

sub enrol ($challenge) { $visitor->post('/api/auth/totp/enrol', { challenge => $challenge }) }
sub confirm ($challenge, $code) { $visitor->post('/api/auth/totp/confirm', { challenge => $challenge, code => $code }) }
error_is confirm($challenge, '123456'), 401, 'INVALID_CREDENTIALS', 'nor confirm what was never shown';
$res = enrol($challenge);
status_is $res, 200, 'the challenge gives a secret';
my $secret = $res->json->{secret};
like $secret, qr/^[A-Z2-7]{32}$/, 'of 160 bits, in base32';
is $res->json->{otpauthUri}, "otpauth://totp/Hemant%20Trauma%20Centre:admin%40opdesk.test?secret=$secret&issuer=Hemant%20Trauma%20Centre&algorithm=SHA1&digits=6&period=30",
	'as apps take it';
like $res->json->{qrSvg}, qr{^<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \d+ \d+".*</svg>$}, 'and as a QR code';
unlike $res->json->{qrSvg}, qr/script|style|href/, 'that is a drawing and nothing else';
$res = enrol($challenge);
isnt $res->json->{secret}, $secret, 'asking again gives another';
error_is confirm($challenge, totp($secret)), 401, 'INVALID_CREDENTIALS', 'of which the first is none any more';
$secret = $res->json->{secret};
is $clinic->psql("SELECT count(*) FROM auth.totp f WHERE f::text ~ '" . unpack('H*', pack 'B*', join '', map { sprintf '%05b', index 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $_ } split //, $secret) . "'"),
	0, 'it is stored sealed';
error_is confirm($challenge, wrong($secret)), 401, 'INVALID_CREDENTIALS', 'a wrong code confirms nothing';
$res = login('admin');
ok $res->json->{enrolmentRequired}, 'what is not confirmed is asked for nowhere';
$res = confirm($challenge, totp($secret));
status_is $res, 200, 'the first code of the app does';
is scalar(grep { /^__Secure-opdesk-known=[\w-]{43}\.[\w-]{43};/ } $res->headers('Set-Cookie')), 1, 'the browser is one that they have signed in from';
is with($res)->get($me)->json->{role}, 'admin', 'and signs in';
like join("\n", $res->headers('Set-Cookie')), qr/^__Host-opdesk=.*^__Secure-opdesk-refresh=/ms, 'as a browser, too';
my @codes = @{ $res->json->{recoveryCodes} };
is scalar(my @fit = grep { /^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/ } @codes), 10, 'with ten recovery codes';
is scalar(keys %{ { map { $_ => 1 } @codes } }), 10, 'each another';
is column('cardinality(recovery_hashes)'), 10, 'of which hashes are kept';
unlike column('totp::text'), qr/$codes[0]/, 'and not the codes';
error_is enrol($challenge), 401, 'INVALID_CREDENTIALS', 'the challenge is used up';
error_is confirm($challenge, totp($secret)), 401, 'INVALID_CREDENTIALS', 'for both';
my $admin = with($res);

#
# Showing it
#

$res = login('admin');
status_is $res, 202, 'from now on the password is half of a sign-in';
is_deeply [ sort keys %{ $res->json } ], [qw(challenge mfaRequired)], 'that says what is missing';
is $res->header('Set-Cookie'), undef, 'without a cookie';
error_is $clinic->client(token => $res->json->{challenge})->get($me), 401, 'UNAUTHENTICATED', 'this challenge is no token either';
error_is enrol($res->json->{challenge}), 401, 'INVALID_CREDENTIALS', 'nor does it replace the app';
error_is $visitor->post('/api/auth/login', { email => 'admin@opdesk.test', password => 'wrong', code => totp($secret) }), 400, 'VALIDATION_ERROR', 'a code takes no password\'s place';
error_is $visitor->post('/api/auth/login', { email => 'admin@opdesk.test', password => totp($secret) }), 401, 'INVALID_CREDENTIALS', 'in no way';
error_is mfa($res->json->{challenge}, totp($secret, column('step'))), 401, 'INVALID_CREDENTIALS', 'the code that confirmed has served';
forget_steps();
$res = mfa($res->json->{challenge}, totp($secret));
status_is $res, 200, 'a code of the app completes it';
is scalar(grep { /^__Secure-opdesk-known=/ } $res->headers('Set-Cookie')), 1, 'which it is again';
is_deeply [ sort keys %{ $res->json } ], [qw(accessToken expiresAt refreshToken user)], 'to a session like any other';
is with($res)->get($me)->json->{role}, 'admin', 'of that account';
status_is $visitor->post('/api/auth/refresh', { refreshToken => $res->json->{refreshToken} }), 200, 'that is refreshed without being asked again';
my $browser = $clinic->visitor(browser => 1);
forget_steps();
$res = mfa(challenge(), totp($secret), $browser);
is $res->json->{refreshToken}, undef, 'a browser gets its refresh token as a cookie';
status_is $browser->get($me), 200, 'and is in';
$res = login('admin', $browser);
like join("\n", $res->headers('Set-Cookie')), qr/^__Host-opdesk=; Max-Age=0;.*^__Secure-opdesk-refresh=; Max-Age=0;/ms, 'whoever signs in anew there is no longer who they were';
error_is $browser->get($me), 401, 'UNAUTHENTICATED', 'until they have shown who they are';
error_is $visitor->post('/api/auth/mfa', { challenge => $res->json->{challenge}, code => totp($secret) }, { Origin => 'http://evil.example' }), 403, 'CSRF', 'which no other site does for them';

# Without the step before, or with another's.
error_is mfa($_, totp($secret)), 401, 'INVALID_CREDENTIALS', 'no challenge: ' . substr $_, 0, 20 for 'x' x 43, $id{admin}, '0', "' OR 1=1 --";
$clinic->psql("UPDATE auth.challenge SET expires_at = expires_at - interval '299 seconds'");
$challenge = challenge();
$clinic->psql("UPDATE auth.challenge SET expires_at = expires_at - interval '300 seconds'");
forget_steps();
error_is mfa($challenge, totp($secret)), 401, 'INVALID_CREDENTIALS', 'a challenge works for five minutes';
for my $body ({}, { code => undef }, { code => '' }, { code => 123456 }, { code => ['123456'] }, { code => {} }, { code => JSON::PP::true }, { code => '1' x 21 },
	{ recoveryCode => undef }, { recoveryCode => [@codes] }, { recoveryCode => 'x' x 41 }, { code => '123456', recoveryCode => $codes[0] }, { code => '123456', email => 'admin@opdesk.test' }) {
	error_is $visitor->post('/api/auth/mfa', { challenge => $challenge, %$body }), 400, 'VALIDATION_ERROR', 'no code: ' . JSON::PP->new->canonical->encode($body);
}
error_is $visitor->post('/api/auth/mfa', { challenge => $_, code => '123456' }), 400, 'VALIDATION_ERROR', 'nor a challenge' for undef, 5, [], 'x' x 5000;
$challenge = challenge();
error_is mfa($challenge, $_), 401, 'INVALID_CREDENTIALS', "'$_' is not the code" for '12345', '1234567', '0x12ab', '-12345';

#
# Each step once, and only later ones
#

$challenge = challenge();
my @said = within_a_step(sub ($now) {
	forget_steps();
	return map { mfa(challenge(), totp($secret, $now + $_))->status } -2, 1, 2;
});
is "@said", '401 401 401', 'not the step before the last one, nor the next, nor the one behind it';
@said = within_a_step(sub ($now) {
	forget_steps();
	return map { mfa(challenge(), totp($secret, $now + $_))->status } -1, -1, 0, 0, -1;
});
is "@said", '200 401 200 401 401', 'the one before and then the current one, each once, and none that is older than the last';
@said = within_a_step(sub ($now) {
	forget_steps();
	return map { mfa(challenge(), totp($secret, $now + $_))->status } 0, -1;
});
is "@said", '200 401', 'once the current one has served, not even the one before';
forget_steps();
my $code = totp($secret);
status_is mfa(challenge(), substr($code, 0, 3) . ' ' . substr($code, 3)), 200, 'a blank in the middle does no harm';

@said = within_a_step(sub ($now) {
	forget_steps();
	my @challenges = map { challenge() } 1 .. 20;
	return at_once(20, sub ($n) { mfa($challenges[ $n - 1 ], totp($secret, $now), $clinic->visitor)->status });
});
is join(' ', sort @said), join(' ', 200, (401) x 19), 'twenty at the same moment with one code: one is let in';
@said = within_a_step(sub ($now) {
	forget_steps();
	my $one = challenge();
	return at_once(8, sub ($n) { mfa($one, totp($secret, $now), $clinic->visitor)->status });
});
is join(' ', sort @said), join(' ', 200, (401) x 7), 'as with one challenge';

#
# Tries
#

forget_steps();
$challenge = challenge();
is join(' ', map { mfa($challenge, wrong($secret))->status } 1 .. 5), '401 401 401 401 401', 'five wrong codes';
error_is mfa($challenge, totp($secret)), 401, 'INVALID_CREDENTIALS', 'then not even the right one, with that challenge';
is column('failures'), 5, 'they are counted for the account';
status_is mfa(challenge(), totp($secret)), 200, 'after the password again it is right';
is column('failures'), 0, 'and ends the row of failures';
forget_steps();
$clinic->psql('UPDATE auth.totp SET failures = 99');
$challenge = challenge();
mfa($challenge, wrong($secret));
error_is mfa($challenge, totp($secret)), 401, 'INVALID_CREDENTIALS', 'after a hundred in a row no code of the app is taken';
status_is recover(challenge(), $codes[9]), 200, 'but a recovery code is';
is column('failures'), 0, 'which ends the row as well';
$before = sessions();
mfa(challenge(), wrong($secret)) for 1 .. 3;
is sessions(), $before, 'no session comes of wrong ones';

#
# Recovery codes
#

forget_steps();
status_is recover(challenge(), $codes[0]), 200, 'a recovery code takes the app\'s place';
error_is recover(challenge(), $codes[0]), 401, 'INVALID_CREDENTIALS', 'once';
status_is recover(challenge(), uc($codes[1]) =~ s/-/ /gr), 200, 'in capitals and with blanks as well';
error_is recover(challenge(), $_), 401, 'INVALID_CREDENTIALS', "'$_' is none" for substr($codes[2], 0, -1), totp($secret), 'aaaa-aaaa-aaaa-aaaa', "' OR 1=1 --";
error_is mfa(challenge(), $codes[2]), 401, 'INVALID_CREDENTIALS', 'nor is one a code of the app';
my @challenges = map { challenge() } 1 .. 8;
is join(' ', sort(at_once(8, sub ($n) { recover($challenges[ $n - 1 ], $codes[3], $clinic->visitor)->status }))), join(' ', 200, (401) x 7), 'eight at the same moment: one';
is_deeply $admin->get('/api/auth/totp')->json, { enrolled => JSON::PP::true, required => JSON::PP::true, recoveryCodesLeft => 6, confirmedAt => $admin->get('/api/auth/totp')->json->{confirmedAt} },
	'and the account knows how many are left';
my ($event) = $clinic->rows("SELECT fields, role FROM audit.event WHERE object = 'second_factor' ORDER BY id DESC LIMIT 1");
is_deeply $event->{fields}, { recovery_hashes => 'changed' }, 'that one was used is on record';
is $clinic->psql("SELECT count(*) FROM audit.event WHERE object = 'second_factor' AND fields::text ~ 'step|failures'"), 0, 'and each code of the app is not';

#
# Signed in
#

my $desk = $clinic->as('frontdesk');
is_deeply $desk->get('/api/auth/totp')->json, { enrolled => JSON::PP::false, required => JSON::PP::false, recoveryCodesLeft => 0, confirmedAt => undef }, 'others choose for themselves';
status_is login('desk'), 200, 'without one the password is enough for them';
$res = $desk->post('/api/auth/totp/enrol', {});
my $desks = $res->json->{secret};
status_is login('desk'), 200, 'also when they have begun';
error_is $desk->post('/api/auth/totp/confirm', { code => wrong($desks) }), 401, 'INVALID_CREDENTIALS', 'a wrong code confirms nothing';
error_is $clinic->as('doctor')->post('/api/auth/totp/confirm', { code => totp($desks) }), 401, 'INVALID_CREDENTIALS', 'nor anybody else\'s app';
$res = $desk->post('/api/auth/totp/confirm', { code => totp($desks) });
status_is $res, 200, 'the first code confirms';
is_deeply [ keys %{ $res->json } ], ['recoveryCodes'], 'and there is no new session to it';
is scalar @{ $res->json->{recoveryCodes} }, 10, 'but ten codes';
my @desks = @{ $res->json->{recoveryCodes} };
ok $desk->get('/api/auth/totp')->json->{enrolled}, 'from then on';
ok login('desk')->json->{mfaRequired}, 'they are asked';
error_is mfa(challenge('desk'), totp($secret)), 401, 'INVALID_CREDENTIALS', 'for their own: not another\'s code';
error_is recover(challenge('desk'), $codes[4]), 401, 'INVALID_CREDENTIALS', 'nor another\'s recovery code';
$clinic->psql("UPDATE auth.totp SET recovery_hashes = (SELECT recovery_hashes FROM auth.totp WHERE account_id = '$id{admin}') WHERE account_id = '$id{frontdesk}'");
error_is recover(challenge('desk'), $codes[4]), 401, 'INVALID_CREDENTIALS', 'even where its hash has been put';
error_is $desk->post('/api/auth/totp/enrol', {}), 409, 'BAD_TRANSITION', 'an app that is confirmed is not replaced by whoever finds a page open';
error_is $desk->post('/api/auth/totp/confirm', { code => totp($desks) }), 409, 'BAD_TRANSITION', 'nor confirmed again';
error_is $desk->post('/api/auth/totp/enrol', { challenge => challenge() }), 400, 'VALIDATION_ERROR', 'who is signed in sends no challenge';
error_is $visitor->post('/api/auth/totp/enrol', {}), 400, 'VALIDATION_ERROR', 'and who is not, one';
error_is $clinic->as('patient')->post('/api/auth/totp/enrol', {}), 403, 'FORBIDDEN', 'patients have no second factor';

# New recovery codes.
sub renew ($who, $password) { $who->post('/api/auth/totp/recovery-codes', { password => $password }) }
$clinic->psql("UPDATE auth.totp SET failures = 0");
$before = column('recovery_hashes', 'frontdesk');
error_is renew($desk, 'wrong'), 401, 'INVALID_CREDENTIALS', 'new recovery codes need the password';
error_is $desk->post('/api/auth/totp/recovery-codes', $_), 400, 'VALIDATION_ERROR', 'and nothing else' for {}, { password => undef }, { password => '' }, { password => $password, codes => [] };
is column('recovery_hashes', 'frontdesk'), $before, 'whoever is refused has changed nothing';
error_is renew($clinic->as('doctor'), $password), 404, 'NOT_FOUND', 'who has no second factor has no recovery codes';
$clinic->as('doctor')->post('/api/auth/totp/enrol', {});
error_is renew($clinic->as('doctor'), $password), 404, 'NOT_FOUND', 'nor has who has only begun';
$before = sessions();
$res = renew($desk, $password);
status_is $res, 200, 'with it there are others';
my @again = @{ $res->json->{recoveryCodes} };
is_deeply [ keys %{ $res->json } ], ['recoveryCodes'], 'and nothing more is told';
is scalar(grep { /^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/ } @again), 10, 'ten of them';
is scalar(keys %{ { map { $_ => 1 } @again, @desks } }), 20, 'each another than any before';
is column('cardinality(recovery_hashes)', 'frontdesk'), 10, 'kept as hashes';
is sessions(), $before, 'nobody is signed in or out by that';
error_is recover(challenge('desk'), $_), 401, 'INVALID_CREDENTIALS', 'those from before are dead at once' for @desks[ 0, 9 ];
status_is recover(challenge('desk'), $again[0]), 200, 'the new ones serve';
error_is recover(challenge('desk'), $again[0]), 401, 'INVALID_CREDENTIALS', 'once, too';
is $desk->get('/api/auth/totp')->json->{recoveryCodesLeft}, 9, 'and are counted';
forget_steps();
status_is mfa(challenge('desk'), totp($desks)), 200, 'the app is the same';
my @rounds = at_once(6, sub ($n) { renew($clinic->as('frontdesk'), $password)->json->{recoveryCodes}[0] });
is scalar(grep { recover(challenge('desk'), $_)->status == 200 } @rounds), 1, 'of six who ask at the same moment one has codes that serve';

sub unenrol ($who, $password) { $who->request('DELETE', '/api/auth/totp', { password => $password }, {}) }
error_is unenrol($desk, 'wrong'), 401, 'INVALID_CREDENTIALS', 'taking it away needs the password';
ok $desk->get('/api/auth/totp')->json->{enrolled}, 'else it stays';
status_is unenrol($desk, $password), 204, 'with it, it is gone';
error_is unenrol($desk, $password), 404, 'NOT_FOUND', 'once';
status_is login('desk'), 200, 'and nobody asks for it';
status_is unenrol($admin, $password), 204, 'an administrator changes to another app the same way';
ok login('admin')->json->{enrolmentRequired}, 'and has to set it up at the next sign-in';
status_is $admin->post('/api/auth/totp/enrol', {}), 200, 'or at once';

my $key = $clinic->admin_key;
error_is $key->get('/api/auth/totp'), 404, 'NOT_FOUND', 'the clinic\'s key is nobody, and has none';
error_is $key->post('/api/auth/totp/enrol', {}), 409, 'BAD_TRANSITION', 'nor can it';
error_is unenrol($key, $password), 404, 'NOT_FOUND', 'in any way';
error_is renew($key, $password), 404, 'NOT_FOUND', 'nor has it recovery codes';

# Moved, or altered: sealed for one place.
my $doctor = $clinic->as('doctor');
my $doctors = $doctor->post('/api/auth/totp/enrol', {})->json->{secret};
status_is $doctor->post('/api/auth/totp/confirm', { code => totp($doctors) }), 200, 'a doctor enrols';
$clinic->psql("UPDATE auth.totp SET step = -1, confirmed_at = now(), secret = (SELECT secret FROM auth.totp WHERE account_id = '$id{doctor}') WHERE account_id = '$id{admin}'");
error_is mfa(challenge(), totp($doctors)), 500, 'INTERNAL_ERROR', 'a secret that was copied to another account opens nothing';
$clinic->psql("UPDATE auth.account SET disabled = true WHERE id = '$id{doctor}'");
forget_steps();
error_is $visitor->post('/api/auth/login', { email => 'meera@opdesk.test', password => $password }), 401, 'INVALID_CREDENTIALS', 'a disabled account is asked for nothing';
$clinic->psql("UPDATE auth.account SET disabled = false WHERE id = '$id{doctor}'");
$challenge = challenge('meera');
$clinic->psql("UPDATE auth.account SET disabled = true WHERE id = '$id{doctor}'");
error_is mfa($challenge, totp($doctors)), 401, 'INVALID_CREDENTIALS', 'and one that is disabled in between gets no session';

# Begun on a device that an administrator has approved, and revokes in between.
$clinic->psql("UPDATE auth.account SET disabled = false WHERE id = '$id{doctor}'");
my $device = $clinic->psql("INSERT INTO auth.device (clinic_id, account_id, hash, approved_at) VALUES ('$DEMO{clinic}', '$id{doctor}', sha256('device'), now()) RETURNING id");
sub begun_there { my $c = challenge('meera'); $clinic->psql("UPDATE auth.challenge SET device_id = '$device' WHERE account_id = '$id{doctor}'"); forget_steps(); $c }
$challenge = begun_there();
status_is mfa($challenge, totp($doctors)), 200, 'who began on an approved device';
is $clinic->psql("SELECT device_id FROM auth.session WHERE account_id = '$id{doctor}' ORDER BY created_at DESC LIMIT 1"), $device, 'is signed in there';
$challenge = begun_there();
$clinic->psql("UPDATE auth.device SET revoked_at = now() WHERE id = '$device'");
error_is mfa($challenge, totp($doctors)), 401, 'UNAUTHENTICATED', 'and not when it was revoked in between';

#
# Limits
#

my $strict = clinic(programs => [qw(auth factor)], workers => 4, set => { OPDESK_TRUSTED_PROXIES => '127.0.0.1' });
SKIP: {
	skip 'it needs a proxy that is believed', 1 if $strict->server eq 'apache';
	my $n = 0;
	my $post = sub ($path, $body, $from = '203.0.113.' . ++$n % 250) { $strict->visitor->post($path, $body, { 'X-Forwarded-For' => $from }) };
	my $begin = sub { $post->('/api/auth/login', { email => 'desk@opdesk.test', password => $password })->json->{challenge} };
	my $d = $strict->as('frontdesk');
	my $s = $d->post('/api/auth/totp/enrol', {})->json->{secret};
	status_is $d->post('/api/auth/totp/confirm', { code => totp($s) }), 200, 'the desk enrols';
	my @c = map { $begin->() } 1 .. 6;
	$strict->psql('UPDATE auth.totp SET step = -1');
	my $home = $strict->visitor->post('/api/auth/mfa', { challenge => pop @c, code => totp($s) }, { 'X-Forwarded-For' => '203.0.113.252' });
	my ($known) = map { /^(__Secure-opdesk-known=[^;]+)/ ? $1 : () } $home->headers('Set-Cookie');
	$strict->psql('DELETE FROM core.limit_use');
	my @tries = map { my $c = $_; map { $post->('/api/auth/mfa', { challenge => $c, code => wrong($s) }) } 1 .. 5 } @c[ 0 .. 2 ];
	is join(' ', map { $_->status } @tries), join(' ', (401) x 15), 'fifteen tries for one account';
	my $no = $post->('/api/auth/mfa', { challenge => $c[3], code => totp($s) });
	error_is $no, 429, 'RATE_LIMITED', 'and no more within a minute, wherever they come from and whatever they say';
	like $no->header('Retry-After'), qr/^([1-9]|[1-5]\d|60)$/, 'with how long to wait';
	$strict->psql('UPDATE auth.totp SET step = -1');
	status_is $strict->visitor->post('/api/auth/mfa', { challenge => $c[4], code => totp($s) }, { 'X-Forwarded-For' => '203.0.113.252', Cookie => $known }), 200,
		'but who has that password keeps nobody out of where they were before';
	status_is $d->get('/api/auth/totp'), 200, 'who is signed in is so still';
	error_is $d->post('/api/auth/totp/enrol', {}), 409, 'BAD_TRANSITION', 'and may do what ends that';
	$strict->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '61 seconds' FROM unnest(uses) u)");
	$strict->psql('UPDATE auth.totp SET step = -1');
	status_is $post->('/api/auth/mfa', { challenge => $c[3], code => totp($s) }), 200, 'then it goes on';
	is join(' ', map { $_->status } map { $post->('/api/auth/mfa', { challenge => "nobody $_", code => '000000' }, '203.0.113.251') } 1 .. 16),
		join(' ', (401) x 15, 429), 'and from one place, with challenges of chance';
	$strict->psql('DELETE FROM core.limit_use');
	is join(' ', map { $_->status } map { $d->post('/api/auth/totp/enrol', {}) } 1 .. 16), join(' ', (409) x 15, 429), 'who is signed in has fifteen as well';
}

# Nothing of it is in a log, or on record.
my $logs = join '', map { $clinic->log_of(m{([^/]+)$}) } glob $clinic->dir . '/log/*';
like $logs, qr/event=factor-asked account=\S+ what=mfaRequired/, 'logs were written';
unlike $logs, qr/$_/, 'without a secret, a challenge or a recovery code' for $secret, $desks, $challenge, $codes[0], $desks[0], $again[0];
is $clinic->psql("SELECT count(*) FROM audit.event WHERE fields::text LIKE '%$secret%' OR fields->>'secret' <> 'changed'"), 0, 'nor is the record told';

contract_is_kept;
done_testing;
