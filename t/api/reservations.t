#!/usr/bin/perl
# POST /api/reservations, DELETE /api/reservations/{id}: a time kept for five
# minutes while a form is filled in.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $other) = map { $clinic->visitor } 1, 2;
my $nobody = '9999abcd-9999-4999-8999-9999abcdef99';

sub release ($hold, $token = $hold->{token}, $who = $visitor) { $who->del("/api/reservations/$hold->{id}", $token ? { 'X-Reservation-Token' => $token } : {}) }

my $slot = $clinic->free_slot;
my $res = $visitor->post('/api/reservations', $slot);
status_is $res, 201, 'a free time can be reserved';
my $hold = $res->json;
is $hold->{startsAt}, $slot->{startsAt}, 'this one';
is epoch($hold->{endsAt}) - epoch($hold->{startsAt}), 15 * 60, 'for as long as the service takes';
my $left = epoch($hold->{expiresAt}) - time;
ok $left > 290 && $left <= 300, 'for five minutes';
ok length $hold->{token} >= 40, 'with a token of 256 bits';
is $res->header('Cache-Control'), 'no-store', 'that no cache keeps';
unlike $clinic->psql("SELECT s::text FROM core.slot s WHERE id = '$hold->{id}'"), qr/\Q$hold->{token}/, 'and no table';
is $clinic->psql("SELECT source FROM core.appointment WHERE starts_at = '$slot->{startsAt}' AND doctor_id = '$slot->{doctorId}'"), '', 'a reservation is no appointment';

my $no = $other->post('/api/reservations', $slot);
error_is $no, 409, 'SLOT_TAKEN', 'then nobody else gets it';
my @near = @{ $no->json->{alternatives} };
is scalar @near, 3, 'but is shown three that are near';
my ($from, $to) = (day(0), day(14));
my %free = map { $_->{startsAt} => 1 } @{ $visitor->get("/api/availability/$slot->{doctorId}?from=$from&to=$to")->json->{slots} };
is scalar(grep { $free{ $_->{startsAt} } } @near), 3, 'all of them free';
my @nearest = (sort { abs(epoch($a) - epoch($slot->{startsAt})) <=> abs(epoch($b) - epoch($slot->{startsAt})) || $a cmp $b } keys %free)[ 0 .. 2 ];
is_deeply [ map { $_->{startsAt} } @near ], [ sort @nearest ], 'the nearest that there are, in order';
status_is $other->post('/api/reservations', { %$slot, startsAt => $near[0]{startsAt} }), 201, 'and one of them can be reserved in its place';
error_is $visitor->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'not even the holder gets it twice';
error_is $clinic->as('admin')->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'nor the staff';
my $long = { %$slot, serviceId => $DEMO{physiotherapy} };
error_is $other->post('/api/reservations', $long), 409, 'SLOT_TAKEN', 'nor is it part of a longer visit';

error_is release($hold, undef), 404, 'NOT_FOUND', 'without the token nobody gives it back';
error_is release($hold, 'x' x 43), 404, 'NOT_FOUND', 'nor with another';
error_is release($hold, $hold->{token} . 'x'), 404, 'NOT_FOUND', 'nor with more than it';
error_is release($hold, substr $hold->{token}, 0, 20), 404, 'NOT_FOUND', 'nor with part of it';
error_is release({ id => $nobody, token => $hold->{token} }), 404, 'NOT_FOUND', 'nor another with this one';
error_is $visitor->del("/api/reservations/$hold->{id}", { 'X-Reservation-Token' => 'x' x 300 }), 400, 'VALIDATION_ERROR', 'a token that is too long is none';
SKIP: {
	skip 'Apache joins what came twice', 1 if $clinic->server eq 'apache';
	error_is $visitor->del("/api/reservations/$hold->{id}", { 'X-Reservation-Token' => [ $hold->{token}, 'x' ] }), 400, 'VALIDATION_ERROR', 'one comes once';
}
error_is $visitor->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'so it is still kept';
status_is release($hold, $hold->{token}, $other), 204, 'who has the token gives it back, whoever they are';
status_is release($hold), 204, 'again: it is gone already, which is fine';
$hold = $visitor->post('/api/reservations', $slot)->json;
ok $hold->{id}, 'and the time can be reserved anew';

# Nothing has to run for a hold to end.
$clinic->age(hold => 299);
error_is $other->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'in the last second it is kept';
$clinic->age(hold => 1);
my $next = $other->post('/api/reservations', $slot);
status_is $next, 201, 'after five minutes it is somebody else\'s';
status_is release($hold), 204, 'the first holder has nothing to give back';
error_is $visitor->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'and does not give back the second one\'s';

# What is no offered time.
my $day = working_day(3);
my $past = weekday(day(-1)) == 7 ? day(-2) : day(-1);
my %odd = (
	'between two slots' => at($day, '09:07'), 'a second late' => "${day}T09:00:01+05:30", 'in the lunch break' => at($day, '14:00'), 'at the closing hour' => at($day, '13:00'),
	'at night' => at($day, '03:00'), 'yesterday' => at($past, '09:00'), 'beyond the horizon' => at(working_day(95), '09:00'), 'in a hundred years' => at('2126-11-20', '09:00'),
);
for my $what (sort keys %odd) {
	my $no = $visitor->post('/api/reservations', { %$slot, startsAt => $odd{$what} });
	error_is $no, 409, 'SLOT_TAKEN', "not offered: $what";
	is ref $no->json->{alternatives}, 'ARRAY', 'with what is';
}
my $wish = $clinic->free_slot;
my $elsewhere = utc(epoch($wish->{startsAt}) - 3.5 * 3600) =~ s/\+00:00/-03:30/r;
my $same = $visitor->post('/api/reservations', { %$wish, startsAt => $elsewhere });
status_is $same, 201, 'a time may be told in any zone';
is $same->json->{startsAt}, $wish->{startsAt}, 'it is the same instant';
my $first = $visitor->post('/api/reservations', { map { $_ => $clinic->free_slot->{$_} } qw(doctorId startsAt) });
status_is $first, 201, 'without a service the first one counts';
is epoch($first->json->{endsAt}) - epoch($first->json->{startsAt}), 15 * 60, 'which takes 15 minutes';

error_is $visitor->post('/api/reservations', { %$slot, doctorId => $nobody }), 404, 'NOT_FOUND', 'nobody\'s time';
error_is $visitor->post('/api/reservations', { %$slot, serviceId => $nobody }), 404, 'NOT_FOUND', 'time for nothing';
my %wrong = (doctorId => [ undef, 'meera', 1, [], uc $DEMO{meera} ], startsAt => [ undef, 'soon', day(1), at(day(1), '09:00') =~ s/\+.*//r, 1_900_000_000, '2026-02-30T09:00:00Z', '2026-11-20T24:30:00Z' ], serviceId => [ 'x', 5 ]);
for my $field (sort keys %wrong) {
	for my $value (@{ $wrong{$field} }) {
		my $no = $visitor->post('/api/reservations', { %$slot, $field => $value });
		error_is $no, 400, 'VALIDATION_ERROR', "$field is not " . ($value // 'null');
		is join(' ', map { $_->{field} } @{ $no->json->{details} }), $field, 'and that is the fault';
	}
}
my $all = $visitor->post('/api/reservations', { doctorId => 'x', serviceId => 'y' });
is join(' ', sort map { $_->{field} } @{ $all->json->{details} }), 'doctorId serviceId startsAt', 'all faults are told at once';

# Nobody hoards.
my $strict = clinic(programs => [qw(availability reservations)], set => { OPDESK_LIMIT_HOLDS => 5 });
my $greedy = $strict->visitor;
my @holds = map { $greedy->post('/api/reservations', $strict->free_slot) } 1 .. 5;
is join(' ', map { $_->status } @holds), '201 201 201 201 201', 'one address keeps five times';
$no = $greedy->post('/api/reservations', $strict->free_slot);
error_is $no, 429, 'RATE_LIMITED', 'and no sixth';
error_is $greedy->post('/api/reservations', $strict->free_slot, { 'X-Forwarded-For' => '203.0.113.7', 'X-Real-IP' => '203.0.113.8' }), 429, 'RATE_LIMITED', 'whatever address it claims';
status_is $strict->as('frontdesk')->post('/api/reservations', $strict->free_slot), 201, 'the desk is not counted';
$greedy->del('/api/reservations/' . $holds[0]->json->{id}, { 'X-Reservation-Token' => $holds[0]->json->{token} });
status_is $greedy->post('/api/reservations', $strict->free_slot), 201, 'one that was given back counts no more';
$strict->age(hold => 301);
status_is $greedy->post('/api/reservations', $strict->free_slot), 201, 'nor those that ran out';

contract_is_kept;
done_testing;
