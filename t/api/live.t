#!/usr/bin/perl
# What happens is told to those who listen, and to nobody else.
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(hub => 1);
wait_until { $clinic->visitor->get('/health')->json->{realtime} eq 'active' } 'a hub that runs is seen by /health';

my $live = $clinic->live;
is $live->status, 101, 'a stranger is connected';
my $joined = $live->join('availability:all');
is $joined->{status}, 'ok', 'and may listen to free times';
like $joined->{response}{eventId}, qr/^[0-9a-f-]{36}-\d+$/, 'is told where the feed stands';
ok !$joined->{response}{resync}, 'and has missed nothing';

my $wish = $clinic->free_slot;
my $booked = $clinic->visitor->post('/api/appointments', { name => 'Dora', phone => '+919812345678', %$wish });
status_is $booked, 201, 'somebody books';
my $event = $live->event('slot-reserved');
is $event->{doctorId}, $wish->{doctorId}, 'and the time is taken on every page: this doctor';
is $event->{startsAt}, $booked->json->{appointment}{startsAt} =~ s/Z$/+00:00/r, '... and this time';
is $event->{eventId}, "$event->{epoch}-$event->{seq}", 'the event has its number';
is $event->{prev}, $joined->{response}{eventId}, 'and the one before it, which the listener knows';

done_testing;
