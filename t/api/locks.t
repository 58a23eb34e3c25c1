#!/usr/bin/perl
# Edit locks: who has one, for how long, who may take it away, and that a write
# under a lost one is refused (requirements LOCK-1 to LOCK-5, LOCK-8).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(appointments auth locks metrics users)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my ($desk, $meera, $arun, $admin, $asha, $stranger) = map { $clinic->as($_) } qw(frontdesk meera arun admin asha none);

sub visit (%more) {
	my $res = $desk->post('/api/appointments', { patientId => $DEMO{asha}, walkIn => JSON::PP::true, doctorId => $DEMO{meera}, %more });
	return $res->json->{appointment}{id} // die $res->line;
}
my $id = visit();
my $at = "/api/appointments/$id";
sub acquire ($who, $body = {}, $where = $at) { $who->post("$where/acquire-lock", $body) }
sub state_for ($who) { $who->get("$at/lock")->json->{state} }
sub version { $desk->get($at)->json->{appointment}{version} }
sub save ($who, %more) { $who->put($at, { version => version(), reason => 'saved ' . rand, %more }) }
sub events { join ' ', map { $_->{event} } reverse @{ $admin->get("$at/lock-history?limit=200")->json->{items} } }

subtest 'Taking and renewing (LOCK-1)' => sub {
	is_deeply $desk->get("$at/lock")->json, { state => 'unlocked', lock => undef }, 'at first nobody has it';
	my $res = acquire($desk, { userInfo => { name => 'Somebody else', email => 'x@y.z' } });
	status_is $res, 201, 'the desk takes it';
	my $lock = $res->json->{lock};
	is $res->json->{state}, 'locked_by_user', 'and is told that it has it';
	is $lock->{version}, 1, 'version 1';
	is $lock->{appointmentId}, $id, 'of this appointment';
	is $lock->{userId}, $clinic->account('frontdesk')->{id}, 'for this account';
	is_deeply $lock->{userInfo}, { name => 'Deepak Joshi', email => 'desk@opdesk.test' }, 'by the name in the account, whatever the request says';
	is $clinic->psql("SELECT extract(epoch FROM expires_at - acquired_at)::int FROM core.lock WHERE appointment_id = '$id'"), 300, 'for 300 seconds';
	is state_for($desk), 'locked_by_user', 'who asks hears the same';
	is state_for($meera), 'locked_by_other', 'and others that it is somebody else';

	my $no = acquire($meera);
	error_is $no, 409, 'LOCKED_BY_OTHER', 'another is refused';
	is_deeply $no->json->{lock}, $lock, 'with the lock';
	is $no->json->{state}, 'locked_by_other', 'and its state';

	$clinic->age(lock => 100);
	my $renewed = acquire($desk, { expectedVersion => 1, lockFence => $lock->{fence} });
	status_is $renewed, 200, 'its holder renews it';
	is $renewed->json->{lock}{version}, 2, 'which raises the version';
	is $renewed->json->{lock}{fence}, $lock->{fence}, 'and not the fence';
	is $renewed->json->{lock}{id}, $lock->{id}, 'it is the same grant';
	cmp_ok $renewed->json->{lock}{expiresAt}, 'gt', $lock->{expiresAt}, 'that lasts longer';

	my $conflict = acquire($desk, { expectedVersion => 1 });
	error_is $conflict, 409, 'VERSION_CONFLICT', 'whoever expects another version is refused';
	is_deeply [ @{ $conflict->json }{qw(expectedVersion actualVersion)} ], [ 1, 2 ], 'with both versions';
	is $desk->get("$at/lock")->json->{lock}{version}, 2, 'which is no renewal';
	error_is acquire($desk, { lockFence => $lock->{fence} + 1 }), 409, 'VERSION_CONFLICT', 'so is who names another grant';
	error_is acquire($desk, { expectedVersion => 'x', nonsense => 1 }), 400, 'VALIDATION_ERROR', 'what is malformed is said';
	status_is $desk->request(POST => "$at/acquire-lock", undef, {}), 200, 'no body at all will do';
};

subtest 'Releasing (LOCK-2)' => sub {
	my $version = $desk->get("$at/lock")->json->{lock}{version};
	my %before = rows_of($clinic);
	error_is $meera->del("$at/release-lock"), 403, 'FORBIDDEN', 'not by another';
	my $no = $desk->del("$at/release-lock?expectedVersion=1");
	error_is $no, 409, 'VERSION_CONFLICT', 'not with another version';
	is_deeply [ @{ $no->json }{qw(expectedVersion actualVersion)} ], [ 1, $version ], 'of which both are told';
	same_rows($clinic, \%before, 'and nothing has changed by that');
	status_is $desk->del("$at/release-lock?expectedVersion=$version"), 204, 'by its holder';
	is state_for($meera), 'unlocked', 'then nobody has it';
	error_is $desk->del("$at/release-lock"), 404, 'NOT_FOUND', 'what nobody has cannot be released';
	my $again = acquire($meera)->json->{lock};
	is $again->{version}, 1, 'the next grant begins at version 1';
	cmp_ok $again->{fence}, '>', 1, 'and has a higher fence';
	$meera->del("$at/release-lock");
};

subtest 'Running out (LOCK-3)' => sub {
	my $lock = acquire($desk)->json->{lock};
	$clinic->age(lock => 299);
	is state_for($meera), 'locked_by_other', 'after 299 seconds it still is the desk\'s';
	$clinic->age(lock => 2);
	is $_->get("$at/lock")->json->{state}, 'expired', 'after 300 it has run out' for $desk, $meera;
	my $no = acquire($meera);
	error_is $no, 409, 'LOCKED_BY_OTHER', 'then nobody else gets it';
	is $no->json->{state}, 'expired', 'because its holder may take it back';
	my $back = acquire($desk, { expectedVersion => 1 });
	status_is $back, 201, 'who does so';
	is $back->json->{lock}{fence}, $lock->{fence} + 1, 'under a new fence';
	is $back->json->{lock}{version}, 2, 'and the next version';
	isnt $back->json->{lock}{id}, $lock->{id}, 'for it is another grant';

	$clinic->age(lock => 316);
	is state_for($_), 'unlocked', '15 seconds later it is nobody\'s' for $desk, $meera;
	is $clinic->psql('SELECT core.expire_locks()', user => 'opdesk_hub'), 1, 'the hub records that';
	is $clinic->psql('SELECT core.expire_locks()', user => 'opdesk_worker'), 0, 'once';
	like events(), qr/acquired expired acquired expired$/, 'the history has both ends';
	error_is acquire($desk, { lockFence => $back->json->{lock}{fence} }), 409, 'VERSION_CONFLICT', 'a page that only renews does not take it anew';
	status_is acquire($meera), 201, 'and anybody gets it';
	$clinic->age(lock => 316);
	is acquire($desk)->json->{lock}{version}, 1, 'also before anybody has recorded it';
	like events(), qr/acquired expired acquired$/, 'which is made up for';
	status_is $desk->del("$at/release-lock"), 204, 'all this is over';
};

subtest 'By an administrator (LOCK-4)' => sub {
	error_is $_->post("$at/takeover-lock"), 403, 'FORBIDDEN', 'others take nothing over' for $desk, $meera, $asha;
	error_is $desk->post("$at/force-release-lock"), 403, 'FORBIDDEN', 'nor release what is not theirs';
	error_is $admin->post("$at/force-release-lock"), 404, 'NOT_FOUND', 'what nobody has is not there to release';
	my $lock = acquire($desk)->json->{lock};
	status_is $admin->post("$at/force-release-lock"), 204, 'an administrator releases';
	is state_for($desk), 'unlocked', 'what the desk had';
	error_is acquire($desk, { lockFence => $lock->{fence} }), 409, 'VERSION_CONFLICT', 'its renewal is refused';

	$lock = acquire($desk)->json->{lock};
	my $taken = $admin->post("$at/takeover-lock");
	status_is $taken, 200, 'or takes it over';
	is $taken->json->{lock}{fence}, $lock->{fence} + 1, 'under a new fence';
	is $taken->json->{lock}{userInfo}{name}, 'Asmita Kulkarni', 'for themselves';
	error_is acquire($desk, { lockFence => $lock->{fence} }), 409, 'LOCKED_BY_OTHER', 'the one before is refused';
	status_is $admin->post("$at/takeover-lock"), 200, 'taking over what one has';
	is $desk->get("$at/lock")->json->{lock}{fence}, $lock->{fence} + 1, 'is a renewal';
	$admin->del("$at/release-lock");
	is $admin->post("$at/takeover-lock")->json->{lock}{version}, 1, 'taking over what nobody has is taking it';
	$admin->del("$at/release-lock");
};

subtest 'The record (LOCK-5)' => sub {
	my $res = $desk->get("$at/lock-history?limit=200");
	status_is $res, 200, 'staff read the history';
	my @events = @{ $res->json->{items} };
	my %n;
	$n{ $_->{event} }++ for @events;
	is $n{acquired}, $n{released} + $n{expired} + $n{force_released} + $n{taken_over}, 'each grant has its end';
	ok $n{$_}, "$_ occurs" for qw(acquired released expired force_released taken_over);
	my ($taken) = grep { $_->{event} eq 'taken_over' } @events;
	is $taken->{user}{name}, 'Deepak Joshi', 'whose lock was taken over';
	is $taken->{releasedBy}{name}, 'Asmita Kulkarni', 'and by whom';
	like $taken->{metadata}{sessionId}, qr/^[0-9a-f-]{36}$/, 'in which session';
	my ($expired) = grep { $_->{event} eq 'expired' } @events;
	is $expired->{durationSeconds}, 300, 'how long it was held, not counting the grace';
	is $expired->{releasedBy}, undef, 'and that nobody ended it';

	my $of_asha = $asha->get("$at/lock-history")->json->{items};
	is scalar @$of_asha, scalar @events, 'a patient sees who has edited their visit';
	is scalar(grep { $_->{user}{email} || %{ $_->{metadata} } } @$of_asha), 0, 'without e-mails and devices';
	my $page = $desk->get("$at/lock-history?limit=2")->json;
	my $next = $desk->get("$at/lock-history?limit=200&cursor=$page->{nextCursor}")->json;
	is_deeply [ map { $_->{id} } @{ $page->{items} }, @{ $next->{items} } ], [ map { $_->{id} } @events ], 'pages follow each other';

	$desk->request('POST', "$at/acquire-lock", { expectedVersion => 7 }, { 'User-Agent' => "Front desk,\t window 2" });
	is_deeply [ @{ $desk->get("$at/lock-history?limit=1")->json->{items}[0]{metadata} }{qw(userAgent expectedVersion)} ],
		[ 'Front desk, window 2', 7 ], 'by which device, and what it expected';
	$desk->del("$at/release-lock");

	my $stats = $admin->get('/api/admin/locks/stats')->json;
	is $stats->{acquired}, $n{acquired} + 1, 'the numbers are those of the history';
	is $stats->{takenOver}, $n{taken_over}, 'for each kind of end';
	is $stats->{longestSeconds}, 300, 'and how long';
	my ($of_desk) = grep { $_->{user}{name} eq 'Deepak Joshi' } @{ $stats->{users} };
	is $of_desk->{lost}, 2, 'and for each person, what was taken from them';
	error_is $desk->get('/api/admin/locks/stats'), 403, 'FORBIDDEN', 'only for administrators';
};

subtest 'What the lock forbids (LOCK-8)' => sub {
	my $lock = acquire($desk)->json->{lock};
	my $no = save($admin);
	error_is $no, 423, 'LOCKED', 'nobody else saves';
	is $no->json->{lock}{userInfo}{name}, 'Deepak Joshi', 'and hears who is at it';
	error_is $admin->put($at, { version => 999, reason => 'x' }), 423, 'LOCKED', 'before any word of versions';
	error_is save($admin, lockFence => $lock->{fence}), 423, 'LOCKED', 'a fence that is somebody else\'s opens nothing';
	error_is $meera->del($at), 423, 'LOCKED', 'nobody else cancels';
	$no = $asha->put($at, { version => version(), reason => 'Mine' });
	error_is $no, 423, 'LOCKED', 'not even the patient';
	is $no->json->{lock}{userInfo}{email}, undef, 'who learns no e-mail';
	status_is save($desk, lockFence => $lock->{fence}), 200, 'its holder saves under their fence';
	status_is save($desk), 200, 'or without one';
	error_is save($desk, lockFence => $lock->{fence} - 1), 423, 'LOCKED', 'but not under an older fence';
	error_is $desk->put($at, { version => 1, reason => 'x', lockFence => $lock->{fence} }), 409, 'VERSION_CONFLICT', 'and the version counts as ever';

	$clinic->age(lock => 301);
	error_is save($desk, lockFence => $lock->{fence}), 423, 'LOCKED', 'a lease that has run out saves nothing';
	error_is $desk->del("$at?lockFence=$lock->{fence}"), 423, 'LOCKED', 'and cancels nothing';
	status_is save($meera), 200, 'while others may write again';
	my $mine = acquire($desk)->json->{lock};
	status_is save($desk, lockFence => $mine->{fence}), 200, 'taken back, it counts';
	my $theirs = $admin->post("$at/takeover-lock")->json->{lock};
	error_is save($desk, lockFence => $mine->{fence}), 423, 'LOCKED', 'taken over, it does not';
	error_is save($desk), 423, 'LOCKED', 'with a fence or without';
	status_is $admin->del("$at?lockFence=$theirs->{fence}"), 204, 'the new holder cancels';
	status_is $desk->del($at), 204, 'which, being done, is done for everybody';
	$admin->del("$at/release-lock");
	error_is save($desk, lockFence => $theirs->{fence}), 423, 'LOCKED', 'a fence that was released is none';
};

subtest 'A visitor who fills in what staff have open' => sub {
	my $lead = $stranger->post('/api/appointments', { name => 'Visitor', phone => '+919812345678' })->json;
	my $path = "/api/appointments/$lead->{appointment}{id}";
	my $token = { 'X-Edit-Token' => $lead->{editToken} };
	acquire($desk, {}, $path);
	my $no = $stranger->patch($path, { reason => 'Knee' }, $token);
	error_is $no, 423, 'LOCKED', 'has to wait';
	is $no->json->{lock}, undef, 'and learns nothing about staff';
	$desk->del("$path/release-lock");
	status_is $stranger->patch($path, { reason => 'Knee' }, $token), 200, 'until it is released';
};

subtest 'Who sees what' => sub {
	my $mine = visit(patientId => $DEMO{bilal}, doctorId => $DEMO{arun});
	acquire($desk, {}, "/api/appointments/$mine");
	acquire($desk);
	is scalar @{ $desk->get('/api/locks')->json->{items} }, 2, 'the desk sees all that is being edited';
	is_deeply [ map { $_->{lock}{appointmentId} } @{ $arun->get('/api/locks')->json->{items} } ], [$mine], 'a doctor what is theirs';
	$clinic->age(lock => 316);
	is scalar @{ $desk->get('/api/locks')->json->{items} }, 0, 'and nobody what is over';
	$clinic->psql("UPDATE core.appointment SET is_deleted = true WHERE id = '$mine'");
	error_is acquire($desk, {}, "/api/appointments/$mine"), 404, 'NOT_FOUND', 'what is deleted cannot be edited';
	error_is $desk->get("/api/appointments/$mine/$_"), 404, 'NOT_FOUND', 'nor has it a ' . $_ for qw(lock lock-history);
};

subtest 'Who is signed out' => sub {
	my $account = $clinic->account('frontdesk')->{id};
	my ($here, $there) = map { $clinic->client(token => $clinic->session(account => $account)) } 1, 2;
	my $other = visit();
	status_is acquire($here), 201, 'somebody edits in one place';
	status_is acquire($there, {}, "/api/appointments/$other"), 201, 'and in another';
	status_is $here->post('/api/auth/logout'), 204, 'and signs out in the first';
	is state_for($meera), 'unlocked', 'where it is free at once';
	is $meera->get("/api/appointments/$other/lock")->json->{state}, 'locked_by_other', 'the other is theirs still';
	my $event = $admin->get("$at/lock-history")->json->{items}[0];
	is "$event->{event} $event->{user}{id} $event->{releasedBy}{id}", "released $account $account", 'as the history says';
	status_is acquire($meera), 201, 'somebody else takes it';
	$meera->del("$at/release-lock");
	my $version = $clinic->psql("SELECT version FROM auth.account WHERE id = '$account'");
	status_is $admin->patch("/api/admin/users/$account", { version => 0 + $version, disabled => JSON::PP::true }), 200, 'who is disabled';
	is $meera->get("/api/appointments/$other/lock")->json->{state}, 'unlocked', 'edits nothing either';
	$event = $admin->get("/api/appointments/$other/lock-history")->json->{items}[0];
	is "$event->{event} $event->{releasedBy}{id}", 'released ' . $clinic->account('admin')->{id}, 'and the history says by whom';
	$clinic->psql("UPDATE auth.account SET disabled = false WHERE id = '$account'");
	$desk = $clinic->client(token => $clinic->session(account => $account));
};

subtest 'A row that was loaded without triggers' => sub {
	$clinic->psql("DELETE FROM core.lock WHERE appointment_id = '$id'");
	is state_for($desk), 'unlocked', 'is free';
	status_is acquire($desk), 201, 'and gets its lease when somebody wants it';
	$desk->del("$at/release-lock");
};

wait_until {
	my $text = $stranger->get('/metrics')->text;
	my ($won, $lost) = map { $text =~ /^opdesk_lock_$_(?:_total)? (\d+)/m ? $1 : 0 } qw(acquired refused);
	$won > 5 && $lost > 1;
} 'locks won and refused are counted';

contract_is_kept;
done_testing;
