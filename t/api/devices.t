#!/usr/bin/perl
# Devices of the staff, and one's own sessions (security.md A-19, A-20;
# requirements AUTH-5, AUTH-10).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth otp devices profiles appointments)], hub => 1,
	set => { OPDESK_DEVICE_APPROVAL => 'required', OPDESK_LIMIT_SENSITIVE => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my $password = 'correct horse battery staple';
my $me = '/api/profiles/me';
my $admin = $clinic->admin_key;
my $visitor = $clinic->visitor;

sub login ($email, $device = undef, $secret = $password, $headers = {}) {
	return $visitor->post('/api/auth/login', { email => $email, password => $secret, defined $device ? (deviceId => $device) : () }, $headers);
}
sub with ($res) { $clinic->client(token => $res->json->{accessToken}) }
sub devices ($who = $admin) { @{ $who->get('/api/admin/devices')->json->{items} } }
sub alike ($res) { join ' ', $res->status, $res->text =~ s/"(timestamp|requestId)":"[^"]*"//gr }
sub approve ($id, $who = $admin) { $who->post("/api/admin/devices/$id/approve") }
sub revoke ($id, $who = $admin) { $who->post("/api/admin/devices/$id/revoke") }

#
# The first sign-in
#

status_is $admin->get('/api/admin/devices'), 200, 'who signs in by the admin key needs no device';
is_deeply [devices()], [], 'there is none yet';
my %before = rows_of($clinic);
my $wrong = login('nobody@opdesk.test');
error_is $wrong, 401, 'INVALID_CREDENTIALS', 'who is nobody is told nothing of devices';
is alike(login('desk@opdesk.test', undef, 'wrong')), alike($wrong), 'a wrong password gets the same 401 as ever';
is alike(login('desk@opdesk.test', 'x' x 43, 'wrong')), alike($wrong), 'whatever device it says it is';
same_rows($clinic, \%before, 'and leaves nothing');

my $no = login('desk@opdesk.test', undef, $password, { 'User-Agent' => 'Firefox/1 ' . 'x' x 300 });
error_is $no, 403, 'DEVICE_NOT_APPROVED', 'the right password from a new device is refused';
my $device = $no->json->{deviceId};
like $device, qr/^[\w-]{43}$/, '... with a random id';
is join(' | ', $no->headers('Set-Cookie')), "__Host-opdesk-device=$device; Max-Age=34560000; Secure; HttpOnly; Path=/; SameSite=Strict",
	'... also as a cookie for 400 days, and no other';
my ($waiting) = devices();
is_deeply [ @$waiting{qw(state agent approvedAt approvedBy revokedAt)} ], [ 'waiting', 'Firefox/1 ' . 'x' x 190, undef, undef, undef ], 'it is recorded, unapproved';
is $waiting->{person}{name}, 'Deepak Joshi', '... by whom';
is scalar(grep { index($_, $device) >= 0 } $clinic->psql('SELECT string_agg(d::text, \' \') FROM auth.device d')), 0, '... and its id is stored nowhere';
is scalar $clinic->rows("SELECT FROM auth.device WHERE hash = sha256('$device')"), 1, '... but a hash of it';
error_is login('desk@opdesk.test', $device), 403, 'DEVICE_NOT_APPROVED', 'trying again is refused again';
error_is login('desk@opdesk.test', undef, $password, { Cookie => "__Host-opdesk-device=$device" }), 403, 'DEVICE_NOT_APPROVED', 'by cookie too';
is scalar(devices()), 1, 'and is the same device';
is alike(login('desk@opdesk.test', $device, 'wrong')), alike($wrong), 'a wrong password from a known device still looks as ever';
error_is login('desk@opdesk.test', undef, $password, { Cookie => "__Host-opdesk-device=$device; __Host-opdesk-device=$device" }), 400, 'VALIDATION_ERROR',
	'a cookie that was tossed in beside ours is refused';

my $made_up = login('desk@opdesk.test', 'A' x 43);
error_is $made_up, 403, 'DEVICE_NOT_APPROVED', 'an id that a client made up';
isnt $made_up->json->{deviceId}, 'A' x 43, '... becomes no device: it gets another';
login('desk@opdesk.test') for 1 .. 12;
is scalar(devices()), 10, 'at most ten of one account wait';
error_is login('arun@opdesk.test', $_), 400, 'VALIDATION_ERROR', 'what is no text is no device' for '', 5, ['x'], 'x' x 65;

#
# Approval
#

error_is approve($waiting->{id}), 404, 'NOT_FOUND', 'one that waited too long among others is gone';
($no) = login('desk@opdesk.test');
$device = $no->json->{deviceId};
($waiting) = sort { $b->{seenAt} cmp $a->{seenAt} } devices();
for my $who (qw(frontdesk doctor patient)) {
	error_is approve($waiting->{id}, $clinic->as($who)), 403, 'FORBIDDEN', "$who approves nothing";
	error_is $clinic->as($who)->get('/api/admin/devices'), 403, 'FORBIDDEN', '... and does not see them';
}
error_is approve($waiting->{id}, $next_door->as('admin')), 404, 'NOT_FOUND', 'nor does an administrator next door';
is_deeply [ map { $_->{id} } devices($next_door->as('admin')) ], [ $next_door->id('device') ], '... who sees none of ours';
my $yes = approve($waiting->{id});
status_is $yes, 200, 'the session of the admin key approves';
is "$yes->{json}{state} $yes->{json}{approvedBy}{name}", 'approved Clinic key', '... which is on record';
is_deeply approve($waiting->{id}, $clinic->as('admin'))->json, $yes->json, 'approving again changes nothing';
my $in = login('desk@opdesk.test', $device);
status_is $in, 200, 'now the device signs in';
like join("\n", $in->headers('Set-Cookie')), qr/^__Host-opdesk-device=\Q$device\E; Max-Age=34560000;/m, '... and its cookie lives 400 days from now on';
status_is with($in)->get($me), 200, '... to what its person may';
status_is login('desk@opdesk.test', undef, $password, { Cookie => "__Host-opdesk-device=$device", Origin => $clinic->url }), 200, 'a browser by its cookie';
error_is login('desk@opdesk.test'), 403, 'DEVICE_NOT_APPROVED', 'the same person from elsewhere does not';
error_is login('meera@opdesk.test', $device), 403, 'DEVICE_NOT_APPROVED', 'nor another person from there';
is scalar(grep { $_->{person}{name} eq 'Dr. Meera Rao' } devices()), 1, '... who asks for their own approval';
error_is login('meera@opdesk.test', $device), 403, 'DEVICE_NOT_APPROVED', '... by the same id';
my ($other) = grep { $_->{person}{name} eq 'Dr. Meera Rao' } devices();
status_is approve($other->{id}), 200, 'and gets it';
my $meera = login('meera@opdesk.test', $device);
status_is $meera, 200, 'then both work there';
my $body = qq({"email":"desk\@opdesk.test","password":"$password","deviceId":"$device"});
my $there = $visitor->raw("POST /api/auth/login HTTP/1.1\r\nHost: second.test\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body");
error_is $there, 403, 'DEVICE_NOT_APPROVED', 'in another clinic it is a stranger';
isnt $there->json->{deviceId}, $device, '... with another id';

#
# The end of an approval
#

my $live = $clinic->live(token => $in->json->{accessToken});
$live->join('appointments:all');
my $stays = $clinic->live(token => $meera->json->{accessToken});
$stays->join("appointments:dentist:$DEMO{meera}");
my $asked = time;
is revoke($waiting->{id})->json->{state}, 'revoked', 'an administrator revokes a device';
error_is with($in)->get($me), 401, 'UNAUTHENTICATED', 'the next request from it is refused';
is $live->code, 4401, 'its live connection is cut';
cmp_ok time - $asked, '<=', 2, '... within two seconds';
error_is $visitor->post('/api/auth/refresh', { refreshToken => $in->json->{refreshToken} }), 401, 'UNAUTHENTICATED', 'its refresh token is dead';
error_is login('desk@opdesk.test', $device), 403, 'DEVICE_NOT_APPROVED', 'and the right password does not help';
status_is with($meera)->get($me), 200, 'a colleague at the same computer works on';
is $stays->join('availability:all')->{status}, 'ok', '... live';
status_is $visitor->post('/api/auth/refresh', { refreshToken => $meera->json->{refreshToken} }), 200, '... and is renewed';
is revoke($waiting->{id})->json->{revokedAt}, (grep { $_->{id} eq $waiting->{id} } devices())[0]{revokedAt}, 'revoking again changes nothing';
is approve($waiting->{id})->json->{state}, 'approved', 'it may be approved anew';
error_is with($in)->get($me), 401, 'UNAUTHENTICATED', '... which brings no session back';
status_is login('desk@opdesk.test', $device), 200, '... but signs in';
error_is $_, 404, 'NOT_FOUND', 'what is not there' for map { approve($_), revoke($_) } '9999abcd-9999-4999-8999-9999abcdef99';

my ($seen) = $clinic->rows(q(SELECT string_agg(DISTINCT action, ' ' ORDER BY action) AS a, bool_or(fields::text LIKE '%hash": "\\\\x%') AS leak FROM audit.event WHERE object = 'device'));
is $seen->{a}, 'created deleted updated', 'all of that is on record';
ok !$seen->{leak}, '... without a hash';
unlike $clinic->log_of('auth'), qr/\Q$device\E/, 'no log has the id of a device';

#
# One's own sessions
#

my %agent = (one => 'Laptop', two => 'Phone');
my %mine = map { $_ => with(login('meera@opdesk.test', $device, $password, { 'User-Agent' => $agent{$_} })) } qw(one two);
my @list = @{ $mine{one}->get('/api/auth/sessions')->json->{items} };
is_deeply [ map { [ $_->{agent}, !!$_->{current} ] } @list[ 0, 1 ] ], [ [ 'Laptop', !!1 ], [ 'Phone', !!0 ] ], 'people see where they are signed in, this session first';
is scalar(@list), $clinic->psql("SELECT count(*) FROM auth.session s JOIN auth.account u ON u.id = s.account_id WHERE u.doctor_id = '$DEMO{meera}' AND s.revoked_at IS NULL"),
	'... all of theirs, and nobody else\'s';
my $phone = $list[1]{id};
error_is $_->del("/api/auth/sessions/$phone"), 404, 'NOT_FOUND', 'nobody ends another\'s, not even an administrator' for $admin, $clinic->as('frontdesk'), $next_door->as('doctor');
my $ear = $clinic->live(token => $mine{two}->token);
$ear->join("appointments:dentist:$DEMO{meera}");
status_is $mine{one}->del("/api/auth/sessions/$phone"), 204, 'but everybody one of theirs';
error_is $mine{two}->get($me), 401, 'UNAUTHENTICATED', 'which is over at once';
is $ear->code, 4401, '... live too';
status_is $mine{one}->get($me), 200, 'the one that asked goes on';
error_is $mine{one}->del("/api/auth/sessions/$phone"), 404, 'NOT_FOUND', 'what is over cannot be ended';
$clinic->psql("UPDATE auth.refresh SET expires_at = now() WHERE session_id IN (SELECT id FROM auth.session WHERE agent IS DISTINCT FROM 'Laptop')");
is_deeply [ grep { defined } map { $_->{agent} } @{ $mine{one}->get('/api/auth/sessions')->json->{items} } ], ['Laptop'], 'what nobody can renew any more is not shown';
my $bilal = $clinic->as('bilal');
is scalar @{ $bilal->get('/api/auth/sessions')->json->{items} }, 1, 'a patient sees theirs';

#
# The first administrator has nobody to ask
#

$clinic->psql("UPDATE auth.account SET enrols_until = now() + interval '1 hour' WHERE email = 'admin\@opdesk.test' AND clinic_id = '$DEMO{clinic}'");
error_is login('admin@opdesk.test', undef, 'wrong'), 401, 'INVALID_CREDENTIALS', 'who is to enrol, with a wrong password';
my $first = login('admin@opdesk.test');
status_is $first, 200, 'is in with the right one, from the first device';
error_is login('admin@opdesk.test'), 403, 'DEVICE_NOT_APPROVED', 'and from that alone';
$clinic->psql("UPDATE auth.account SET enrols_until = now() WHERE email = 'admin\@opdesk.test' AND clinic_id = '$DEMO{clinic}'");
error_is login('admin@opdesk.test'), 403, 'DEVICE_NOT_APPROVED', 'nor when the time for it is over';

contract_is_kept;
done_testing;
