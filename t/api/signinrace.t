#!/usr/bin/perl
# Signing in at the very moment when the account is disabled, gets another
# role or password, or its device is revoked: whoever comes first, nobody is
# left signed in (security.md A-19).
#
# First step by step: another connection holds the row, so that the one waits
# for the other.  Then many times at once, as it comes.
use v5.36;
use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use Opdesk::Contract;
use Opdesk::Parallel;
use Opdesk::Sql;
use Opdesk::Test;
use Opdesk::Totp;

my $rounds = $ENV{OPDESK_LONG} ? 200 : 12;
my $clinic = clinic(programs => [qw(auth otp factor passwords devices users profiles)],
	set => { OPDESK_DEVICE_APPROVAL => 'required', OPDESK_ADMIN_MFA => 'required', OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0,
		OPDESK_ARGON2_MEMORY => 64, OPDESK_ARGON2_PASSES => 1 });
my $visitor = $clinic->visitor;
my $me = '/api/profiles/me';
my $old = 'correct horse battery staple';
my $new = 'another one of theirs';
my $other = Opdesk::Sql->new($clinic);

# Somebody of the staff who has a device, signed in once, and is signed in no more.
sub person ($role = 'frontdesk') {
	state $n = 0;
	my $email = 'p' . ++$n . '@opdesk.test';
	my $id = $clinic->psql("INSERT INTO auth.account (clinic_id, role, name, email, password_hash)
		SELECT clinic_id, '$role', 'P', '$email', password_hash FROM auth.account WHERE email = 'desk\@opdesk.test' RETURNING id");
	my $device = "device$n" . 'x' x 30;
	$clinic->psql("INSERT INTO auth.device (clinic_id, account_id, hash, approved_at) VALUES ('$DEMO{clinic}', '$id', '\\x" . sha256_hex($device) . "', now())");
	return { id => $id, email => $email, device => $device };
}
sub login ($who, $password = $old) { $visitor->post('/api/auth/login', { email => $who->{email}, password => $password, deviceId => $who->{device} }) }
sub used ($who) { # so that the cost of the hash is the one of now
	status_is login($who), 200, 'somebody signs in';
	$clinic->psql("UPDATE auth.session SET revoked_at = now() WHERE account_id = '$who->{id}'");
	return $who;
}
sub with_app ($who) {
	my $c = $clinic->client(token => $clinic->session(account => $who->{id}));
	my $secret = $c->post('/api/auth/totp/enrol', {})->json->{secret};
	$who->{codes} = $c->post('/api/auth/totp/confirm', { code => totp($secret) })->json->{recoveryCodes};
	$clinic->psql("UPDATE auth.totp SET step = -1 WHERE account_id = '$who->{id}'");
	$clinic->psql("UPDATE auth.session SET revoked_at = now() WHERE account_id = '$who->{id}'");
	$who->{secret} = $secret;
	return $who;
}
sub challenge ($who) { login($who)->json->{challenge} }
sub in_short ($res) { { status => $res->status, map { $_ => $res->json->{$_} } qw(accessToken refreshToken challenge enrolmentRequired) } }

sub waits () { $clinic->psql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") }
sub alive ($who) { $clinic->psql("SELECT count(*) FROM auth.session WHERE account_id = '$who->{id}' AND revoked_at IS NULL") }
sub goes_on ($who) { $clinic->psql("SELECT count(*) FROM auth.challenge WHERE account_id = '$who->{id}'") }

# What comes of a request that waits for a transaction, which then commits.
sub meanwhile ($sql, $request) {
	$other->run("BEGIN; $sql");
	my $answer = start_all(1, sub ($) { in_short($request->()) });
	wait_until { waits() } 'it waits';
	$other->run('COMMIT');
	return ($answer->())[0];
}

#
# The other comes first
#

my %ends = (
	'is disabled' => sub ($who) { "UPDATE auth.account SET disabled = true WHERE id = '$who->{id}'" },
	'has lost the device' => sub ($who) { "UPDATE auth.device SET revoked_at = now() WHERE account_id = '$who->{id}'" },
	'has another password' => sub ($who) { "SELECT auth.set_password('$who->{id}', (SELECT password_hash FROM auth.account WHERE id = '$who->{other}'), NULL)" },
);
my $stranger = used(person());
$clinic->psql("SELECT auth.set_password('$stranger->{id}', NULL, NULL)");
my ($token) = 'x' x 43;
$clinic->psql("SELECT auth.enter_system('$DEMO{clinic}'), auth.link_password('$stranger->{id}', '\\x" . sha256_hex($token) . "')");
status_is $visitor->post('/api/auth/password/reset', { token => $token, newPassword => $new }), 204, 'somebody has another password';

for my $what (sort keys %ends) {
	for my $first (0, 1) {
		my $who = $first ? person() : used(person());
		$who->{other} = $stranger->{id};
		my $got = meanwhile($ends{$what}->($who), sub { login($who) });
		like $got->{status}, qr/^40[13]$/, "who $what while they sign in" . ($first ? ', for the first time under a new cost,' : '') . " is refused";
		is alive($who), 0, 'and not signed in';
		next if $what ne 'has another password';
		status_is login($who, $new), 200, 'the new password is the one that counts';
		error_is login($who), 401, 'INVALID_CREDENTIALS', 'and the old one none';
	}
	my $who = with_app(used(person()));
	$who->{other} = $stranger->{id};
	my $got = meanwhile($ends{$what}->($who), sub { login($who) });
	isnt $got->{status}, 200, "who $what while their password is looked at goes no further";
	is goes_on($who), 0, '... by that password' if $what eq 'has another password';

	for my $way (qw(code recoveryCode)) {
		$who = with_app(used(person()));
		$who->{other} = $stranger->{id};
		my $challenge = challenge($who);
		my %shown = ($way => $way eq 'code' ? totp($who->{secret}) : $who->{codes}[0]);
		$got = meanwhile($ends{$what}->($who), sub { $visitor->post('/api/auth/mfa', { challenge => $challenge, %shown }) });
		is $got->{status}, 401, "who $what while they show a $way is refused";
		is alive($who), 0, 'and not signed in';
	}
}

# A device that is approved while others crowd it out stays.
my $crowded = used(person());
$clinic->psql("INSERT INTO auth.device (clinic_id, account_id, hash, seen_at) SELECT '$DEMO{clinic}', '$crowded->{id}', sha256(i::text::bytea), now() - i * interval '1 hour' FROM generate_series(1, 10) i");
my ($oldest) = $clinic->psql("SELECT id FROM auth.device WHERE account_id = '$crowded->{id}' ORDER BY seen_at LIMIT 1");
my $from_an_eleventh = meanwhile("UPDATE auth.device SET approved_at = now() WHERE id = '$oldest'", sub { login({ %$crowded, device => 'x' x 40 }) });
is $from_an_eleventh->{status}, 403, 'an eleventh device waits';
is $clinic->psql("SELECT count(*) FROM auth.device WHERE id = '$oldest' AND approved_at IS NOT NULL"), 1, 'and the one that was approved in that moment is there';

# A twin of the sign-in that renews the hash does not spoil it.
my $who = person();
my $hash = $clinic->psql("SELECT password_hash FROM auth.account WHERE id = '$who->{id}'");
is join(' ', sort map { $_->{status} } at_once(6, sub ($) { in_short(login($who)) })), join(' ', (200) x 6), 'six sign-ins of one person at the same moment all succeed';
isnt $clinic->psql("SELECT password_hash FROM auth.account WHERE id = '$who->{id}'"), $hash, 'and have renewed the hash';

# Patients.
my $phone = '+919800000001';
sub code () { ($clinic->psql("SELECT body FROM core.outbox WHERE recipient = '$phone' AND kind = 'code' ORDER BY created_at DESC, id LIMIT 1") =~ /^(\d{6})/)[0] }
my $asha = { id => $clinic->account('patient')->{id} };
$visitor->post('/api/auth/otp/request', { phone => $phone });
my $code = code();
my $got = meanwhile($ends{'is disabled'}->($asha), sub { $visitor->post('/api/auth/otp/verify', { phone => $phone, code => $code }) });
is $got->{status}, 401, 'a patient who is disabled while they sign in is refused';
is alive($asha), 0, 'and not signed in';

#
# The sign-in comes first
#

# It has the account, and waits for the clinic's row before it has a session.
my $admin = $clinic->admin_key;
sub overtakes ($who, $request) {
	$other->run("BEGIN; SELECT FROM core.clinic WHERE id = '$DEMO{clinic}' FOR UPDATE");
	my $answer = start_all(1, sub ($) { in_short(login($who)) });
	wait_until { waits() == 1 } 'a sign-in is almost there';
	my $second = start_all(1, sub ($) { { status => $request->()->status } });
	wait_until { waits() == 2 } 'and another request comes to the same account';
	$other->run('COMMIT');
	my ($in) = $answer->();
	is $in->{status}, 200, 'the sign-in succeeds';
	is(($second->())[0]{status}, 200, 'as does the other');
	error_is $clinic->client(token => $in->{accessToken})->get($me), 401, 'UNAUTHENTICATED', 'whose effect is there with the next request';
	error_is $visitor->post('/api/auth/refresh', { refreshToken => $in->{refreshToken} }), 401, 'UNAUTHENTICATED', 'for the refresh token too';
	is alive($who), 0, 'nobody is signed in';
}
$who = used(person());
my ($version) = $clinic->psql("SELECT version FROM auth.account WHERE id = '$who->{id}'");
overtakes($who, sub { $admin->patch("/api/admin/users/$who->{id}", { version => 0 + $version, disabled => JSON::PP::true }) });
$who = used(person());
my ($device) = $clinic->psql("SELECT id FROM auth.device WHERE account_id = '$who->{id}'");
overtakes($who, sub { $admin->post("/api/admin/devices/$device/revoke") });

#
# As it comes
#

for my $act (sort keys %ends) {
	my %seen;
	my $left = 0;
	for (1 .. $rounds) {
		my $who = person();
		$who->{other} = $stranger->{id};
		my $refreshes = login($who)->json->{refreshToken};
		my @got = at_once(4, sub ($n) {
			if ($n == 1) {
				$clinic->psql($ends{$act}->($who));
				return {};
			}
			return in_short($n == 2 ? $visitor->post('/api/auth/refresh', { refreshToken => $refreshes }) : login($who));
		});
		$seen{ $_->{status} // 'done' }++ for @got;
		$left += alive($who);
	}
	is $left, 0, "who $act beside sign-ins and a refresh, $rounds times, is never left signed in";
	is join(' ', grep { !/^(200|401|403|done)$/ } sort keys %seen), '', 'and all are told so';
	note join ', ', map { "$_: $seen{$_}" } sort keys %seen;
}

#
# Where devices need no approval, a sign-in has the account only in the end
#

$clinic = clinic(programs => [qw(auth profiles)], set => { OPDESK_ADMIN_MFA => 'required', OPDESK_LIMIT_SENSITIVE => 0 });
$visitor = $clinic->visitor;
$other = Opdesk::Sql->new($clinic);
$who = used(person());
$got = meanwhile("UPDATE auth.account SET role = 'admin' WHERE id = '$who->{id}'", sub { login($who) });
ok $got->{enrolmentRequired}, 'who becomes an administrator while they sign in has to set up a second factor first';
is alive($who), 0, 'and is not signed in yet';
$who = used(person());
$got = meanwhile("UPDATE auth.account SET password_hash = 'another' WHERE id = '$who->{id}'", sub { login($who) });
is $got->{status}, 401, 'who has another password while they sign in is refused';
is alive($who), 0, 'and not signed in';

contract_is_kept;
done_testing;
