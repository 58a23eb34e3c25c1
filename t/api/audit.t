#!/usr/bin/perl
# Who did what: each route that changes something leaves exactly its events,
# under the request's id, and what is refused leaves none (AUD-1); what is read
# of one person leaves a trace before the answer; and the administrator's list.
use v5.36;
use utf8;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Test;
use Opdesk::Totp;

my $clinic = clinic(hub => 1, set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my ($visitor, $desk, $admin, $meera, $arun, $asha, $bot) = map { $clinic->as($_) } qw(none frontdesk admin meera arun patient chatbot);
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my %left; # routes that were shown to leave their events

# The events of an answer, in order: "role object action".
sub events_of ($res) {
	return $clinic->rows("SELECT * FROM audit.event WHERE request = '" . $res->header('X-Request-Id') . "' ORDER BY id");
}
sub leaves ($res, $status, $events, $name) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @got = map { join ' ', $_->{role} // '-', $_->{object}, $_->{action} } events_of($res);
	$left{ Opdesk::Contract::operation($res->{method}, $res->{path})->{summary} } = 1 if $res->status < 300;
	is join(', ', $res->status, @got), join(', ', $status, @$events), $name or diag $res->line;
	return events_of($res);
}
sub made (%more) { $desk->post('/api/appointments', { name => 'Tejas Ranade', phone => '98220 11203', %{ $clinic->free_slot }, %more })->json->{appointment} }

#
# Appointments
#

my $res = $visitor->post('/api/appointments', { name => 'Rubina', phone => '98330 44552' });
my ($event) = leaves $res, 201, ['public appointment created'], 'a stranger\'s lead is one event';
my $lead = $res->json;
my $lead_request = $res->header('X-Request-Id');
is $event->{object_id}, $lead->{appointment}{id}, 'of that appointment';
is $event->{account_id} // $event->{session_id}, undef, 'by nobody in particular';
is $event->{address}, '127.0.0.1', 'so it says where from';
is $event->{fields}{name}, 'Rubina', 'and what was said';
is $event->{fields}{edit_hash}, undef, 'but not the token\'s hash';
leaves $visitor->patch("/api/appointments/$lead->{appointment}{id}", { reason => 'Knee' }, { 'X-Edit-Token' => $lead->{editToken} }), 200,
	['public appointment updated'], 'so is what a stranger adds';
leaves $visitor->patch('/api/appointments', { id => $lead->{appointment}{id}, reason => 'Hip' }, { 'X-Edit-Token' => $lead->{editToken} }), 200,
	['public appointment updated'], 'with the id in the body, too';

my $hold = $visitor->post('/api/reservations', $clinic->free_slot);
leaves $hold, 201, [], 'a hold is nobody\'s record';
leaves $visitor->post('/api/appointments', { name => 'Rubina', phone => '98330 44552', reservationId => $hold->json->{id}, reservationToken => $hold->json->{token} }), 201,
	['public appointment created'], 'the booking that it becomes is one event';
$hold = $visitor->post('/api/reservations', $clinic->free_slot);
leaves $visitor->del('/api/reservations/' . $hold->json->{id}, { 'X-Reservation-Token' => $hold->json->{token} }), 204, [], 'nor is one that is given back';

my $visit = made();
($event) = leaves $desk->put("/api/appointments/$visit->{id}", { version => 1, reason => 'Knee and hip', notes => 'Bring x-rays' }), 200,
	['frontdesk appointment updated'], 'a change by staff is one event';
is_deeply $event->{fields}, { version => [ 1, 2 ], reason => [ undef, 'Knee and hip' ], notes => [ undef, 'Bring x-rays' ] }, 'field by field, before and after';
is $event->{account_id}, $clinic->account('frontdesk')->{id}, 'by whom';
ok $event->{session_id}, 'by which session';
is $event->{address}, undef, 'whose address stands at its beginning';
leaves $desk->del("/api/appointments/$visit->{id}"), 204, ['frontdesk appointment updated'], 'cancelling is a change of the appointment, and of nothing else';
leaves $desk->del("/api/appointments/$visit->{id}"), 204, [], 'once more changes nothing';
my %key = ('Idempotency-Key' => 'a key that was made once');
my @once = map { $desk->post('/api/appointments', { name => 'Once', phone => '98220 11203' }, \%key) } 1, 2;
leaves $once[0], 201, ['frontdesk appointment created'], 'what is sent twice under one key';
leaves $once[1], 201, [], 'is done once';
my @many = map { made() } 1, 2;
leaves $desk->post('/api/appointments/bulk', { action => 'cancel', items => [ map { { id => $_->{id}, version => 1 } } @many ], preview => $yes }), 200, [], 'a preview changes nothing';
leaves $desk->post('/api/appointments/bulk', { action => 'cancel', items => [ map { { id => $_->{id}, version => 1 } } @many ] }), 200,
	[ ('frontdesk appointment updated') x 2 ], 'many at once leave one each';

$visit = made();
leaves $meera->post("/api/appointments/$visit->{id}/messages", { text => 'Room 2' }), 201, ['doctor message created'], 'what is said about it is one event';
leaves $meera->post("/api/appointments/$visit->{id}/acquire-lock", {}), 201, [], 'taking its lock is not,';
leaves $meera->del("/api/appointments/$visit->{id}/release-lock"), 204, [], 'nor giving it back: locks have their own history';
$meera->post("/api/appointments/$visit->{id}/acquire-lock", {});
($event) = leaves $admin->post("/api/appointments/$visit->{id}/takeover-lock"), 200, ['admin lock taken_over'], 'taking it away is';
is_deeply $event->{fields}, { account_id => [ map { $clinic->account($_)->{id} } qw(meera admin) ] }, 'from whom';
leaves $admin->post("/api/appointments/$visit->{id}/force-release-lock"), 204, ['admin lock force_released'], 'and so is ending it by force';

#
# Hours, profiles
#

my $hours = $visitor->get("/api/availability/$DEMO{arun}")->json;
sub save_hours (%o) { # what is not said stays
	my $is = $visitor->get("/api/availability/$DEMO{arun}")->json;
	return $arun->put("/api/availability/$DEMO{arun}", { (map { $_ => $is->{$_} } qw(version rules exceptions)), %o });
}
leaves save_hours(), 200, [], 'hours that are saved as they were change nothing';
my @rules = @{ $hours->{rules} };
$rules[0] = { %{ $rules[0] }, end => '12:30' };
leaves save_hours(rules => \@rules), 200, [ 'doctor rule deleted', 'doctor rule created' ], 'one rule that is changed is told as that one';
my @closed = map { { from => at(working_day(40 + $_), '09:00'), to => at(working_day(40 + $_), '13:00'), kind => 'closed' } } 1, 3;
leaves save_hours(exceptions => \@closed), 200, [ ('doctor exception created') x 2 ], 'so are days that are taken off';
leaves save_hours(exceptions => [ $closed[1] ]), 200, ['doctor exception deleted'], 'and one that is not, after all';
leaves save_hours(exceptions => [ $closed[1], $closed[1] ]), 200, ['doctor exception created'], 'one that is said twice stands there twice,';
leaves save_hours(exceptions => [ $closed[1] ]), 200, ['doctor exception deleted'], 'until it is said once';
is_deeply [ map { $_->{kind} } @{ $visitor->get("/api/availability/$DEMO{arun}")->json->{exceptions} } ], ['closed'], 'and so it is kept';
leaves $meera->put('/api/profiles/me', { version => $meera->get('/api/profiles/me')->json->{version}, speciality => 'Spine' }), 200, ['doctor doctor updated'], 'a doctor\'s profile is the doctor\'s';
leaves $desk->put('/api/profiles/me', { version => $desk->get('/api/profiles/me')->json->{version}, name => 'Deepak J.' }), 200, ['frontdesk account updated'], 'the desk\'s is the account\'s';
leaves $asha->put('/api/profiles/me', { version => $asha->get('/api/profiles/me')->json->{version}, phone => '98220 99999' }), 200,
	[ 'patient reach created', 'patient patient updated' ], 'a patient\'s the patient\'s, with the address that they say is theirs';
leaves $asha->post('/api/auth/addresses', { phone => '98220 99999' }), 202, [], 'to ask for a code there is none';
my ($proof) = $clinic->psql("SELECT body FROM core.outbox WHERE recipient = '+919822099999'") =~ /(\d{6})/;
leaves $asha->post('/api/auth/addresses/confirm', { phone => '98220 99999', code => sprintf '%06d', ($proof + 1) % 1e6 }), 401, [], 'nor is a wrong one';
($event) = leaves $asha->post('/api/auth/addresses/confirm', { phone => '98220 99999', code => "$proof" }), 204, ['patient reach updated'], 'to prove it is';
is_deeply $event->{fields}, { proven => [ JSON::PP::false, JSON::PP::true ] }, 'and says what that means';

my $about = $visitor->get('/api/clinic')->json;
($event) = leaves $admin->put('/api/clinic', { version => $about->{version}, name => 'Hemant Clinic' }), 200, ['admin clinic updated'], 'the clinic\'s name is the clinic\'s';
is_deeply $event->{fields}{name}, [ $about->{name}, 'Hemant Clinic' ], 'before and after';
$res = $admin->post('/api/doctors', { name => 'Dr. Kavya Iyer' });
leaves $res, 201, ['admin doctor created'], 'a doctor who comes';
leaves $admin->patch('/api/doctors/' . $res->json->{doctor}{id}, { version => 1, offered => JSON::PP::false }), 200, ['admin doctor updated'], 'and is not to be booked';
leaves $admin->patch('/api/doctors/' . $res->json->{doctor}{id}, { version => 2, position => 1 }), 200, [ ('admin doctor updated') x 3 ], 'the order is everybody\'s whose place is another';
$res = $admin->post('/api/services', { name => 'Dressing' });
leaves $res, 201, ['admin service created'], 'a service';
leaves $admin->patch('/api/services/' . $res->json->{service}{id}, { version => 1, price => 100 }), 200, ['admin service updated'], 'and its price';

#
# Signing in and out
#

$res = $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' });
($event) = leaves $res, 200, ['frontdesk session signed_in'], 'signing in is one event';
is "$event->{account_id} $event->{object_id}", $clinic->account('frontdesk')->{id} . " $event->{session_id}", 'by whom it turned out to be, and which session began';
is $event->{address}, '127.0.0.1', 'and from where';
my $signed_in = $clinic->client(token => $res->json->{accessToken});
leaves $visitor->post('/api/auth/refresh', { refreshToken => $res->json->{refreshToken} }), 200, [], 'a new pair of tokens is the same session';
my $reused = $res->json->{refreshToken};
$clinic->age(refresh => 60);
leaves $visitor->post('/api/auth/refresh', { refreshToken => $reused }), 401, ['public session ended'], 'one that was used before ends it, and that stays';
$res = $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' });
leaves $clinic->client(token => $res->json->{accessToken})->post('/api/auth/logout'), 204, ['frontdesk session signed_out'], 'signing out';
leaves $clinic->as('arun')->post('/api/auth/logout-all'), 204, [ ('doctor session signed_out') x 2 ], 'and everywhere, one for each session';
leaves $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'wrong' }), 401, [], 'a wrong password is counted, not recorded';
leaves $visitor->post('/api/auth/admin-key', { adminKey => 'opdesk-demo-admin-key' }), 200, ['admin session signed_in'], 'the admin key is';
($event) = leaves $visitor->post('/api/auth/admin-key', { adminKey => 'opdesk-demo-admin-kez' }), 401, ['public session refused'], 'and so is one that is wrong';
is $event->{fields}{account_id}, $clinic->psql("SELECT id FROM auth.account WHERE is_key AND clinic_id = '$DEMO{clinic}'"), 'for which account';

leaves $visitor->post('/api/auth/otp/request', { phone => '98330 44552' }), 202, [], 'a code that is asked for is a message, which has its own row';
my ($code) = $clinic->psql("SELECT body FROM core.outbox WHERE recipient = '+919833044552' ORDER BY created_at DESC LIMIT 1") =~ /(\d{6})/;
leaves $visitor->post('/api/auth/otp/verify', { phone => '98330 44552', code => sprintf '%06d', ($code + 1) % 1e6 }), 401, [], 'a wrong one is counted';
my @events = leaves $visitor->post('/api/auth/otp/verify', { phone => '98330 44552', code => "$code" }), 200,
	[ 'public patient created', 'public reach created', 'public account created', ('system appointment updated') x 2, 'patient session signed_in' ],
	'the right one makes the patient, who gets their visits, and is in';
is scalar(grep { JSON::PP->new->encode($_->{fields}) =~ /$code/ } @events), 0, 'the code stands in none of it';

#
# Who may sign in, and from where
#

my $bilal = $clinic->account('bilal');
leaves $desk->post("/api/patients/$DEMO{bilal}/addresses", { phone => '98220 77777' }), 204, ['frontdesk reach created'], 'an address that the desk has seen to be a patient\'s';
$res = $admin->post('/api/admin/users', { role => 'frontdesk', name => 'Nandini Rao', email => 'nandini@opdesk.test' });
leaves $res, 201, [ 'admin account created', 'admin password_link created' ], 'who is invited, with a link';
my $user = $res->json->{user};
$clinic->psql("INSERT INTO auth.totp (account_id, clinic_id, secret, confirmed_at) VALUES ('$user->{id}', '$DEMO{clinic}', 'x', now())");
leaves $admin->del("/api/admin/users/$user->{id}/second-factor"), 204, ['admin second_factor deleted'], 'a second factor that is taken away';
$res = $admin->post("/api/admin/users/$user->{id}/reset-link");
leaves $res, 200, ['admin password_link updated'], 'another link';
my ($token) = $res->text =~ /#([\w-]+)/;
($event) = leaves $visitor->post('/api/auth/password/reset', { token => $token, newPassword => 'a lamp, a chair, a door' }), 204,
	[ 'public password_link deleted', 'public account updated' ], 'a password that is set by it, which is used up';
leaves $admin->patch("/api/admin/users/$user->{id}", { version => 1, disabled => $yes }), 200, ['admin account updated'], 'and who is disabled';
my $device = $clinic->psql("INSERT INTO auth.device (clinic_id, account_id, hash) VALUES ('$DEMO{clinic}', '$user->{id}', sha256('x')) RETURNING id");
leaves $admin->post("/api/admin/devices/$device/$_->[0]"), 200, [ $_->[1] ], "a device that somebody may $_->[2] sign in from"
	for [ 'approve', 'admin device updated', 'now' ], [ 'revoke', 'admin device updated', 'no longer' ];
my ($here, $there) = map { $clinic->as('arun') } 1, 2;
my ($other) = grep { !$_->{current} } @{ $here->get('/api/auth/sessions')->json->{items} };
leaves $here->del("/api/auth/sessions/$other->{id}"), 204, ['doctor session signed_out'], 'a session of one\'s own that ends';

leaves $here->post('/api/auth/password', { password => 'correct horse battery staple', newPassword => 'a lamp, a chair, a door' }), 204, ['doctor account updated'], 'a password that is changed';

my $secret = $meera->post('/api/auth/totp/enrol', {});
leaves $secret, 200, ['doctor second_factor created'], 'a second factor that is shown';
$secret = $secret->json->{secret};
$res = $meera->post('/api/auth/totp/confirm', { code => totp($secret) });
($event) = leaves $res, 200, ['doctor second_factor updated'], 'and that works';
unlike JSON::PP->new->encode($event->{fields}), qr/\Q$secret\E/, 'without the secret';
my ($recovery) = @{ $res->json->{recoveryCodes} };
my $challenge = $visitor->post('/api/auth/login', { email => 'meera@opdesk.test', password => 'correct horse battery staple' })->json->{challenge};
leaves $visitor->post('/api/auth/mfa', { challenge => $challenge, recoveryCode => $recovery }), 200, [ 'public second_factor updated', 'doctor session signed_in' ], 'a recovery code that is used up';
$res = $meera->post('/api/auth/totp/recovery-codes', { password => 'correct horse battery staple' });
($event) = leaves $res, 200, ['doctor second_factor updated'], 'new recovery codes';
is_deeply $event->{fields}, { recovery_hashes => 'changed' }, 'which are not told';
leaves $meera->request('DELETE', '/api/auth/totp', { password => 'correct horse battery staple' }, {}), 204, ['doctor second_factor deleted'], 'and a second factor that is given up';

#
# Every route
#

my $document = Opdesk::Contract::document();
my %reads = map { $_ => 1 } 'POST /api/admin/appointments/sync'; # says what is new, and changes nothing
my @missing;
for my $path (sort keys %{ $document->{paths} }) {
	for my $method (grep { /^(post|put|patch|delete)$/ } sort keys %{ $document->{paths}{$path} }) {
		my $name = uc($method) . " $path";
		push @missing, $name if !$left{ $document->{paths}{$path}{$method}{summary} } && !$reads{$name};
	}
}
is "@missing", '', 'each route that changes something has been asked what it leaves';

#
# Refusals
#

my %before = rows_of($clinic);
my $now = $desk->get("/api/appointments/$visit->{id}")->json->{appointment}{version};
leaves $desk->put("/api/appointments/$visit->{id}", { version => $now + 7, reason => 'x' }), 409, [], 'a change of an old version leaves nothing';
leaves $desk->put("/api/appointments/$visit->{id}", { version => $now, status => 'completed' }), 409, [], 'nor one that the flow lacks';
leaves $desk->put("/api/appointments/$visit->{id}", { version => $now, reason => 'x' x 2000 }), 400, [], 'nor one that is malformed';
leaves $arun->put("/api/appointments/$visit->{id}", { version => $now, reason => 'x' }), 401, [], 'nor of who is signed out';
leaves $asha->put("/api/appointments/$visit->{id}", { version => $now, reason => 'x' }), 404, [], 'nor of whose it is not';
leaves $visitor->post('/api/appointments', { name => 'x', phone => '98220 11203', %{ $visit }{qw(doctorId serviceId startsAt)} }), 409, [], 'nor a booking that comes second';
leaves $desk->post("/api/appointments/$visit->{id}/force-release-lock"), 403, [], 'nor what is forbidden';
same_rows($clinic, \%before, 'and there is nothing else of them either');

#
# Reading
#

leaves $desk->get("/api/appointments/$visit->{id}/revisions"), 200, ['frontdesk appointment read'], 'the history of a visit leaves a trace of who read it';
($event) = leaves $meera->get("/api/appointments/$visit->{id}/messages"), 200, ['doctor message read'], 'and so does what is said about it';
is "$event->{object_id} " . JSON::PP->new->encode($event->{fields}), "$visit->{id} {}", 'which visit, and nothing of what was read';
leaves $desk->get($_), 200, [], "GET $_ leaves none" for '/api/appointments?limit=5', "/api/appointments/$visit->{id}", '/api/calendar?from=2026-01-05&to=2026-01-06', '/api/patients?q=a',
	'/api/profiles/me', '/api/locks';
leaves $desk->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => '0' x 32 }), 200, [], 'nor does sync';
leaves $asha->get("/api/appointments/$visit->{id}/revisions"), 403, [], 'nor who may not read';
leaves $meera->get('/api/appointments/9999abcd-9999-4999-8999-9999abcdef99/messages'), 404, [], 'nor what is not there';
$clinic->psql("ALTER TABLE audit.event ADD CONSTRAINT full_up CHECK (action <> 'read') NOT VALID");
$res = $desk->get("/api/appointments/$visit->{id}/messages");
error_is $res, 500, 'INTERNAL_ERROR', 'no trace, no answer';
unlike $res->text, qr/Room 2/, 'and nothing of what would have been in it';
$clinic->psql('ALTER TABLE audit.event DROP CONSTRAINT full_up');
status_is $desk->get("/api/appointments/$visit->{id}/messages"), 200, 'until it can be left';
$clinic->psql("ALTER TABLE audit.event ADD CONSTRAINT full_up CHECK (action <> 'created') NOT VALID");
%before = rows_of($clinic);
error_is $desk->post("/api/appointments/$visit->{id}/messages", { text => 'x' }), 500, 'INTERNAL_ERROR', 'no event, no change';
same_rows($clinic, \%before, 'nothing at all');
$clinic->psql('ALTER TABLE audit.event DROP CONSTRAINT full_up');

#
# The administrator's list
#

sub list ($query = '', $who = $admin) { $who->get("/api/admin/audit$query") }
sub items ($query) { @{ list($query)->json->{items} } }
my ($first) = items('?limit=1');
is "$first->{object} $first->{action}", 'message read', 'the newest event comes first';
is_deeply $first->{actor}, { id => $clinic->account('frontdesk')->{id}, name => 'Deepak J.', role => 'frontdesk' }, 'with who it was';
is $first->{name}, 'Tejas Ranade', 'and what it was about';
my ($change) = grep { $_->{fields}{notes} } items('?action=updated&object=appointment&limit=200');
is_deeply $change->{fields}, { version => [ 1, 2 ], reason => [ undef, 'Knee and hip' ], notes => [ undef, 'Bring x-rays' ] }, 'fields have the names that clients know';
is +(items("?objectId=$lead->{appointment}{id}"))[-1]{requestId}, $lead_request, 'the request\'s id is that of its answer';
my ($booking) = grep { $_->{fields}{doctorId} } items('?action=created&object=appointment&limit=200');
is $booking->{fields}{doctorId}[0], undef, 'what was made had nothing before';
like $booking->{names}{ $booking->{fields}{doctorId}[1] }, qr/^Dr\. /, 'people and services come with their names';
my ($key) = grep { $_->{object} eq 'account' } items('?object=account&limit=200');
ok !grep { JSON::PP->new->canonical->encode($_) =~ /argon2|\\\\x[0-9a-f]{8}/ } items('?limit=200'), 'no secret is in the list';

is_deeply { map { $_->{action} => 1 } items('?action=signed_in') }, { signed_in => 1 }, 'by action';
is_deeply { map { $_->{object} => 1 } items('?object=lock') }, { lock => 1 }, 'by kind of thing';
is join(' ', map { "$_->{object} $_->{action}" } reverse items("?objectId=$visit->{id}")),
	'appointment created message created lock taken_over lock force_released appointment read message read message read', 'by the thing itself: all that happened to it';
is_deeply { map { $_->{actor}{id} => 1 } items('?actor=' . $clinic->account('meera')->{id}) }, { $clinic->account('meera')->{id} => 1 }, 'by who it was';
is scalar(my @none = items('?actor=9999abcd-9999-4999-8999-9999abcdef99')), 0, 'of whom nobody knows there is nothing';
my $today = $clinic->psql("SELECT (now() AT TIME ZONE 'Asia/Kolkata')::date");
my $total = $clinic->psql("SELECT count(*) FROM audit.event WHERE clinic_id = '$DEMO{clinic}'");
my ($n, $cursor, %seen) = (0);
do {
	my $page = list('?limit=200' . ($cursor ? "&cursor=$cursor" : ''))->json;
	$seen{ $_->{id} }++ for @{ $page->{items} };
	$clinic->psql("UPDATE core.clinic SET phone = 'page $n' WHERE id = '$DEMO{clinic}'"); # something new meanwhile
	$n += @{ $page->{items} };
	$cursor = $page->{nextCursor};
} while $cursor;
is "$n " . keys %seen, "$total $total", 'pages go on where they ended, each event once, whatever happens meanwhile';
my $day_before = $clinic->psql("SELECT '$today'::date - 1"); # midnight may have passed meanwhile
is scalar(my @rest = items("?from=$day_before&to=$today&limit=200")), 200, 'by days';
is scalar(my @past = items('?to=2020-01-01')), 0, 'of which some have nothing';
error_is list("?$_"), 400, 'VALIDATION_ERROR', "$_ is refused" for 'limit=0', 'limit=201', 'cursor=abc', 'actor=x', 'objectId=x', 'from=yesterday', 'since=1';

is_deeply [ sort map { "$_->{role} $_->{name}" } @{ $admin->get('/api/admin/audit/actors')->json->{items} } ],
	[ 'admin Asmita Kulkarni', 'admin Clinic key', 'doctor Dr. Arun Shah', 'doctor Dr. Meera Rao', 'frontdesk Deepak J.', 'frontdesk Nandini Rao' ], 'the staff can be chosen by name';
for my $path ('/api/admin/audit', '/api/admin/audit/actors') {
	error_is $_->[0]->get($path), 403, 'FORBIDDEN', "$_->[1] does not see $path" for [ $desk => 'the desk' ], [ $meera => 'a doctor' ], [ $asha => 'a patient' ], [ $bot => 'the assistant' ];
	error_is $visitor->get($path), 401, 'UNAUTHENTICATED', "nor does a stranger";
	status_is $admin->request($_, $path, {}, {}), 405, "$_ $path changes nothing" for qw(POST PUT PATCH DELETE);
}
my $neighbour = $next_door->as('admin');
ok !grep({ $_->{name} && $_->{name} eq 'Tejas Ranade' } @{ list('?limit=200', $neighbour)->json->{items} }), 'the neighbour\'s administrator has another list';
is scalar @{ list("?objectId=$visit->{id}", $neighbour)->json->{items} }, 0, 'and none of ours, asked by its id';

#
# The chain follows
#

my $newest = $clinic->psql('SELECT max(id) FROM audit.event');
wait_until { $clinic->psql("SELECT 1 FROM audit.link WHERE event_id = $newest") } 'the hub links what happened, within seconds';
contract_is_kept;
done_testing;
