#!/usr/bin/perl
# What was sent is recorded with its latency; who promised to acknowledge and
# does not is sent it again, and then closed (RT-5, RT-6).
use v5.36;
use lib 't/lib';
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(hub => 1);
my $desk = $clinic->as('frontdesk');
my $admin = $clinic->account('admin')->{id};
my ($quiet, $good) = map { my $live = $clinic->live(token => $clinic->token('admin')); $live->join('appointments:all', { ack => \1 }); $live } 1, 2;
my $plain = $clinic->live(token => $clinic->token('frontdesk'));
$plain->join('appointments:all');

my $id = $desk->post('/api/appointments', { patientId => $DEMO{asha}, %{ $clinic->free_slot } })->json->{appointment}{id};
my $sent = time;
my $event = $good->event('appointment-created');
$good->tell('appointments:all', 'ack', { eventId => $event->{eventId} });
my @times;
for (1 .. 4) {
	is $quiet->event('appointment-created')->{eventId}, $event->{eventId}, $_ == 1 ? 'an event comes' : 'it comes again, under the same number';
	push @times, time - $sent;
}
cmp_ok abs($times[1] - 2), '<', 1, 'after two seconds';
cmp_ok abs($times[2] - 6), '<', 1, '... four more';
cmp_ok abs($times[3] - 14), '<', 1, '... and eight more';
is $quiet->code, 4408, 'whoever then still says nothing is closed';
like $clinic->log_of('hub'), qr/event=not-acknowledged topic=appointments:all seq=\d+ account=$admin session=\S+ tries=3/, '... and the log says who and what';
is scalar(grep { $_->{event} eq 'broadcast' } $good->so_far), 0, 'who acknowledged got it once';
is scalar(grep { $_->{event} eq 'broadcast' } $plain->so_far), 1, 'and so did who never said they would';

my $record = sub ($where) { $clinic->rows("SELECT * FROM core.realtime_events WHERE topic = 'appointments:all' AND $where") };
wait_until { $record->('failed = 0') && $record->('failed = 1') } 'it is recorded';
my ($row) = $record->('failed = 0');
is_deeply [ @$row{qw(event seq node sent acked account_id)} ], [ 'appointment-created', $event->{seq}, 'hub', 3, 1, undef ],
	'what was sent, to how many, and how many have acknowledged it';
cmp_ok $row->{latency_us}, '>', 0, '... how long that took from the change' and cmp_ok $row->{latency_us}, '<', 1_000_000, '... which was not long';
cmp_ok $row->{ack_us}, '>', 0, '... and how long until it was acknowledged';
is_deeply [ map { @$_{qw(seq failed account_id)} } $record->('failed = 1') ], [ $event->{seq}, 1, $admin ], 'the failure is recorded with its account';
is $clinic->psql("SELECT count(*) FROM core.realtime_events WHERE topic = 'profiles'"), 0, 'what nobody listens to was not sent';

# What is acknowledged covers what came before it.
my $third = $clinic->live(token => $clinic->token('admin'));
$third->join('appointments:all', { ack => JSON::PP::true });
$desk->put("/api/appointments/$id", { version => $_, reason => "No. $_" }) for 1 .. 3;
my @got = map { $third->event('appointment-updated') } 1 .. 3;
$third->tell('appointments:all', 'ack', { eventId => $got[2]{eventId} });
wait_until { ($record->("seq = $got[0]{seq} AND failed = 0"))[0]{acked} } 'the last acknowledges all before it';
$third->tell('appointments:all', 'ack', { eventId => $_ }) for 'nonsense', "$DEMO{clinic}-99", '';
ok $third->so_far || 1, 'an ack of anything else does no harm';

# The record does not grow for ever.
$clinic->psql("UPDATE core.realtime_events SET sent_at = sent_at - interval '8 days' WHERE seq = $event->{seq}");
$clinic->stop('hub');
$clinic->start_hub;
wait_until { !$record->("seq = $event->{seq}") } 'after a week it is forgotten';

# A hub that ends writes what it still had, and is gone from /health.
my $last = $clinic->live;
$last->join('availability:all');
my $wish = $clinic->free_slot;
$desk->post('/api/appointments', { patientId => $DEMO{bilal}, %$wish });
my $seq = $last->event('slot-reserved')->{seq};
$clinic->stop('hub');
is $last->code, 1012, 'a hub that ends says so to everybody';
is $clinic->psql("SELECT count(*) FROM core.realtime_events WHERE seq = $seq"), 1, 'and has written down all it sent';
is $clinic->visitor->get('/health')->json->{realtime}, 'inactive', 'nobody takes it for alive';
status_is $clinic->visitor->get('/realtime/v1/events?topics=availability:all'), 503, 'without a hub there is nothing live';
error_is $clinic->visitor->get('/realtime/v1/events?topics=availability:all'), 503, 'UNAVAILABLE', '... in the usual form';

done_testing;
