#!/usr/bin/perl
# Two hubs on one database: whoever listens hears the same, wherever they are.
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(hub => 1);
$clinic->start_hub('hub2');
my @hubs = qw(hub hub2);
my ($token) = $clinic->token('frontdesk');
my $desk = $clinic->as('frontdesk');
my %live = map { my $l = $clinic->live(hub => $_, token => $token); $l->join('appointments:all'); $_ => $l } @hubs;
wait_until { $clinic->psql('SELECT count(*) FROM feed.hub') == 2 } 'both report';

my @ids = map { $desk->post('/api/appointments', { patientId => $DEMO{ $_ % 2 ? 'asha' : 'bilal' }, %{ $clinic->free_slot } })->json->{appointment}{id} } 1 .. 6;
my %told;
for my $hub (@hubs) {
	push @{ $told{$hub} }, $live{$hub}->event('appointment-created') for @ids;
	is_deeply [ map { $_->{appointment}{id} } @{ $told{$hub} } ], \@ids, "$hub tells all, in order";
}
is_deeply [ map { @$_{qw(eventId seq)} } @{ $told{hub} } ], [ map { @$_{qw(eventId seq)} } @{ $told{hub2} } ], 'under the same numbers';

# From one to the other.
my $moved = $clinic->live(hub => 'hub2', token => $token);
$moved->tell('appointments:all', 'phx_join', { since => $told{hub}[2]{eventId} });
is_deeply [ map { $moved->event('appointment-created')->{appointment}{id} } 1 .. 3 ], [ @ids[3 .. 5] ], 'who goes over from one to the other misses nothing';

# Signing out is heard by both.
my $out = $clinic->as('admin');
my @cut = map { my $l = $clinic->live(hub => $_, token => $out->token); $l->join('appointments:all'); $l } @hubs;
$out->post('/api/auth/logout');
is $_->code, 4401, 'a session that ends is cut off at both' for @cut;

$clinic->stop('hub');
is $clinic->visitor->get('/health')->json->{realtime}, 'active', 'when one ends the other is there';
$desk->del("/api/appointments/$ids[0]");
is $live{hub2}->event('appointment-updated')->{appointment}{status}, 'cancelled', '... and tells what happens';

done_testing;
