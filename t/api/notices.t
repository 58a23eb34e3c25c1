#!/usr/bin/perl
# What protects an account has changed, and its owner is told: one message for
# each, to the right address and in their language, without anything secret;
# none of what was refused, and not hundreds (security.md A-17).
use v5.36;
use utf8;
use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Parallel;
use Opdesk::Rows;
use Opdesk::Test;
use Opdesk::Totp;

my $clinic = clinic(programs => [qw(auth factor passwords devices users profiles)],
	set => { OPDESK_DEVICE_APPROVAL => 'required', OPDESK_LIMIT_SENSITIVE => 0, OPDESK_TRUSTED_PROXIES => '127.0.0.1' });
my $next_door = Opdesk::Neighbour->new($clinic);
my $password = 'correct horse battery staple';
my %firefox = ('User-Agent' => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0');
my %id = map { $_ => $clinic->account($_)->{id} } qw(admin frontdesk doctor arun);
my ($admin, $desk, $meera, $visitor) = map { $clinic->as($_) } qw(admin frontdesk doctor none);
my @secrets;

# All notices since it was asked last, oldest first.
sub notices {
	state %seen;
	return grep { !$seen{ $_->{id} }++ } $clinic->rows('SELECT o.*, round(extract(epoch FROM expires_at - created_at)) AS lives FROM core.outbox o ORDER BY created_at, id');
}

# The message that a request has left: its only one.
sub tells ($res, $status, $to, $subject, $text, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @got = notices();
	is join(' | ', $res->status, map { "$_->{recipient}: $_->{subject}" } @got), join(' | ', $status, "$to: Hemant Trauma Centre: $subject"), $name or diag $res->line;
	return {} unless @got == 1;
	my $n = $got[0];
	like $n->{body}, $text, '... and says so';
	return $n;
}
sub silent ($res, $status, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is join(' | ', $res->status, map { "$_->{recipient}: $_->{subject}" } notices()), $status, $name or diag $res->line;
	return $res;
}
sub forget_limits { $clinic->psql(q(DELETE FROM core.limit_use WHERE bucket LIKE 'notice:%')) }
sub login ($who, $pass = $password, $device = undef, $headers = {}) {
	return $visitor->post('/api/auth/login', { email => "$who\@opdesk.test", password => $pass, $device ? (deviceId => $device) : () }, $headers);
}

#
# Passwords
#

silent $desk->post('/api/auth/password', { password => 'wrong', newPassword => 'a lamp and a chair' }), 401, 'a password that was not changed is told to nobody';
silent $desk->post('/api/auth/password', { password => $password, newPassword => 'password' }), 400, 'nor one that is not taken';
my $n = tells $desk->post('/api/auth/password', { password => $password, newPassword => 'a lamp and a chair' }, \%firefox), 204,
	'desk@opdesk.test', 'your password was changed', qr/^The password of your account was changed, and its other sessions were ended\./, 'who has another password is told';
is_deeply [ @$n{qw(clinic_id kind channel status lives)} ], [ $DEMO{clinic}, 'notice', 'email', 'queued', 432000 ], 'by e-mail, that is of use for five days';
my $when = $clinic->psql(qq(SELECT string_agg(to_char(timestamptz '$n->{created_at}' AT TIME ZONE 'Asia/Kolkata' + m, 'FMDD FMMonth YYYY, HH24:MI'), '|') FROM unnest('{-1 minute,0,1 minute}'::interval[]) m));
like $n->{body}, qr/^When: (?:$when) \(Asia\/Kolkata\)$/m, 'with when it was, by the clinic\'s clock';
like $n->{body}, qr/^Browser: Firefox on Windows$/m, 'from what kind of browser';
like $n->{body}, qr/^If that was not you, tell an administrator of the clinic at once\./m, 'and what to do';
like $n->{body}, qr/^This is about your account at Hemant Trauma Centre\./m, 'and of what clinic it speaks';
push @secrets, 'a lamp and a chair';

my $n_of = 0;
sub link_for ($who) {
	my $token = 'link-' . ++$n_of . 'x' x 37;
	push @secrets, $token;
	$clinic->psql("SELECT 1 FROM (SELECT auth.enter_system('$DEMO{clinic}')) s, LATERAL (SELECT auth.link_password('$id{$who}', '\\x" . sha256_hex($token) . "')) l");
	return $token;
}
my $link = link_for('frontdesk');
silent $visitor->post('/api/auth/password/reset', { token => 'x' x 43, newPassword => 'a door, a window' }), 401, 'a link that is none is told to nobody';
tells $visitor->post('/api/auth/password/reset', { token => $link, newPassword => $password }), 204,
	'desk@opdesk.test', 'your password was set by a link', qr/set by a one-time link, and all its sessions were ended\./, 'a password that a link has set';
silent $visitor->post('/api/auth/password/reset', { token => $link, newPassword => 'a door, a window' }), 401, 'is told once, as the link serves once';
$clinic->psql("UPDATE auth.account SET password_hash = NULL WHERE id = '$id{arun}'");
tells $visitor->post('/api/auth/password/reset', { token => link_for('arun'), newPassword => $password }), 204,
	'arun@opdesk.test', 'your password was set by a link', qr/./, 'the first one too: a link may have gone astray';

#
# The second factor
#

my $secret = silent($meera->post('/api/auth/totp/enrol', {}), 200, 'an app that is only shown changes nothing')->json->{secret};
silent $meera->post('/api/auth/totp/confirm', { code => '12345x' }), 401, 'nor does a wrong code';
silent $meera->request('DELETE', '/api/auth/totp', { password => $password }, {}), 204, 'nor that it is given up again';
$secret = $meera->post('/api/auth/totp/enrol', {})->json->{secret};
my $res = $meera->post('/api/auth/totp/confirm', { code => totp($secret) });
$n = tells $res, 200, 'meera@opdesk.test', 'your second factor was set up', qr/a code from an app is asked for after the password/, 'a second factor that is set up';
unlike $n->{body}, qr/^Browser:/m, 'who says nothing of their browser hears nothing of it';
my @codes = @{ $res->json->{recoveryCodes} };
push @secrets, $secret, @codes;
silent $meera->post('/api/auth/totp/confirm', { code => totp($secret) }), 409, 'once';

sub approved ($who) {
	my $no = login($who);
	my $device = $no->json->{deviceId} // die $no->line;
	my $row = $clinic->psql("SELECT id FROM auth.device WHERE hash = sha256('$device')");
	status_is $admin->post("/api/admin/devices/$row/approve"), 200, "a device of $who is approved";
	return ($device, $row);
}
my ($device, $row) = approved('meera');
silent $visitor->get('/api/profiles/me'), 401, 'of which nobody is told';
silent login('meera', 'wrong', $device), 401, 'nor of a wrong password from it';
$res = silent login('meera', $password, $device), 202, 'nor of half a sign-in';
my $at = { challenge => $res->json->{challenge} };
silent $visitor->post('/api/auth/mfa', { %$at, recoveryCode => 'aaaa-aaaa-aaaa-aaaa' }), 401, 'nor of what is no recovery code';
$clinic->psql('UPDATE auth.totp SET step = -1');
$n = tells $visitor->post('/api/auth/mfa', { %$at, code => totp($secret) }, { 'User-Agent' => 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1' }), 200,
	'meera@opdesk.test', 'a sign-in from a new device', qr/from a device for the first time since it was approved/, 'the first sign-in that a new device completes';
like $n->{body}, qr/^Browser: Safari on iPhone$/m, '... from what';

sub recover ($code) { $visitor->post('/api/auth/mfa', { challenge => login('meera', $password, $device)->json->{challenge}, recoveryCode => $code }) }
tells recover($codes[0]), 200, 'meera@opdesk.test', 'a recovery code was used', qr/in the place of the app\. 9 recovery codes are left\.$/m, 'a recovery code that is used, and how many are left';
silent recover($codes[0]), 401, 'once more is no use of it';
$clinic->psql("UPDATE auth.totp SET recovery_hashes = recovery_hashes[1:3]");
tells recover($codes[1]), 200, 'meera@opdesk.test', 'a recovery code was used', qr/2 recovery codes are left\. Make new ones under "My account"\.$/m, 'few';
tells recover($codes[2]), 200, 'meera@opdesk.test', 'a recovery code was used', qr/1 recovery code is left\. Make/m, 'one';
tells recover($codes[3]), 200, 'meera@opdesk.test', 'a recovery code was used', qr/No recovery code is left\. Make/m, 'none';

sub renew ($pass) { $meera->post('/api/auth/totp/recovery-codes', { password => $pass }) }
silent renew('wrong'), 401, 'codes that were not made';
$res = renew($password);
tells $res, 200, 'meera@opdesk.test', 'new recovery codes were made', qr/Those from before work no more\./, 'and those that were';
push @secrets, @{ $res->json->{recoveryCodes} };
silent $desk->post('/api/auth/totp/recovery-codes', { password => $password }), 401, 'who is signed out makes none';

silent $meera->request('DELETE', '/api/auth/totp', { password => 'wrong' }, {}), 401, 'a second factor that stays';
tells $meera->request('DELETE', '/api/auth/totp', { password => $password }, {}), 204, 'meera@opdesk.test', 'your second factor was removed', qr/the password alone signs in/, 'one that is removed';
silent $meera->request('DELETE', '/api/auth/totp', { password => $password }, {}), 404, 'once';

$clinic->psql("INSERT INTO auth.totp (account_id, clinic_id, secret, confirmed_at) VALUES ('$id{frontdesk}', '$DEMO{clinic}', 'x', NULL)");
silent $admin->del("/api/admin/users/$id{frontdesk}/second-factor"), 204, 'one that was never confirmed';
$clinic->psql("INSERT INTO auth.totp (account_id, clinic_id, secret, confirmed_at) VALUES ('$id{frontdesk}', '$DEMO{clinic}', 'x', now())");
silent $clinic->as('doctor')->del("/api/admin/users/$id{frontdesk}/second-factor"), 403, 'or that somebody may not take away';
silent $next_door->as('admin')->del("/api/admin/users/$id{frontdesk}/second-factor"), 404, 'of another clinic neither';
$n = tells $admin->del("/api/admin/users/$id{frontdesk}/second-factor", \%firefox), 204, 'desk@opdesk.test', 'an administrator took your second factor away', qr/ended its sessions/, 'one that an administrator takes away';
unlike $n->{body}, qr/^Browser:/m, 'whose browser is their own affair';

#
# Devices
#

silent login('meera', $password, $device), 200, 'the second sign-in from a device is an ordinary one';
$admin->post("/api/admin/devices/$row/revoke");
silent login('meera', $password, $device), 403, 'one that is revoked signs nobody in';
$admin->post("/api/admin/devices/$row/approve") for 1, 2;
tells login('meera', $password, $device), 200, 'meera@opdesk.test', 'a sign-in from a new device', qr/first time since it was approved/, 'and is as new when it is approved again';
($device, $row) = approved('desk');
at_once(6, sub ($i) { login('desk', $password, $device)->status });
is join(' ', map { $_->{recipient} } notices()), 'desk@opdesk.test', 'six sign-ins at the same moment from a new device: one message';

#
# A refresh token that comes again
#

$res = login('desk', $password, $device);
my ($old) = $res->json->{refreshToken};
$clinic->age(refresh => 60);
my $next = silent($visitor->post('/api/auth/refresh', { refreshToken => $old }), 200, 'a refresh is told to nobody')->json;
push @secrets, $old, $next->{refreshToken}, $next->{accessToken};
silent $visitor->post('/api/auth/refresh', { refreshToken => $old }), 200, 'nor an answer that was lost and is given again';
$clinic->age(refresh => 60);
$n = tells $visitor->post('/api/auth/refresh', { refreshToken => $old }, \%firefox), 401, 'desk@opdesk.test', 'a session was ended to be safe', qr/was used a second time/, 'a refresh token that comes again: 401, and its owner is told';
like $n->{body}, qr/^Browser: Firefox on Windows$/m, 'from what it came';
error_is $clinic->client(token => $next->{accessToken})->get('/api/profiles/me'), 401, 'UNAUTHENTICATED', 'and the session is ended';
silent $visitor->post('/api/auth/refresh', { refreshToken => $_ }), 401, 'of a family that is dead there is nothing to tell' for $old, $next->{refreshToken};

my @family = login('desk', $password, $device)->json->{refreshToken};
for (1 .. 4) {
	push @family, $visitor->post('/api/auth/refresh', { refreshToken => $family[-1] })->json->{refreshToken};
	$clinic->age(refresh => 60);
}
at_once(4, sub ($i) { $visitor->post('/api/auth/refresh', { refreshToken => $family[ $i - 1 ] })->status });
is join(' ', map { $_->{subject} } notices()), 'Hemant Trauma Centre: a session was ended to be safe', 'four old tokens of one family at the same moment: one message';

# Two clinics, and a token that comes to the other's host.
$clinic->psql("UPDATE auth.account SET email = 'next\@opdesk.test' WHERE id = '" . $next_door->account('frontdesk') . "'");
$clinic->psql("INSERT INTO auth.session (id, clinic_id, account_id, role, secret_hash, expires_at) SELECT '$DEMO{asha}', clinic_id, id, role, sha256('x'), now() + interval '1 hour' FROM auth.account WHERE email = 'next\@opdesk.test'");
$clinic->psql("INSERT INTO auth.refresh (hash, clinic_id, session_id, used_at, expires_at) SELECT sha256('tossed'), clinic_id, id, now() - interval '1 minute', now() + interval '1 hour' FROM auth.session WHERE id = '$DEMO{asha}'");
error_is $visitor->post('/api/auth/refresh', { refreshToken => 'tossed' }), 401, 'UNAUTHENTICATED', 'a token that comes again at another clinic\'s host';
($n) = notices();
is join(' ', @$n{qw(recipient clinic_id)}), join(' ', 'next@opdesk.test', $clinic->psql("SELECT clinic_id FROM auth.account WHERE email = 'next\@opdesk.test'")), 'is told to its owner, by their clinic';
is $clinic->psql("SELECT revoked_at IS NOT NULL FROM auth.session WHERE id = '$DEMO{asha}'"), 't', 'and its session is ended';

#
# E-mail, and what is told to nobody
#

sub user ($who) { my ($u) = grep { $_->{id} eq $id{$who} } @{ $admin->get('/api/admin/users')->json->{items} }; $u }
sub save ($who, %members) { $admin->patch("/api/admin/users/$id{$who}", { version => user($who)->{version}, %members }) }
silent save('arun', email => 'meera@opdesk.test'), 400, 'an address that somebody has';
silent save('arun', email => 'Arun@opdesk.test'), 200, 'the same address in capitals';
tells save('arun', email => 'shah@opdesk.test'), 200, 'Arun@opdesk.test', 'the e-mail of your account was changed', qr/come here no more/, 'who has another e-mail hears of it at the old one';
silent save('arun', disabled => JSON::PP::true), 200, 'who is disabled is told nothing';
silent save('arun', disabled => JSON::PP::false), 200, 'nor who is enabled';
silent save('frontdesk', name => 'Deepak J.'), 200, 'nor whose name is changed';
$clinic->psql("UPDATE auth.account SET email = NULL WHERE id = '$id{doctor}'");
silent $meera->post('/api/auth/password', { password => $password, newPassword => 'a table and a cup' }), 204, 'who has no address gets no message';
$clinic->psql("UPDATE auth.account SET email = 'meera\@opdesk.test' WHERE id = '$id{doctor}'");
tells save('frontdesk', email => 'joshi@opdesk.test'), 200, 'desk@opdesk.test', 'the e-mail of your account was changed', qr/./, 'another address';
$desk = $clinic->client(token => $clinic->session(account => $id{frontdesk}));
tells $desk->post('/api/auth/password', { password => $password, newPassword => 'a table and a cup' }), 204, 'joshi@opdesk.test', 'your password was changed', qr/./, 'gets the messages from then on';
silent $clinic->admin_key->get('/api/profiles/me'), 200, 'the clinic\'s key is nobody';

#
# In Hindi, and with names of all kinds
#

$clinic->psql("UPDATE auth.account SET language = 'hi' WHERE id = '$id{frontdesk}'");
forget_limits();
my $change = sub ($i, $headers = {}) { $desk->post('/api/auth/password', { password => 'a table and a cup', newPassword => 'a table and a cup' }, $headers) };
$n = tells $change->(1, \%firefox), 204, 'joshi@opdesk.test', 'आपका पासवर्ड बदला गया', qr/^आपके खाते का पासवर्ड बदला गया/, 'who has chosen Hindi is told in Hindi';
like $n->{body}, qr/^कब: \d+ (?:जनवरी|फ़रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर) \d{4}, \d\d:\d\d \(Asia\/Kolkata\)$/m, 'when';
like $n->{body}, qr/^ब्राउज़र: Windows पर Firefox$/m, 'and by what';
unlike $n->{body} =~ s/Asia\/Kolkata|Windows|Firefox|Hemant Trauma Centre//gr, qr/[A-Za-z]/, 'without a word of English';
$clinic->psql("UPDATE auth.account SET language = 'fr' WHERE id = '$id{frontdesk}'");
$n = tells $change->(2, { 'User-Agent' => 'Go to http://evil.example and type your password' }), 204, 'joshi@opdesk.test', 'your password was changed', qr/./, 'any other language is English';
unlike $n->{body}, qr/evil|Browser/, 'and nobody puts words of their own into it';

#
# Not hundreds
#

forget_limits();
my @sent = map { $change->($_); map { $_->{body} =~ /^It is the fifth message of this kind within a day\./m ? 'last' : 'one' } notices() } 1 .. 12;
is "@sent", 'one one one one last', 'of one kind five are sent within a day, of which the last says so';
forget_limits();
at_once(10, sub ($i) { $change->($i)->status });
is scalar(notices()), 5, 'as of ten at once';
$secret = $desk->post('/api/auth/totp/enrol', {})->json->{secret};
tells $desk->post('/api/auth/totp/confirm', { code => totp($secret) }), 200, 'joshi@opdesk.test', 'your second factor was set up', qr/./, 'another kind is told all the same';
tells $meera->post('/api/auth/password', { password => 'a table and a cup', newPassword => $password }), 204, 'meera@opdesk.test', 'your password was changed', qr/./, 'and another person';
$clinic->psql(q(UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '1 day' FROM unnest(uses) u) WHERE bucket LIKE 'notice:%'));
tells $change->(13), 204, 'joshi@opdesk.test', 'your password was changed', qr/./, 'after a day it goes on';

# All or nothing.
forget_limits();
my %before = rows_of($clinic);
$clinic->psql("ALTER TABLE core.outbox ADD CONSTRAINT full_up CHECK (kind <> 'notice') NOT VALID");
error_is $change->(14), 500, 'INTERNAL_ERROR', 'where it cannot be told';
same_rows($clinic, \%before, 'nothing is changed');
is $clinic->psql(q(SELECT count(*) FROM core.limit_use WHERE bucket LIKE 'notice:%')), 0, 'nor counted';
$clinic->psql('ALTER TABLE core.outbox DROP CONSTRAINT full_up');

#
# Nothing secret, and the names that pages use
#

my @all = $clinic->rows("SELECT subject, body FROM core.outbox WHERE kind = 'notice'");
cmp_ok scalar @all, '>', 30, 'all these messages';
my $text = join "\n", map { "$_->{subject}\n$_->{body}" } @all;
is join(' ', grep { index($text, $_) >= 0 } @secrets, map { s/-//gr } @secrets), '', 'have no password, code or token in them';
unlike $text, qr{://|www\.|argon2|\\x|[0-9a-f]{32}}, 'no link, and no hash';

open my $pages, '<', "$Opdesk::Cluster::TOP/www/src/staff/users/agent.js" or die $!;
my $js = join '', <$pages>;
my %js = map { $_ => 1 } $js =~ m{\[/.+?/, '([^']+)'\]}g;
my %sql = map { $_ => 1 } $clinic->psql("SELECT prosrc FROM pg_proc WHERE proname = 'signin_browser'") =~ /THEN '([^'%]+)'/g;
is join(', ', sort keys %sql), join(', ', sort keys %js), 'browsers and systems are called as on the pages';

contract_is_kept;
done_testing;
