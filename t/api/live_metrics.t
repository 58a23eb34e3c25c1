#!/usr/bin/perl
# What the hub does is counted in /metrics, beside what the programs do.
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(hub => 1);
my $visitor = $clinic->visitor;

sub metrics () { return map { /^opdesk_(\w+) (\S+)$/ ? ($1 => $2) : () } split /\n/, $visitor->get('/metrics')->text }
sub metric ($name) { return { metrics }->{$name} }

is metric('realtime_connections'), 0, 'nobody is connected';
my @live = map { $clinic->live } 1 .. 3;
wait_until { metric('realtime_connections') == 3 } 'three are';
is metric('realtime_connects_total'), 3, 'have come';
$_->join('availability:all') for @live[0, 1];
$live[2]->join('appointments:all');
wait_until { metric('realtime_refused_total') == 1 } 'one was refused';

$visitor->post('/api/appointments', { name => 'Dora', phone => '+919812345678', %{ $clinic->free_slot } });
$_->event('slot-reserved') for @live[0, 1];
wait_until { metric('realtime_sent_total') == 2 } 'two were told';
wait_until { metric('realtime_events_total') >= 2 } 'of a booking, which is two changes: a visit, and a time that is gone';
is metric('realtime_latency_ms_count'), metric('realtime_events_total'), 'each took its time';
is metric('realtime_slow_total'), 0, 'nobody was too slow';

undef @live;
wait_until { metric('realtime_connections') == 0 } 'all have left';
is metric('realtime_connects_total'), 3, 'which is not forgotten';
done_testing;
