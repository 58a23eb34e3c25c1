#!/usr/bin/perl
# POST /api/appointments/bulk: one step for many visits, all or none, and a
# preview that says what would become of each (APPT-11).
use v5.36;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Parallel;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(set => { OPDESK_LIMIT_SENSITIVE => 0 });
my ($visitor, $desk, $admin, $meera, $arun, $asha, $bot) = map { $clinic->as($_) } qw(none frontdesk admin meera arun patient chatbot);
my $next_door = Opdesk::Neighbour->new($clinic);
my $neighbour = $next_door->as('admin');
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);

# Days on which nobody has anything yet; each part of this test takes the next.
sub new_day { state $n = 30; my $day = working_day(++$n); $n++ if $day ne day($n); return $day }

sub made ($day, $clock, %more) {
	my $res = $desk->post('/api/appointments', { name => "At $clock", phone => '98220 11203', doctorId => $DEMO{meera},
		serviceId => $DEMO{consultation}, startsAt => at($day, $clock), %more });
	return $res->json->{appointment} // die $res->line;
}
sub now ($a) { $admin->get("/api/appointments/$a->{id}")->json->{appointment} }
sub items (@a) { [ map { { id => $_->{id}, version => now($_)->{version} } } @a ] }
sub bulk ($action, $body, $who = $desk, %headers) { $who->post('/api/appointments/bulk', { action => $action, %$body }, \%headers) }
sub preview ($action, $body, $who = $desk) { bulk($action, { %$body, preview => $yes }, $who) }
sub outcomes ($res) { join ' ', map { $_->{outcome} } @{ $res->json->{items} } }
sub clock ($a) { my $t = now($a)->{startsAt}; (gmtime(epoch($t) + 19800))[2] . sprintf ':%02d', (gmtime(epoch($t) + 19800))[1] }
sub clocks (@a) { join ' ', map { clock($_) } @a }
sub statuses (@a) { join ' ', map { now($_)->{status} } @a }
sub taken ($day, $doctor = 'meera') {
	return $clinic->psql("SELECT coalesce(string_agg(to_char(starts_at AT TIME ZONE 'Asia/Kolkata', 'HH24:MI'), ' ' ORDER BY starts_at), '') FROM core.slot
		WHERE doctor_id = '$DEMO{$doctor}' AND state = 'booked' AND (starts_at AT TIME ZONE 'Asia/Kolkata')::date = '$day'");
}

#
# Cancelling
#

my $day = new_day();
my @visits = map { made($day, $_) } qw(09:00 09:15 09:30);
my %before = rows_of($clinic);
my $res = preview('cancel', { items => items(@visits) });
status_is $res, 200, 'what would be cancelled can be looked at';
is_deeply $res->json, { applied => $no, items => [ map { { id => $_->{id}, version => 1, name => $_->{name}, status => 'confirmed', doctorId => $DEMO{meera},
	startsAt => $_->{startsAt}, to => undef, outcome => 'OK' } } @visits ] }, 'row by row, in the order asked for';
same_rows($clinic, \%before, 'looking writes nothing');
is $clinic->psql("SELECT count(*) FROM feed.fresh WHERE entity = 'appointment' AND op <> 'created' OR op = 'released'"), 0, 'and is no news';
$res = bulk('cancel', { items => items(@visits) });
status_is $res, 200, 'then it is done';
ok $res->json->{applied}, 'and says so';
is join(' ', map { "$_->{status} $_->{version}" } @{ $res->json->{items} }), 'cancelled 2 cancelled 2 cancelled 2', 'with the versions they have now';
is statuses(@visits), 'cancelled cancelled cancelled', 'they are cancelled';
is taken($day), '', 'and their time is free';
is $clinic->psql("SELECT count(*) FROM core.revision WHERE appointment_id IN (" . join(', ', map { "'$_->{id}'" } @visits) . ") AND fields ? 'status'"), 3, 'each is on record once';
$clinic->psql("SELECT feed.fold('$DEMO{clinic}')");
is $clinic->psql("SELECT count(DISTINCT entity_id) FROM feed.change WHERE op = 'updated' AND entity_id IN (" . join(', ', map { "'$_->{id}'" } @visits) . ')'), 3, 'and each is news';
$res = bulk('cancel', { items => items(@visits) });
is join(' ', map { "$_->{outcome} $_->{version}" } @{ $res->json->{items} }), 'OK 2 OK 2 OK 2', 'what is cancelled already stays as it is';
$res = bulk('undo', { items => items(@visits) });
status_is $res, 200, 'it can be undone';
is statuses(@visits), 'confirmed confirmed confirmed', 'they stand as before';
is taken($day), '09:00 09:15 09:30', 'at their times';
bulk('cancel', { items => items(@visits) });
made($day, '09:15');
%before = rows_of($clinic);
$res = bulk('undo', { items => items(@visits) });
error_is $res, 409, 'SLOT_TAKEN', 'not when somebody else has one of the times';
is outcomes($res), 'OK SLOT_TAKEN OK', 'which is said row by row';
same_rows($clinic, \%before, 'then none of them comes back');
$clinic->psql("UPDATE core.appointment SET status_changed_at = status_changed_at - interval '11 minutes' WHERE id = '$visits[0]{id}'");
is outcomes(preview('undo', { items => items(@visits[0, 2]) })), 'BAD_TRANSITION OK', 'nor after ten minutes';

#
# All or none
#

$day = new_day();
@visits = map { made($day, $_) } qw(10:00 10:15 10:30 10:45);
my $changed = $desk->put("/api/appointments/$visits[1]{id}", { version => 1, reason => 'Knee' })->json->{appointment};
$clinic->psql("UPDATE core.appointment SET status = 'in_progress' WHERE id = '$visits[2]{id}'");
my @mixed = ((map { { id => $_->{id}, version => 1 } } @visits[0, 1]), { id => $visits[2]{id}, version => 2 }, { id => $nobody, version => 1 }, { id => $visits[3]{id}, version => 1 });
%before = rows_of($clinic);
$res = preview('cancel', { items => \@mixed });
status_is $res, 200, 'a preview tells also what cannot be';
is outcomes($res), 'OK VERSION_CONFLICT BAD_TRANSITION NOT_FOUND OK', 'and why';
is_deeply $res->json->{items}[1]{version}, 2, 'with the version that it has meanwhile';
is_deeply $res->json->{items}[3], { id => $nobody, version => 1, name => undef, status => undef, doctorId => undef, startsAt => undef, to => undef, outcome => 'NOT_FOUND' },
	'nothing is said of what is not there';
$res = bulk('cancel', { items => \@mixed });
error_is $res, 409, 'VERSION_CONFLICT', 'done without looking, the first of them is the answer';
is outcomes($res), 'OK VERSION_CONFLICT BAD_TRANSITION NOT_FOUND OK', 'beside what became of each';
ok !$res->json->{applied}, 'nothing was done';
same_rows($clinic, \%before, 'to none of them');
error_is bulk('cancel', { items => [ @mixed[3, 0] ] }), 404, 'NOT_FOUND', 'as when the first is not there';
error_is bulk('cancel', { items => [ @mixed[2, 0] ] }), 409, 'BAD_TRANSITION', 'or has begun';

#
# Confirming
#

$day = new_day();
@visits = map { made($day, $_, doctorId => $DEMO{arun}, serviceId => $DEMO{physiotherapy}) } qw(09:00 09:45 10:30);
is statuses(@visits), 'requested requested requested', 'physiotherapy waits to be confirmed';
made($day, '12:00', doctorId => $DEMO{arun});
$res = bulk('confirm', { doctorId => $DEMO{arun}, day => $day });
is join(' ', map { "$_->{outcome} $_->{status}" } @{ $res->json->{items} }), 'OK confirmed OK confirmed OK confirmed', 'a doctor\'s day is confirmed: what waits, and nothing else';
status_is bulk('undo', { items => items(@visits) }), 200, 'and undone';
is statuses(@visits), 'requested requested requested', 'they wait again';
my $lead = $desk->post('/api/appointments', { name => 'Rubina', phone => '98220 11202' })->json->{appointment};
is outcomes(preview('confirm', { items => items($lead, $visits[0]) })), 'VALIDATION_ERROR OK', 'what has no time cannot be confirmed';

#
# Moving
#

$day = new_day();
@visits = map { made($day, $_) } qw(09:00 09:15 09:30 09:45);
my $wish = { items => items(@visits), minutes => 15 };
%before = rows_of($clinic);
$res = preview('move', $wish);
is outcomes($res), 'OK OK OK OK', 'a row of visits moves by a quarter of an hour, each to where the next one was';
is_deeply $res->json->{items}[0]{to}, { doctorId => $DEMO{meera}, startsAt => $visits[1]{startsAt} }, 'the preview says where to';
same_rows($clinic, \%before, 'and moves nobody');
$res = bulk('move', $wish);
status_is $res, 200, 'then they move';
is clocks(@visits), '9:15 9:30 9:45 10:00', 'all of them';
is taken($day), '09:15 09:30 09:45 10:00', 'their times move along';
is join(' ', map { epoch(now($_)->{endsAt}) - epoch(now($_)->{startsAt}) } @visits), '900 900 900 900', 'and stay as long';
status_is bulk('move', { items => items(@visits), minutes => -15 }), 200, 'and back';
is clocks(@visits), '9:00 9:15 9:30 9:45', 'where they were';
is join(' ', map { now($_)->{status} } @visits), 'confirmed confirmed confirmed confirmed', 'confirmed as ever';

# A chain that ends at somebody who does not move.
my $wall = made($day, '10:00');
%before = rows_of($clinic);
$res = preview('move', $wish = { items => items(@visits), minutes => 15 });
is outcomes($res), 'SLOT_TAKEN SLOT_TAKEN SLOT_TAKEN SLOT_TAKEN', 'if the last one cannot, nor can those behind it';
error_is bulk('move', $wish), 409, 'SLOT_TAKEN', 'and nobody moves';
same_rows($clinic, \%before, 'nor has moved a little');
is outcomes(preview('move', { items => items(@visits[0, 1]), minutes => 60 })), 'SLOT_TAKEN OK', 'in any order of the list';
is outcomes(preview('move', { items => items(reverse @visits), minutes => 15 })), 'SLOT_TAKEN SLOT_TAKEN SLOT_TAKEN SLOT_TAKEN', 'and whichever comes first in it';
is outcomes(preview('move', { items => items(@visits, $wall), minutes => 15 })), 'OK OK OK OK OK', 'unless that one moves too';
# The one at the beginning would leave the hours.
is outcomes(preview('move', { items => items(@visits), minutes => -15 })), 'SLOT_TAKEN SLOT_TAKEN SLOT_TAKEN SLOT_TAKEN', 'before the doctor is there nobody moves';
is outcomes(preview('move', { items => items(@visits), minutes => -15, outsideHours => $yes })), 'OK OK OK OK', 'unless the desk says so';
is outcomes(preview('move', { items => items(@visits[1, 3]), minutes => 7 })), 'SLOT_TAKEN SLOT_TAKEN', 'nor off the grid';

# Two that change places: one move to each other's doctor.
$day = new_day();
my ($hers, $his) = (made($day, '11:00', patientId => $DEMO{asha}), made($day, '11:00', doctorId => $DEMO{arun}, patientId => $DEMO{bilal}));
error_is bulk('move', { items => items($hers), toDoctorId => $DEMO{arun} }), 409, 'SLOT_TAKEN', 'to a doctor who is busy nobody moves';
$res = bulk('move', { items => items($hers, $his), toDoctorId => $DEMO{arun} });
error_is $res, 409, 'SLOT_TAKEN', 'also not when the one who is there is in the list and stays';
is outcomes($res), 'SLOT_TAKEN OK', 'who is there already is no obstacle to themselves';
my $later = made($day, '11:15');
$res = bulk('move', { items => items($hers, $later), minutes => 15, toDoctorId => $DEMO{meera} });
status_is $res, 200, 'into the place that is left in the same step one may go';
is clocks($hers, $later), '11:15 11:30', 'both stand there';

# To another doctor.
$day = new_day();
@visits = (made($day, '09:00', patientId => $DEMO{asha}), made($day, '09:15', patientId => $DEMO{bilal}), made($day, '16:00', status => 'requested'));
$res = bulk('move', { doctorId => $DEMO{meera}, day => $day, toDoctorId => $DEMO{arun} });
status_is $res, 200, 'a doctor\'s day moves to another doctor';
is join(' ', map { now($_)->{doctorId} eq $DEMO{arun} ? 'arun' : 'meera' } @visits), 'arun arun arun', 'with all who come';
is statuses(@visits), 'confirmed confirmed requested', 'as they stand';
is taken($day), '', 'the one doctor is free';
is taken($day, 'arun'), '09:00 09:15 16:00', 'the other one is not';
my $next = new_day();
my $away = (epoch(at($next, '09:00')) - epoch(at($day, '09:00'))) / 60;
my $there = made($next, '09:15', doctorId => $DEMO{arun});
$res = preview('move', { doctorId => $DEMO{arun}, day => $day, minutes => $away });
is outcomes($res), 'OK SLOT_TAKEN OK', 'a day moves to another day, where there is room';
$desk->del("/api/appointments/$there->{id}");
status_is bulk('move', { doctorId => $DEMO{arun}, day => $day, minutes => $away }), 200, 'when there is, all go';
is taken($next, 'arun'), '09:00 09:15 16:00', 'to the same times of day';

# The patient is elsewhere.
$day = new_day();
my $one = made($day, '09:00', patientId => $DEMO{asha});
my $two = made($day, '09:30', doctorId => $DEMO{arun}, patientId => $DEMO{asha});
error_is bulk('move', { items => items($one), minutes => 30 }), 409, 'PATIENT_BUSY', 'nobody is moved into two rooms at once';
status_is bulk('move', { items => items($one, $two), minutes => 30 }), 200, 'unless both move';
is clocks($one, $two), '9:30 10:00', 'one after the other';
is outcomes(preview('move', { items => items($one, $two), minutes => 30, toDoctorId => $DEMO{meera} })), 'OK OK', 'also to one doctor';

# What cannot be moved.
my $walk_in = $desk->post('/api/appointments', { name => 'Walks in', phone => '98220 11205', walkIn => $yes })->json->{appointment};
is outcomes(preview('move', { items => items($walk_in), minutes => 15 })), 'BAD_TRANSITION', 'what has no time is not moved by minutes';
is outcomes(preview('move', { items => items($walk_in), toDoctorId => $DEMO{arun} })), 'OK', 'but may wait for another doctor';
$clinic->psql("UPDATE core.appointment SET status = 'completed' WHERE id = '$two->{id}'");
is outcomes(preview('move', { items => items($one, $two), minutes => 15 })), 'OK BAD_TRANSITION', 'nor what is over';
is outcomes(preview('move', { items => items($one), minutes => -60 * 24 * 60 })), 'SLOT_TAKEN', 'nor into the past';

# Held times.
my $hold = $visitor->post('/api/reservations', { doctorId => $DEMO{meera}, serviceId => $DEMO{consultation}, startsAt => at($day, '12:00') })->json;
my $near = made($day, '11:45');
is outcomes(preview('move', { items => items($near), minutes => 15 })), 'SLOT_TAKEN', 'a time that is held is nobody else\'s';
$clinic->age(hold => 301);
is outcomes(preview('move', { items => items($near), minutes => 15 })), 'OK', 'until the hold runs out';

# Somebody is editing one of them.
$day = new_day();
@visits = map { made($day, $_) } qw(09:00 09:15 09:30);
status_is $meera->post("/api/appointments/$visits[1]{id}/acquire-lock", {}), 201, 'a doctor edits one of three';
%before = rows_of($clinic);
is outcomes(preview('cancel', { items => items(@visits) })), 'OK LOCKED OK', 'which a preview tells';
is outcomes(preview('move', { items => items(@visits), minutes => 15 })), 'SLOT_TAKEN LOCKED OK', 'and that nobody can move to where that one stays';
error_is bulk('cancel', { items => items(@visits) }), 423, 'LOCKED', 'all three have to wait';
same_rows($clinic, \%before, 'untouched');
status_is bulk('cancel', { items => items(@visits) }, $meera), 200, 'for anybody but who holds the lock';

#
# Who may
#

$day = new_day();
@visits = (made($day, '09:00'), made($day, '09:15', doctorId => $DEMO{arun}));
%before = rows_of($clinic);
error_is bulk('cancel', { items => items(@visits) }, $_), 403, 'FORBIDDEN', 'neither patient nor assistant does many things at once' for $asha, $bot;
error_is bulk('cancel', { items => items(@visits) }, $visitor), 401, 'UNAUTHENTICATED', 'nor a stranger';
is outcomes(preview('cancel', { items => items(@visits) }, $meera)), 'OK NOT_FOUND', 'to a doctor another\'s visits are not there';
error_is bulk('cancel', { items => items(@visits) }, $meera), 404, 'NOT_FOUND', 'so none is cancelled';
error_is bulk('cancel', { doctorId => $DEMO{arun}, day => $day }, $meera), 403, 'FORBIDDEN', 'nor another\'s day';
error_is bulk('move', { items => items($visits[0]), toDoctorId => $DEMO{arun} }, $meera), 403, 'FORBIDDEN', 'a doctor hands nobody over';
error_is bulk('cancel', { doctorId => $next_door->id('doctor'), day => $day }), 404, 'NOT_FOUND', 'a doctor next door is not there';
error_is bulk('cancel', { doctorId => $nobody, day => $day }), 404, 'NOT_FOUND', 'as one who does not exist';
error_is bulk('move', { items => items($visits[0]), toDoctorId => $next_door->id('doctor') }), 404, 'NOT_FOUND', 'nobody moves there';
is outcomes(preview('cancel', { items => [ { id => $next_door->id('appointment'), version => 1 } ] })), 'NOT_FOUND', 'nor are visits next door';
is outcomes(preview('cancel', { items => items($visits[0]) }, $neighbour)), 'NOT_FOUND', 'the other way round neither';
same_rows($clinic, \%before, 'none of which changed a row');
status_is bulk('cancel', { doctorId => $DEMO{meera}, day => $day }, $meera), 200, 'a doctor cancels their own day';
is statuses(@visits), 'cancelled confirmed', 'and theirs only';

#
# What is not understood
#

my %bad = (
	'neither items nor a day' => [ cancel => {}, 'items' ],
	'both' => [ cancel => { items => [], doctorId => $DEMO{meera}, day => $day }, 'items' ],
	'a doctor without a day' => [ cancel => { doctorId => $DEMO{meera} }, 'day' ],
	'a day without a doctor' => [ cancel => { day => $day }, 'items' ],
	'an unknown step' => [ destroy => { items => [] }, 'action' ],
	'a move to nowhere' => [ move => { items => [] }, 'minutes' ],
	'a move by nothing' => [ move => { items => [], minutes => 0 }, 'minutes' ],
	'a move by years' => [ move => { items => [], minutes => 60 * 24 * 400 }, 'minutes' ],
	'minutes of a cancellation' => [ cancel => { items => [], minutes => 15 }, 'minutes' ],
	'another doctor for a confirmation' => [ confirm => { items => [], toDoctorId => $DEMO{arun} }, 'toDoctorId' ],
	'undoing a day' => [ undo => { doctorId => $DEMO{meera}, day => $day }, 'items' ],
	'a row twice' => [ cancel => { items => [ ({ id => $visits[1]{id}, version => 1 }) x 2 ] }, 'items' ],
	'a row without a version' => [ cancel => { items => [ { id => $visits[1]{id} } ] }, 'items[0].version' ],
	'an id that is none' => [ cancel => { items => [ { id => 'x', version => 1 } ] }, 'items[0].id' ],
	'too many' => [ cancel => { items => [ map { { id => sprintf('%08d-0000-4000-8000-000000000000', $_), version => 1 } } 1 .. 501 ] }, 'items' ],
	'a word for a choice' => [ cancel => { items => [], preview => 'no' }, 'preview' ],
);
for my $what (sort keys %bad) {
	my ($action, $body, $field) = @{ $bad{$what} };
	my $refused = bulk($action, $body);
	error_is $refused, 400, 'VALIDATION_ERROR', "$what is refused";
	is join(' ', map { $_->{field} } @{ $refused->json->{details} }), $field, "at $field";
}
is_deeply bulk('cancel', { items => [] })->json, { applied => $yes, items => [] }, 'nothing to do is done at once';
is_deeply bulk('cancel', { doctorId => $DEMO{meera}, day => new_day() })->json->{items}, [], 'as on a day on which nobody comes';

#
# Again, and at the same moment
#

$day = new_day();
@visits = map { made($day, $_) } qw(09:00 09:15 09:30);
my %once = ('Idempotency-Key' => 'move them once');
my $list = items(@visits);
my @twice = map { bulk('move', { items => $list, minutes => 60 }, $desk, %once) } 1, 2;
is_deeply $twice[1]->json, $twice[0]->json, 'sent again with its key, it has the same answer';
is clocks(@visits), '10:00 10:15 10:30', 'and is done once';
error_is bulk('move', { items => $list, minutes => 75 }, $desk, %once), 422, 'IDEMPOTENCY_MISMATCH', 'the key is for that step';
error_is bulk('move', { items => $list, minutes => 60 }), 409, 'VERSION_CONFLICT', 'without one, the versions are old';

# Steps that cross: everybody wants all rows, in another order each.
for my $round (1 .. 3) {
	my $now = items(@visits);
	my @answers = at_once(6, sub ($n) {
		my @mine = $n % 2 ? @$now : reverse @$now;
		my $who = $clinic->as($n % 3 ? 'frontdesk' : 'meera');
		my $res = $n == 6 ? $who->put("/api/appointments/$now->[1]{id}", { version => $now->[1]{version}, startsAt => at($day, '12:30') })
			: bulk('move', { items => \@mine, minutes => 15 * $n }, $who);
		return [ $res->status, $res->json->{code} ];
	});
	is scalar(grep { $_->[0] == 200 } @answers), 1, "round $round: of six who want the same rows one gets them";
	is scalar(grep { $_->[0] == 409 && $_->[1] =~ /^(VERSION_CONFLICT|SLOT_TAKEN)$/ } @answers), 5, 'and the others hear what has changed';
	is scalar(split ' ', taken($day)), 3, 'nobody has two times, nobody none';
}
unlike $clinic->log_of('bulk') . $clinic->log_of('appointments'), qr/40P01/, 'nobody met a deadlock';

contract_is_kept;
done_testing;
