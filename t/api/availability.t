#!/usr/bin/perl
# GET and PUT /api/availability/{doctorId}: hours, and the times they leave free.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Neighbour;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $desk, $meera, $arun) = map { $clinic->as($_) } qw(none frontdesk meera arun);
my ($mine, $his) = map { "/api/availability/$DEMO{$_}" } qw(meera arun);

sub slots ($from, $to = $from, $service = '', $path = $mine) {
	my $res = $visitor->get("$path?from=$from&to=$to" . ($service ? "&serviceId=$DEMO{$service}" : ''));
	return map { $_->{startsAt} } @{ $res->json->{slots} // die $res->line };
}

#
# What is asked for
#

my $res = $visitor->get($mine);
status_is $res, 200, 'everybody may ask when a doctor is free';
is_deeply [ sort keys %{ $res->json } ], [qw(doctorId exceptions rules slots timeZone version)], 'the answer has these members';
is_deeply $res->json->{rules}[0], { weekday => 1, start => '09:00', end => '13:00', slotMinutes => 15, bufferMinutes => 0, validFrom => undef, validTo => undef },
	'a rule has these';
my @days = sort keys %{ { map { substr($_->{startsAt}, 0, 10) => 1 } @{ $res->json->{slots} } } };
ok $days[0] ge day(0) && $days[-1] le day(6), 'seven days from today, unless the question says otherwise';
is_deeply [ slots(day(0), day(6)) ], [ map { $_->{startsAt} } @{ $res->json->{slots} } ], 'which is the same question';
is_deeply [ slots(day(2), day(8)) ], [ map { $_->{startsAt} } @{ $visitor->get("$mine?from=" . day(2))->json->{slots} } ], 'from alone asks for a week';
is_deeply [ slots(day(1), day(7)) ], [ slots(day(1), day(7), 'consultation') ], 'without a service the first one counts';

status_is $visitor->get("$mine?from=" . day(1) . '&to=' . day(62)), 200, '62 days can be asked for at once';
my %wrong = (
	'63 days' => 'from=' . day(1) . '&to=' . day(63), 'an end before the beginning' => 'from=' . day(2) . '&to=' . day(1), 'an end without a beginning' => 'to=' . day(2),
	'a day that no month has' => 'from=2026-02-30', 'a time' => 'from=2026-02-03T10:00:00Z', 'a date in words' => 'from=tomorrow', 'no service id' => 'serviceId=consultation',
	'a day twice' => 'from=' . day(1) . '&from=' . day(2), 'five digits of a year' => 'from=20260-01-01', 'no value' => 'from=',
);
error_is $visitor->get("$mine?$wrong{$_}"), 400, 'VALIDATION_ERROR', "refused: $_" for sort keys %wrong;
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';
error_is $visitor->get("/api/availability/$nobody"), 404, 'NOT_FOUND', 'nobody\'s hours';
error_is $visitor->get("$mine?serviceId=$nobody"), 404, 'NOT_FOUND', 'nobody\'s service';
status_is $visitor->get("$mine?from=1999-01-01&to=1999-01-31"), 200, 'the past can be asked for';
is scalar(slots('1999-01-01', '1999-01-31')), 0, 'and has nothing to offer';
is scalar(slots('2199-01-01', '2199-01-31')), 0, 'nor has the far future';

#
# What is free, held against what the tables say
#

# Grid of rule and service minus what is taken; all in minutes of the clinic's day.
sub expected ($date, $minutes, $doctor = $DEMO{meera}) {
	return if weekday($date) == 7;
	my @taken = map { [ split / / ] } split /\n/, $clinic->psql("SELECT extract(epoch FROM lower(during))::bigint || ' ' || extract(epoch FROM upper(during))::bigint
		FROM core.slot WHERE doctor_id = '$doctor' AND state = 'booked' OR doctor_id = '$doctor' AND state = 'hold' AND expires_at > now()");
	my @free;
	for ([ '09:00', 240 ], [ '16:00', 180 ]) {
		my ($start, $length) = @$_;
		for (my $m = 0; $m + $minutes <= $length; $m += 15) {
			my $t = epoch(at($date, $start)) + 60 * $m;
			push @free, utc($t) unless $t < time || grep { $_->[0] < $t + 60 * $minutes && $t < $_->[1] } @taken;
		}
	}
	return @free;
}
for my $n (0 .. 6, 13) {
	is_deeply [ slots(day($n)) ], [ expected(day($n), 15) ], "day $n offers what nobody has, for a visit of 15 minutes";
	is_deeply [ slots(day($n), day($n), 'physiotherapy') ], [ expected(day($n), 45) ], 'and for one of 45, which must end before the doctor goes';
}
my ($slot) = @{ $visitor->get("$mine?from=" . working_day(1) . '&to=' . working_day(1) . "&serviceId=$DEMO{physiotherapy}")->json->{slots} };
is epoch($slot->{endsAt}) - epoch($slot->{startsAt}), 45 * 60, 'a slot is as long as the service';

# Holds and bookings.
my $wish = $clinic->free_slot(day => 2 + (weekday(day(2)) == 7));
my $date = working_day(2);
my $hold = $visitor->post('/api/reservations', $wish)->json;
for my $who ($visitor, $desk, $meera, $clinic->as('patient')) {
	my %free = map { $_->{startsAt} => 1 } @{ $who->get("$mine?from=$date&to=$date")->json->{slots} };
	ok !$free{ $wish->{startsAt} }, 'a held time is offered to nobody';
}
is_deeply [ slots($date) ], [ expected($date, 15) ], 'all others still are';
status_is $visitor->del("/api/reservations/$hold->{id}", { 'X-Reservation-Token' => $hold->{token} }), 204, 'given back';
ok scalar(grep { $_ eq $wish->{startsAt} } slots($date)), 'it is free again';
my $booked = $visitor->post('/api/appointments', { name => 'N', phone => '+919811111111', %$wish })->json->{appointment};
ok !(grep { $_ eq $wish->{startsAt} } slots($date)), 'a booked time is not offered';
$desk->del("/api/appointments/$booked->{id}");
ok scalar(grep { $_ eq $wish->{startsAt} } slots($date)), 'until the visit is cancelled';
is_deeply [ slots(day(3), day(3), '', $his) ], [ expected(day(3), 15, $DEMO{arun}) ], 'another doctor has another day';

# Rules of the service.
$clinic->psql("UPDATE core.service SET notice = '48 hours', horizon = '5 days' WHERE id = '$DEMO{consultation}'");
my @near = map { epoch($_) } slots(day(0), day(9));
ok $near[0] >= time + 48 * 3600 - 5, 'nothing is offered before the notice';
ok $near[-1] <= time + 5 * 86400 + 5, 'nor beyond the horizon';
$clinic->psql("UPDATE core.service SET notice = '0', horizon = '90 days', buffer = '15 minutes' WHERE id = '$DEMO{consultation}'");
my @with = slots(day(4), day(10));
$clinic->psql("UPDATE core.service SET buffer = '0' WHERE id = '$DEMO{consultation}'");
my @without = slots(day(4), day(10));
cmp_ok scalar @with, '<', scalar @without, 'a buffer takes times away';
my %with = map { $_ => 1 } @with;
my %without = map { $_ => 1 } @without;
is scalar(grep { !$without{$_} } @with), 0, 'and adds none';
is join(' ', grep { $without{ minutes_later($_, 15) } && !$with{$_} } @without), '', 'it is what follows that must be free';

#
# Saving
#

sub schedule { my $s = $visitor->get($mine)->json; map { $_ => $s->{$_} } qw(rules exceptions version) }
my %was = schedule();
my $saved = $meera->put($mine, \%was);
status_is $saved, 200, 'a doctor saves their own hours';
is_deeply $saved->json->{rules}, $was{rules}, 'what was read can be saved';
is $saved->json->{version}, $was{version} + 1, 'and is one version later';
is $visitor->get($mine)->json->{version}, $was{version} + 1, 'for readers too';
is_deeply $saved->json->{orphaned}, [], 'no visit is left outside';
my $no = $meera->put($mine, \%was);
error_is $no, 409, 'VERSION_CONFLICT', 'the version that was read before is too old now';
is $no->json->{current}{version}, $was{version} + 1, 'and the answer has the current one';
is_deeply $no->json->{current}{rules}, $was{rules}, 'with its rules';
delete $was{version};
error_is $meera->put($mine, \%was), 400, 'VALIDATION_ERROR', 'without a version nothing is saved';
status_is $desk->put($mine, \%was, { 'If-Match' => '"' . ($saved->json->{version}) . '"' }), 200, 'If-Match serves as well, and the front desk may';
status_is $clinic->as('admin')->put($mine, { schedule() }), 200, 'and the admin';
error_is $arun->put($mine, { schedule() }), 403, 'FORBIDDEN', 'another doctor may not';
error_is $clinic->as('patient')->put($mine, { schedule() }), 403, 'FORBIDDEN', 'nor a patient';
error_is $visitor->put($mine, { schedule() }), 401, 'UNAUTHENTICATED', 'nor a stranger';

my %rule = (weekday => 2, start => '09:00', end => '12:00', slotMinutes => 30, bufferMinutes => 0);
my %bad = (
	'no weekday 0' => { %rule, weekday => 0 }, 'no weekday 8' => { %rule, weekday => 8 }, 'an end before the start' => { %rule, end => '08:00' },
	'an end at the start' => { %rule, end => '09:00' }, 'a minute 60' => { %rule, start => '08:60' }, 'an hour 25' => { %rule, end => '25:00' },
	'slots of 4 minutes' => { %rule, slotMinutes => 4 }, 'half minutes' => { %rule, slotMinutes => 7.5 }, 'text for a number' => { %rule, weekday => '2' },
	'a day off before it begins' => { %rule, validFrom => '2026-03-01', validTo => '2026-02-01' }, 'a member too many' => { %rule, doctorId => $DEMO{arun} },
	'a member too few' => { map { $_ => $rule{$_} } qw(weekday start end) }, 'a buffer below nothing' => { %rule, bufferMinutes => -5 },
);
my %now = schedule();
for my $what (sort keys %bad) {
	my $res = $meera->put($mine, { %now, rules => [ $bad{$what} ] });
	error_is $res, 400, 'VALIDATION_ERROR', "refused in a rule: $what";
	like $res->json->{details}[0]{field} // '', qr/^rules/, 'and it says where';
}
error_is $meera->put($mine, { %now, rules => [ \%rule, { %rule, start => '11:30', end => '13:00' } ] }), 400, 'VALIDATION_ERROR', 'two rules that overlap';
error_is $meera->put($mine, { %now, rules => [ map { \%rule } 1 .. 101 ] }), 400, 'VALIDATION_ERROR', 'a hundred and one rules';
error_is $meera->put($mine, { %now, rules => {} }), 400, 'VALIDATION_ERROR', 'rules that are no list';
error_is $meera->put($mine, { %now, rules => ['x'] }), 400, 'VALIDATION_ERROR', 'a rule that is no object';
error_is $meera->put($mine, { %now, version => "$now{version}" }), 400, 'VALIDATION_ERROR', 'a version that is text';
error_is $meera->put($mine, \%now, { 'If-Match' => $_ }), 400, 'VALIDATION_ERROR', "If-Match $_" for 'W/"x3"', '3', '*', '"x"', '""';
is_deeply { schedule() }, \%now, 'nothing of this was saved';

# The doctor's next month: Tuesdays only, by the half hour.
my $tuesday = working_day(1);
$tuesday = day(1 + (9 - weekday(day(1))) % 7);
$saved = $meera->put($mine, { %now, rules => [ { %rule, bufferMinutes => 10, validFrom => $tuesday } ] });
status_is $saved, 200, 'other hours can be saved';
is_deeply $saved->json->{rules}[0], { %rule, bufferMinutes => 10, validFrom => $tuesday, validTo => undef }, 'and come back as they were sent';
my @orphans = split /\n/, $clinic->psql("SELECT id FROM core.appointment a WHERE doctor_id = '$DEMO{meera}' AND starts_at > now() AND status IN ('requested', 'confirmed')
	AND NOT is_deleted AND NOT (extract(isodow FROM starts_at AT TIME ZONE 'Asia/Kolkata') = 2 AND (ends_at AT TIME ZONE 'Asia/Kolkata')::time <= '12:00'
	AND (starts_at AT TIME ZONE 'Asia/Kolkata')::date >= '$tuesday') ORDER BY 1");
cmp_ok scalar @orphans, '>', 0, 'there are visits that these hours leave outside';
is join(' ', sort @{ $saved->json->{orphaned} }), "@orphans", 'and the answer names them';
is $clinic->psql("SELECT count(*) FROM core.appointment WHERE id IN ('" . join("','", @orphans) . "') AND status IN ('requested', 'confirmed')"), scalar @orphans, 'they stay as they are';
is_deeply [ sort keys %{ { map { (weekday(substr $_, 0, 10)) => 1 } slots(day(1), day(30)) } } ], [2], 'only Tuesdays are offered now';

# Exceptions.
%now = schedule();
my @set = (
	{ kind => 'closed', from => at($tuesday, '10:00'), to => at($tuesday, '11:00') },
	{ kind => 'extra', from => at($tuesday, '20:00'), to => at($tuesday, '21:00'), slotMinutes => 20 },
);
$clinic->psql("INSERT INTO core.exception (clinic_id, doctor_id, kind, starts_at, ends_at) VALUES ('$DEMO{clinic}', '$DEMO{meera}', 'closed', now() - interval '9 days', now() - interval '3 days')");
%now = schedule();
$saved = $meera->put($mine, { %now, exceptions => \@set });
status_is $saved, 200, 'exceptions can be saved';
is_deeply [ map { { %$_, from => epoch($_->{from}), to => epoch($_->{to}) } } @{ $saved->json->{exceptions} } ],
	[ map { { %$_, from => epoch($_->{from}), to => epoch($_->{to}) } } @set ], 'and come back, an extra session with its grid';
is_deeply $visitor->get("$mine?from=2199-01-01&to=2199-01-01")->json->{exceptions}, $saved->json->{exceptions}, 'whatever days one asks for';
is $clinic->psql("SELECT count(*) FROM core.exception WHERE doctor_id = '$DEMO{meera}' AND ends_at < now() - interval '2 days'"), 1, 'what is over is kept for the record';
my @taken = map { epoch($_) } split /\n/, $clinic->psql("SELECT to_char(starts_at, 'YYYY-MM-DD\"T\"HH24:MI:SS+00:00') FROM core.slot WHERE doctor_id = '$DEMO{meera}' AND state = 'booked'");
my @offered = slots($tuesday);
is scalar(grep { epoch($_) >= epoch(at($tuesday, '09:50')) && epoch($_) < epoch(at($tuesday, '11:00')) } @offered), 0, 'nothing is offered while it is closed';
my @evening = grep { epoch($_) >= epoch(at($tuesday, '20:00')) } @offered;
is join(' ', map { (epoch($_) - epoch(at($tuesday, '20:00'))) / 60 } @evening), '0 20 40', 'and the extra session is, on its own grid';
error_is $meera->put($mine, { schedule(), exceptions => [ { %{ $set[0] }, to => $set[0]{from} } ] }), 400, 'VALIDATION_ERROR', 'an exception that is over when it begins';
error_is $meera->put($mine, { schedule(), exceptions => [ { %{ $set[0] }, kind => 'maybe' } ] }), 400, 'VALIDATION_ERROR', 'of a kind that nobody knows';
error_is $meera->put($mine, { schedule(), exceptions => [ { %{ $set[0] }, from => $tuesday } ] }), 400, 'VALIDATION_ERROR', 'from a day in place of an instant';
status_is $meera->put($mine, { schedule(), exceptions => [] }), 200, 'an empty list';
is_deeply $visitor->get($mine)->json->{exceptions}, [], 'takes all of them away';

# The whole clinic has a holiday: no doctor's page shows or changes it.
$clinic->psql("INSERT INTO core.exception (clinic_id, kind, starts_at, ends_at) VALUES ('$DEMO{clinic}', 'closed', '" . at(day(5), '00:00') . "', '" . at(day(6), '00:00') . "')");
is scalar(slots(day(5), day(5), '', $his)), 0, 'nobody works on the clinic\'s holiday';
status_is $arun->put($his, { map { $_ => $visitor->get($his)->json->{$_} } qw(rules exceptions version) }), 200, 'a doctor who saves';
is scalar(slots(day(5), day(5), '', $his)), 0, 'does not take it away';

# Lists that do not change cost a 304.
my $etag = $visitor->get($his)->header('ETag');
like $etag, qr{^W/}, 'the tag of a list of slots is weak: nobody can save against it';
status_is $visitor->get($his, { 'If-None-Match' => $etag }), 304, 'an unchanged one costs a 304';
error_is $arun->put($his, { rules => [], exceptions => [] }, { 'If-Match' => $etag }), 400, 'VALIDATION_ERROR', 'and If-Match does not take it';

# A zone with summer time, three quarters of an hour off.
my $next_door = Opdesk::Neighbour->new($clinic);
my $theirs = $next_door->as('doctor')->get('/api/availability/' . $next_door->id('doctor'))->json;
is $theirs->{timeZone}, 'Pacific/Chatham', 'another clinic has another zone';
my %clock = map { $_ => 1 } map { ($clinic->psql("SELECT to_char(timestamptz '$_->{startsAt}' AT TIME ZONE 'Pacific/Chatham', 'HH24:MI')")) } @{ $theirs->{slots} }[ 40 .. 60 ];
is join(' ', grep { !/:(00|20|40)$/ } sort keys %clock), '', 'its grid is anchored in its own time';
error_is $visitor->get('/api/availability/' . $next_door->id('doctor')), 404, 'NOT_FOUND', 'and its doctors are nobody here';

# A new clinic: hours are set before there is a service.
my $hired = '30000000-0000-4000-8000-0000000000d1';
$clinic->psql("INSERT INTO core.clinic (id, name, host, position) VALUES ('30000000-0000-4000-8000-000000000001', 'Clinic', 'new.test', 3);
	INSERT INTO core.doctor (id, clinic_id, name) VALUES ('$hired', '30000000-0000-4000-8000-000000000001', 'Dr. First')");
my $bare = $visitor->raw("GET /api/availability/$hired HTTP/1.1\r\nHost: new.test\r\n\r\n");
status_is $bare, 200, 'a clinic without services has doctors with hours';
is_deeply $bare->json->{slots}, [], '... and no times';
status_is $visitor->raw("GET /api/availability/$hired?serviceId=$DEMO{consultation} HTTP/1.1\r\nHost: new.test\r\n\r\n"), 404, '... nor those of somebody else\'s service';

contract_is_kept;
done_testing;
