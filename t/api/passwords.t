#!/usr/bin/perl
# Setting another password: which ones are taken, who may, what ends with the
# old one, and links that serve once (security.md A-11, A-19, A-81, E-67).
use v5.36;
use utf8;
use Digest::SHA qw(sha256_hex);
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Parallel;
use Opdesk::Test;
use Opdesk::Totp;

my $clinic = clinic(programs => [qw(auth passwords factor profiles)], hub => 1, set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $visitor = $clinic->visitor;
my $me = '/api/profiles/me';
my $demo = 'correct horse battery staple';
my %now = map { $_ => $demo } qw(desk meera arun admin);
my $desk_id = $clinic->account('frontdesk')->{id};

sub login ($who, $password = $now{$who}, $from = $visitor) { $from->post('/api/auth/login', { email => "$who\@opdesk.test", password => $password }) }
sub in ($who) { my $res = login($who); $clinic->client(token => $res->json->{accessToken}, refresh => $res->json->{refreshToken}) }
sub refresh ($client) { $visitor->post('/api/auth/refresh', { refreshToken => $client->{refresh} }) }
sub change ($client, $new, $old) { $client->post('/api/auth/password', { password => $old, newPassword => $new }) }
sub reset_by ($token, $new, $from = $visitor) { $from->post('/api/auth/password/reset', { token => $token, newPassword => $new }) }
sub is_refused ($res, $why) {
	error_is $res, 400, 'VALIDATION_ERROR', $why;
	is join(' ', map { $_->{field} } @{ $res->json->{details} // [] }), 'newPassword', '... with the field at fault';
}

# As api.password_link makes one, which t/sql/factor.sql asks as an administrator.
sub link_for ($id) {
	state $n = 0;
	my $token = 'link-' . ++$n . 'x' x 38;
	my $ends = $clinic->psql("SELECT ends FROM (SELECT auth.enter_system('$DEMO{clinic}')) s, LATERAL (SELECT auth.link_password('$id', '\\x" . sha256_hex($token) . "') AS ends) l");
	return ($token, $ends);
}

#
# What is a password
#

my $desk = in('desk');
is_refused change($desk, $_, $demo), 'too short: ' . length for '', 'a', 'a' x 7, 'पासवर्ड';
is_refused change($desk, 'x' x $_, $demo), "too long: $_" for 257, 1000;
is_refused change($desk, $_, $demo), "common: $_" for qw(password 12345678 PASSWORD Password1 qwertyuiop iloveyou trustno1 zz8807zpl);
is_refused change($desk, $_, $demo), "their e-mail: $_" for 'desk@opdesk.test', 'DESK@opdesk.test';
error_is change($desk, "long enough\0", $demo), 400, 'VALIDATION_ERROR', 'with a NUL';
error_is change($desk, $_, $demo), 400, 'VALIDATION_ERROR', 'what is no text' for undef, 12345678, ['correct horse'], {};
open my $list, '<', "$Opdesk::Cluster::TOP/lib/password_common.def" or die $!;
my @common = map { /^COMMON\("(.*)"\)/ ? $1 : () } <$list>;
is scalar @common, 3000, 'there is a list of three thousand';
is scalar(grep { change($desk, $_, $demo)->status != 400 } @common[ map { $_ * 29 } 0 .. 103 ]), 0, 'of which none is taken';
status_is login('desk'), 200, 'nothing of that has changed the password';

for my $new ('zwxyvuts', '        8', 'x' x 256, 'यह मेरा नया पासवर्ड है', 'कुंजी' x 40, 'password of mine', '<b>"\';--', 'Correct Horse Battery Staple') {
	status_is change($desk, $new, $now{desk}), 204, 'taken: ' . substr($new, 0, 30);
	error_is login('desk'), 401, 'INVALID_CREDENTIALS', 'the old one signs in no more';
	$now{desk} = $new;
	status_is login('desk'), 200, 'the new one does';
}
error_is login('desk', $_), 401, 'INVALID_CREDENTIALS', 'but not nearly the same' for lc $now{desk}, "$now{desk} ", substr($now{desk}, 0, -1);
like $clinic->psql("SELECT password_hash FROM auth.account WHERE id = '$desk_id'"), qr/^\$argon2id\$v=19\$m=\d+,t=\d+,p=1\$/, 'kept as a hash with its parameters';

#
# Who may, and what ends
#

error_is change($desk, 'another one of mine', 'wrong'), 401, 'INVALID_CREDENTIALS', 'it needs the old one';
error_is change($desk, 'another one of mine', $demo), 401, 'INVALID_CREDENTIALS', 'not one from before';
error_is $clinic->as('patient')->post('/api/auth/password', { password => $demo, newPassword => 'another one of mine' }), 403, 'FORBIDDEN', 'patients have none';
error_is $visitor->post('/api/auth/password', { password => $demo, newPassword => 'another one of mine' }), 401, 'UNAUTHENTICATED', 'nor strangers';
error_is $clinic->admin_key->post('/api/auth/password', { password => 'opdesk-demo-admin-key', newPassword => 'another one of mine' }), 401, 'INVALID_CREDENTIALS', 'nor the clinic\'s key';
status_is $desk->get($me), 200, 'who was refused is signed in still';

my ($here, $there, $other) = (in('desk'), in('desk'), in('meera'));
my $browser = $clinic->visitor(browser => 1);
login('desk', $now{desk}, $browser);
my $live = $clinic->live(token => $there->token);
is $live->join('profiles')->{status}, 'ok', 'somebody is signed in twice, and live';
my ($link) = link_for($desk_id);
my $at = time;
status_is change($here, 'a third one of mine', $now{desk}), 204, 'and changes the password in one place';
$now{desk} = 'a third one of mine';
error_is $there->get($me), 401, 'UNAUTHENTICATED', 'the other is out with the next request';
error_is refresh($there), 401, 'UNAUTHENTICATED', 'and not back by its refresh token';
error_is $browser->get($me), 401, 'UNAUTHENTICATED', 'nor is a browser';
error_is $browser->post('/api/auth/refresh'), 401, 'UNAUTHENTICATED', 'by its cookie';
is $live->code, 4401, 'the live connection is cut';
cmp_ok time - $at, '<=', 2, 'within two seconds';
error_is $desk->get($me), 401, 'UNAUTHENTICATED', 'as is whatever else was open';
status_is $here->get($me), 200, 'the one that changed it stays';
status_is refresh($here), 200, 'and is refreshed';
status_is $other->get($me), 200, 'other people notice nothing';
error_is reset_by($link, 'by an older link'), 401, 'INVALID_CREDENTIALS', 'a link that was under way works no more';
$here = in('desk');
my @status = sort(at_once(6, sub ($n) { change($here, "number $n of them", $now{desk})->status }));
is join(' ', @status), '204 401 401 401 401 401', 'six changes at the same moment: one counts';

# A second factor stays, and a sign-in that had begun is over.
my $meera = in('meera');
my $secret = $meera->post('/api/auth/totp/enrol', {})->json->{secret};
$meera->post('/api/auth/totp/confirm', { code => totp($secret) });
$clinic->psql('UPDATE auth.totp SET step = -1');
my $challenge = login('meera')->json->{challenge};
status_is change($meera, 'another one of hers', $now{meera}), 204, 'a doctor with a second factor changes it';
error_is $visitor->post('/api/auth/mfa', { challenge => $challenge, code => totp($secret) }), 401, 'INVALID_CREDENTIALS', 'who had come half way with the old one goes no further';
my $half = login('meera', 'another one of hers')->json;
ok $half->{mfaRequired}, 'the new one is half of a sign-in as before';
status_is $visitor->post('/api/auth/mfa', { challenge => $half->{challenge}, code => totp($secret) }), 200, 'and the app the other';

#
# By a link
#

my ($token, $ends) = link_for($clinic->account('arun')->{id});
ok $clinic->psql("SELECT abs(extract(epoch FROM timestamptz '$ends' - now()) - 86400) < 5") eq 't', 'a link works for a day';
is $clinic->psql("SELECT count(*) FROM auth.password_link l WHERE l::text LIKE '%$token%'"), 0, 'and is stored as a hash';
my $arun = in('arun');
error_is reset_by($_, 'a new one of his'), 401, 'INVALID_CREDENTIALS', "'$_' is no link" for 'x' x 43, 'x', substr($token, 0, -1), "$token ", "' OR 1=1 --";
error_is reset_by($_, 'a new one of his'), 400, 'VALIDATION_ERROR', 'nor is what is no text' for undef, 5, [], {};
is_refused reset_by($token, $_), "what is no password is none here: $_" for 'short', 'password', 'x' x 257, 'ARUN@opdesk.test';
status_is login('arun'), 200, 'none of which changed it';
status_is reset_by($token, 'a new one of his'), 204, 'the link sets the password';
error_is $arun->get($me), 401, 'UNAUTHENTICATED', 'and ends all sessions';
error_is refresh($arun), 401, 'UNAUTHENTICATED', 'for good';
error_is login('arun'), 401, 'INVALID_CREDENTIALS', 'the old one signs in no more';
status_is login('arun', 'a new one of his'), 200, 'the new one does';
error_is reset_by($token, 'and once more'), 401, 'INVALID_CREDENTIALS', 'a link serves once';
status_is login('arun', 'a new one of his'), 200, 'so nobody comes after';
my $id = $clinic->account('arun')->{id};
($token) = link_for($id);
my ($newer) = link_for($id);
error_is reset_by($token, 'a newer one of his'), 401, 'INVALID_CREDENTIALS', 'a newer link takes the place of an older one';
$clinic->psql("UPDATE auth.password_link SET expires_at = expires_at - interval '86401 seconds'");
error_is reset_by($newer, 'a newer one of his'), 401, 'INVALID_CREDENTIALS', 'and works for a day only';
($token) = link_for($id);
@status = sort(at_once(6, sub ($n) { reset_by($token, "number $n of his", $clinic->visitor)->status }));
is join(' ', @status), '204 401 401 401 401 401', 'six at the same moment: one is let in';
($token) = link_for($id);
$clinic->psql("UPDATE auth.account SET disabled = true WHERE id = '$id'");
error_is reset_by($token, 'a newer one of his'), 401, 'INVALID_CREDENTIALS', 'a disabled account gets none';
is((link_for($id))[1], '', 'nor a link');
$clinic->psql("UPDATE auth.account SET disabled = false WHERE id = '$id'");
error_is $visitor->post('/api/auth/password/reset', { token => $token, newPassword => 'a newer one of his' }, { Origin => 'http://evil.example' }), 403, 'CSRF', 'no other site sets anybody\'s';
my $new = $clinic->psql("INSERT INTO auth.account (clinic_id, role, name, email) VALUES ('$DEMO{clinic}', 'frontdesk', 'New', 'new\@opdesk.test') RETURNING id");
($token, $ends) = link_for($new);
ok $clinic->psql("SELECT abs(extract(epoch FROM timestamptz '$ends' - now()) - 604800) < 5") eq 't', 'who has no password yet has a week';
status_is reset_by($token, 'the first of theirs'), 204, 'to set the first one';
status_is login('new', 'the first of theirs'), 200, 'and signs in';

#
# Limits, and what is told
#

my $strict = clinic(programs => [qw(auth passwords)], workers => 4);
my $again = $strict->as('frontdesk');
is join(' ', map { $_->status } map { change($again, 'another one of mine', "wrong $_") } 1 .. 16), join(' ', (401) x 15, 429), 'fifteen tries to change it a minute';
is join(' ', map { $_->status } map { reset_by("guess $_", 'another one of mine', $strict->visitor) } 1 .. 16), join(' ', (401) x 15, 429), 'and for links from one place';

my ($event) = $clinic->rows("SELECT role, account_id, fields FROM audit.event WHERE object = 'account' AND object_id = '$desk_id' ORDER BY id DESC LIMIT 1");
is_deeply $event, { role => 'frontdesk', account_id => $desk_id, fields => { password_hash => 'changed' } }, 'that it was changed is on record, and by whom';
is $clinic->psql("SELECT count(*) FROM audit.event WHERE fields::text ~ 'argon2|link-|one of'"), 0, 'and nothing of it';
my $logs = join '', map { $clinic->log_of(m{([^/]+)$}) } glob $clinic->dir . '/log/*';
like $logs, qr/event=password-changed account=$desk_id/, 'the log has it as well';
unlike $logs, qr/one of (?:mine|his|hers)|argon2|link-\d/, 'without the password or a link';

contract_is_kept;
done_testing;
