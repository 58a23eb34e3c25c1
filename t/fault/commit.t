#!/usr/bin/perl
# The line to the database is cut at the worst moments, around COMMIT above
# all: nobody knows whether it happened, and an Idempotency-Key finds out
# (security.md F-126 to F-130, I-104).
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Test;
use Opdesk::Wire;
use Time::HiRes qw(time);

my $clinic = clinic(server => 'none', programs => [qw(appointments availability reservations)]);
my $wire = Opdesk::Wire->start($clinic);
$clinic->listen_on_a_free_port;
$clinic->write_settings(prepare => 'off', set => { OPDESK_DB => $wire->conninfo('opdesk_web') });
$clinic->start_program($_) for @{ $clinic->{programs} };
$clinic->start_nginx;
my $visitor = $clinic->visitor;
my $n = 0;

sub rows_named ($name) { $clinic->psql("SELECT count(*) FROM core.appointment WHERE name = '$name'") }
sub slots_at ($slot) { $clinic->psql("SELECT count(*) FROM core.slot WHERE doctor_id = '$slot->{doctorId}' AND starts_at = '$slot->{startsAt}' AND state = 'booked'") }

for my $when (qw(before after)) {
	for my $word ('BEGIN', 'auth.enter', 'api.idem_take', 'api.book', 'api.idem_keep', 'COMMIT') {
		my $slot = $clinic->free_slot;
		my $name = 'Cut ' . ++$n;
		my $ask = sub { $visitor->post('/api/appointments', { name => $name, phone => '9811112222', %$slot }, { 'Idempotency-Key' => "a key for the cut number $n" }) };
		$wire->cut($when, $word);
		my @answers = $ask->();
		ok $wire->was_cut, "cut $when $word";
		like $answers[0]->status, qr/^(201|409|503)$/, '... the client hears 201, or to ask again';
		is $answers[0]->json->{code}, 'IN_PROGRESS', '... as the cut one is still ending' if $answers[0]->status == 409;
		is $answers[0]->header('Retry-After'), 1, '... and when' if $answers[0]->status == 503;
		isnt $answers[0]->status, 503, '... not 503, as nothing can have happened yet and it is done again' if $word =~ /BEGIN|enter|take|book/;
		wait_until { push @answers, $ask->(); $answers[-1]->status == 201 } '... asking again with the key ends well';
		push @answers, $ask->();
		is $answers[-1]->text, $answers[-2]->text, '... with one and the same answer';
		is rows_named($name), 1, '... and one row';
		is slots_at($slot), 1, '... on its time';
		is $clinic->psql("SELECT id FROM core.appointment WHERE name = '$name'"), $answers[-1]->json->{appointment}{id}, '... which is the one that was answered';
	}
}

# Without a key nobody may guess: it is not done a second time behind the client's back.
for my $when (qw(before after)) {
	my $slot = $clinic->free_slot;
	my $name = "Keyless $when";
	$wire->cut($when, 'COMMIT');
	my $res = $visitor->post('/api/appointments', { name => $name, phone => '9811112222', %$slot });
	error_is $res, 503, 'UNAVAILABLE', "without a key, cut $when COMMIT: nobody says that it was done";
	is rows_named($name), $when eq 'after' ? 1 : 0, '... it is done once, or not at all';
	is slots_at($slot), rows_named($name), '... with its time, or without';
}

# A lead, a change, a hold: no second effect either.
my $desk = $clinic->as('frontdesk');
my $visit = $desk->post('/api/appointments', { name => 'Changed', phone => '9811112222' })->json->{appointment};
$wire->cut(after => 'COMMIT');
error_is $desk->put("/api/appointments/$visit->{id}", { version => 1, reason => 'Saved?' }), 503, 'UNAVAILABLE', 'a change whose COMMIT is lost is unknown';
my $no = $desk->put("/api/appointments/$visit->{id}", { version => 1, reason => 'Saved?' });
error_is $no, 409, 'VERSION_CONFLICT', 'saving it again meets itself';
is $no->json->{current}{reason}, 'Saved?', 'and is shown that it was saved';
$wire->cut(after => 'COMMIT');
error_is $desk->del("/api/appointments/$visit->{id}"), 503, 'UNAVAILABLE', 'so is a cancelling';
status_is $desk->del("/api/appointments/$visit->{id}"), 204, 'which can be said twice';
is $clinic->psql("SELECT version FROM core.appointment WHERE id = '$visit->{id}'"), 3, 'and counts once';

# What only reads is simply read again.
for my $when (qw(before after)) {
	$wire->cut($when, 'COMMIT');
	status_is $desk->get("/api/appointments/$visit->{id}"), 200, "a question that is cut $when its end is asked again";
	ok $wire->was_cut, '... it was cut';
}

# A line that says nothing more: an answer within five seconds.
$wire->cut(silent => 'api.appointment(');
my $began = time;
my $res = $desk->get("/api/appointments/$visit->{id}");
my $took = time - $began;
ok $res->status == 503 || $res->status == 200, 'a database that does not answer is away' or diag $res->line;
cmp_ok $took, '<', 5.5, sprintf '... which is said after %.1f seconds', $took;
status_is $desk->get("/api/appointments/$visit->{id}"), 200, '... and forgotten with the next request';

is $clinic->psql(q{SELECT count(*) FROM core.slot s WHERE state = 'booked' AND starts_at > now() AND NOT EXISTS (SELECT FROM core.appointment a WHERE a.slot_id = s.id)}), 0, 'no time is taken by nobody';
is $clinic->psql(q{SELECT count(*) FROM core.slot a JOIN core.slot b ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.during && b.during WHERE a.state = 'booked' AND b.state = 'booked'}), 0, 'and none twice';
unlike join('', map { $clinic->log_of($_) } @{ $clinic->{programs} }), qr/transaction-left-open|level=fatal/, 'no program was confused by it';
done_testing;
