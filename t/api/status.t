#!/usr/bin/perl
# The flow of a visit: every move from every status to every other, and undo.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Days;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $desk, $admin, $meera, $asha) = map { $clinic->as($_) } qw(none frontdesk admin meera patient);
my @statuses = qw(lead requested confirmed checked_in in_progress completed cancelled no_show);

# As the contract words it.
my %moves = (
	lead => 'requested confirmed cancelled', requested => 'confirmed cancelled', confirmed => 'checked_in no_show cancelled',
	checked_in => 'in_progress cancelled', in_progress => 'completed',
);

sub now ($id) { $desk->get("/api/appointments/$id")->json->{appointment} }
sub put ($id, $body, $who = $desk) { $who->put("/api/appointments/$id", { version => now($id)->{version}, %$body }) }
sub booked (%more) {
	my $res = $desk->post('/api/appointments', { name => 'Yasmin Merchant', phone => '9811155555', %{ $clinic->free_slot }, %more });
	return $res->json->{appointment} // die $res->line;
}
sub is_taken ($id) { $clinic->psql("SELECT count(*) FROM core.slot s JOIN core.appointment a ON a.slot_id = s.id WHERE a.id = '$id' AND s.state = 'booked'") }

#
# All 8 times 8 moves, for each who is staff
#

# One row for each move, with a time: a lead that has none cannot be confirmed.
$clinic->psql("INSERT INTO core.appointment (clinic_id, status, doctor_id, service_id, starts_at, ends_at, name, reason)
	SELECT '$DEMO{clinic}', f, '$DEMO{meera}', '$DEMO{consultation}', t, t + interval '15 minutes', 'Mover', f || ' ' || t2
	  FROM unnest(ARRAY['" . join("','", @statuses) . "']) f, unnest(ARRAY['" . join("','", @statuses) . "']) t2, (SELECT now() + interval '20 days' AS t) x");
my %id = map { $_->{reason} => $_->{id} } $clinic->rows("SELECT id, reason FROM core.appointment WHERE name = 'Mover'");
my %done;
for my $from (@statuses) {
	my %may = map { $_ => 1 } split ' ', $moves{$from} // '';
	for my $to (@statuses) {
		my $res = $meera->put('/api/appointments/' . $id{"$from $to"}, { version => 1, status => $to });
		my $row = now($id{"$from $to"});
		if ($may{$to}) {
			is $res->status, 200, "$from goes to $to" or diag $res->line;
			is "$row->{status} $row->{version}", "$to 2", 'which is the next version';
			$done{"$from $to"} = $id{"$from $to"};
		} elsif ($from eq $to) {
			is "@{[ $res->status ]} $row->{status}", "200 $to", "$from stays $from when asked to be" or diag $res->line;
		} else {
			error_is $res, 409, 'BAD_TRANSITION', "$from does not go to $to";
			is "$row->{status} $row->{version}", "$from 1", 'and stays as it was';
		}
	}
}
is scalar(keys %done), 11, 'these are all the moves';
for my $move (sort keys %done) {
	my ($from, $to) = split ' ', $move;
	my $res = put($done{$move}, { undo => JSON::PP::true });
	is "@{[ $res->status ]} " . ($res->json->{appointment}{status} // ''), "200 $from", "undo brings $to back to $from" or diag $res->line;
	error_is put($done{$move}, { undo => JSON::PP::true }), 409, 'BAD_TRANSITION', 'once';
}

#
# Who moves, and with what
#

my $visit = booked(patientId => $DEMO{asha}, name => undef, phone => undef);
my $id = $visit->{id};
for my $status (qw(checked_in cancelled confirmed lead)) {
	error_is put($id, { status => $status }, $asha), 400, 'VALIDATION_ERROR', "a patient does not make their visit $status";
}
error_is put($id, { undo => JSON::PP::true }, $asha), 400, 'VALIDATION_ERROR', 'nor undo';
error_is put($id, { status => $_ }), 400, 'VALIDATION_ERROR', "'" . ($_ // 'null') . "' is no status" for 'deleted', '', 'Confirmed', ' ', undef;
error_is put($id, { undo => JSON::PP::true, status => 'confirmed' }), 400, 'VALIDATION_ERROR', 'undo and a status at once are none';
error_is put($id, { undo => 'yes' }), 400, 'VALIDATION_ERROR', 'undo is true or false';
error_is put($id, { undo => JSON::PP::true }), 409, 'BAD_TRANSITION', 'what has never moved cannot go back';
is put($id, { undo => JSON::PP::false, reason => 'x' })->json->{appointment}{reason}, 'x', 'undo false is none';
error_is $visitor->put("/api/appointments/$id", { version => 2, status => 'cancelled' }), 401, 'UNAUTHENTICATED', 'a stranger moves nothing';

my $lead = $desk->post('/api/appointments', { name => 'Tejas Ranade', phone => '9822011203' })->json->{appointment};
for my $status (qw(requested confirmed)) {
	my $no = put($lead->{id}, { status => $status });
	error_is $no, 400, 'VALIDATION_ERROR', "a lead without a time cannot be $status";
	is $no->json->{details}[0]{field}, 'startsAt', 'it is the time that is missing';
}
my $both = put($lead->{id}, { %{ $clinic->free_slot(service => 'physiotherapy') }, status => 'confirmed' });
is $both->json->{appointment}{status}, 'confirmed', 'with one it can, also where the service would ask';
is is_taken($lead->{id}), 1, 'and takes it';
status_is put($lead->{id}, { status => 'checked_in', notes => 'Came early', reason => 'Back' }), 200, 'a move may bring notes along';
is now($lead->{id})->{notes}, 'Came early', 'which are kept';

#
# The time that a move gives back, and undo takes again
#

for my $end (qw(cancelled no_show)) {
	my $slot = $clinic->free_slot;
	my $gone = booked(%$slot);
	put($gone->{id}, { status => $end });
	is is_taken($gone->{id}), 0, "who is $end gives the time back";
	is put($gone->{id}, { undo => JSON::PP::true })->json->{appointment}{status}, 'confirmed', 'undo brings them back';
	is is_taken($gone->{id}), 1, 'and takes the time again';
	error_is $visitor->post('/api/reservations', $slot), 409, 'SLOT_TAKEN', 'from everybody else';

	put($gone->{id}, { status => $end });
	status_is $visitor->post('/api/appointments', { name => 'Next', phone => '9811166666', %$slot }), 201, 'once somebody else has it';
	my $no = put($gone->{id}, { undo => JSON::PP::true });
	error_is $no, 409, 'SLOT_TAKEN', 'there is no way back';
	is scalar @{ $no->json->{alternatives} // [] }, 3, 'but to other times';
	is now($gone->{id})->{status}, $end, 'and nothing has changed';
}
my $held = $clinic->free_slot;
my $cancelled = booked(%$held);
status_is $desk->del("/api/appointments/$cancelled->{id}"), 204, 'DELETE is a move like any';
$visitor->post('/api/reservations', $held);
error_is put($cancelled->{id}, { undo => JSON::PP::true }), 409, 'SLOT_TAKEN', 'undo takes nobody\'s reservation away';
$clinic->age(hold => 301);
status_is put($cancelled->{id}, { undo => JSON::PP::true }), 200, 'once it has run out the time is free';

# Ten minutes are enough to notice a slip.
$visit = booked();
put($visit->{id}, { status => 'checked_in' });
$clinic->psql("UPDATE core.appointment SET status_changed_at = status_changed_at - interval '599 seconds' WHERE id = '$visit->{id}'");
status_is put($visit->{id}, { undo => JSON::PP::true }), 200, 'within ten minutes a move can be undone';
put($visit->{id}, { status => 'checked_in' });
$clinic->psql("UPDATE core.appointment SET status_changed_at = status_changed_at - interval '600 seconds' WHERE id = '$visit->{id}'");
error_is put($visit->{id}, { undo => JSON::PP::true }), 409, 'BAD_TRANSITION', 'after them it is history';
is now($visit->{id})->{status}, 'checked_in', 'and stays so';

# What was booked from a lead goes back to being one.
my $slot = $clinic->free_slot;
$lead = $desk->post('/api/appointments', { name => 'Hemlata Zope', phone => '9822011206' })->json->{appointment};
put($lead->{id}, $slot);
my $back = put($lead->{id}, { undo => JSON::PP::true })->json->{appointment};
is_deeply [ @{$back}{qw(status startsAt endsAt)} ], [ 'lead', undef, undef ], 'a booked lead undone is a lead again, without a time';
status_is $visitor->post('/api/reservations', $slot), 201, 'which is free again';

# A visit that is over is not moved by a patient either.
$visit = booked(patientId => $DEMO{asha}, name => undef, phone => undef, status => 'checked_in');
error_is put($visit->{id}, { reason => 'x' }, $asha), 409, 'BAD_TRANSITION', 'who has checked in speaks to the desk';

contract_is_kept;
done_testing;
