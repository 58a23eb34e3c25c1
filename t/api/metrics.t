#!/usr/bin/perl
# GET /metrics: counters of all workers, in the text form of Prometheus.
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(metrics appointments reservations availability clinic admin auth)], workers => 3);
my $visitor = $clinic->visitor;

# { 'name{labels}' => value }
sub metrics () {
	my $res = $visitor->get('/metrics');
	die $res->line if $res->status != 200;
	return map { /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/ ? ($1 => $2) : () } split /\n/, $res->text;
}
sub counted ($name, $work) {
	my %before = metrics;
	$work->();
	my %after = metrics;
	return ($after{$name} // 0) - ($before{$name} // 0);
}

my $res = $visitor->get('/metrics');
status_is $res, 200, 'who watches may ask';
is $res->header('Content-Type'), 'text/plain; version=0.0.4; charset=utf-8', 'in the form that Prometheus reads';
is $res->header('Cache-Control'), 'no-store', 'fresh each time';
error_is $visitor->post('/metrics', {}), 405, 'METHOD_NOT_ALLOWED', 'it is read only';

my (%type, %help, @odd);
for (split /\n/, $res->text) {
	if (/^# TYPE (\w+) (counter|gauge|histogram)$/) { push @odd, "$1 twice" if $type{$1}; $type{$1} = $2 }
	elsif (/^# HELP (\w+) \S/) { $help{$1} = 1 }
	elsif (/^(\w+?)(?:_bucket|_sum|_count)?(?:\{(\w+="[^"\n]*",?)+\})? -?[0-9.e+]+$/i) { push @odd, "$_: no type" if !$type{$1} && !grep { /^\Q$1/ } keys %type }
	elsif (/\S/) { push @odd, $_ }
}
is join("\n", @odd), '', 'every line is one of the four kinds';
is join(' ', grep { !$help{$_} } sort keys %type), '', 'every metric says what it is';
is join(' ', grep { $type{$_} eq 'counter' && !/_total$/ } sort keys %type), '', 'counters end in _total';
is join(' ', grep { !/^opdesk_/ } sort keys %type), '', 'all are ours';

#
# What is counted, whichever worker did it
#

my %who = (name => 'Omkar Lele', phone => '+919811112222');
is counted('opdesk_appointments_created_total', sub { $visitor->post('/api/appointments', \%who) for 1 .. 7 }), 7, 'leads and bookings made';
is counted('opdesk_appointments_created_total', sub { $visitor->post('/api/appointments', {}) for 1 .. 3 }), 0, 'not those that were refused';
is counted('opdesk_slots_held_total', sub { $visitor->post('/api/reservations', $clinic->free_slot) for 1 .. 5 }), 5, 'slots held';
my $slot = $clinic->free_slot;
$visitor->post('/api/reservations', $slot);
is counted('opdesk_slots_refused_total', sub { $visitor->post('/api/reservations', $slot) for 1 .. 4; $visitor->post('/api/appointments', { %who, %$slot }) }), 5, 'requests that met a taken slot';
my $desk = $clinic->as('frontdesk');
my $lead = $desk->post('/api/appointments', \%who)->json->{appointment};
is counted('opdesk_appointments_changed_total', sub { $desk->put("/api/appointments/$lead->{id}", { version => 1, reason => 'x' }); $desk->del("/api/appointments/$lead->{id}") }), 2, 'changes';
my $sync = $desk->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => '' })->json;
is counted('opdesk_sync_matches_total', sub { $desk->post('/api/admin/appointments/sync', { cursor => $sync->{cursor} }) for 1 .. 3 }), 3, 'synchronisations that matched';

my ($requests) = grep { /^opdesk_requests_total\{/ } sort keys %{ { metrics } };
ok $requests, 'requests are counted' or diag join "\n", sort keys %{ { metrics } };
my %before = metrics;
$visitor->get('/api/clinic') for 1 .. 6;
# A request is counted when its answer has left, so the last one may be late.
wait_until {
	my %after = metrics;
	grep { /^opdesk_request\w*_(total|count)\{/ && /clinic/ && $after{$_} - ($before{$_} // 0) == 6 } keys %after;
} 'by program';

# Histograms add up.
for my $name (grep { $type{$_} eq 'histogram' } sort keys %type) {
	my %m = metrics;
	my %series;
	for (grep { /^\Q$name\E_bucket\{/ } keys %m) {
		my ($labels, $le) = /\{(.*?),?le="([^"]+)"\}/ or next;
		push @{ $series{$labels} }, [ $le eq '+Inf' ? 9e99 : $le, $m{$_} ];
	}
	for my $labels (sort keys %series) {
		my @values = map { $_->[1] } sort { $a->[0] <=> $b->[0] } @{ $series{$labels} };
		is join(' ', @values), join(' ', sort { $a <=> $b } @values), "buckets of $name grow" . ($labels ? " ($labels)" : '');
		is $values[-1], $m{ "${name}_count" . ($labels ? "{$labels}" : '') }, 'up to the count';
	}
}

# They name nobody.
my $text = $visitor->get('/metrics')->text;
unlike $text, qr/[0-9a-f]{8}-[0-9a-f]{4}|9811112222|Omkar|opdesk\.test/, 'no id, no name, no number';

# A worker that dies takes no count with it.
my %then = metrics;
kill 'KILL', $clinic->workers('appointments');
wait_until { $visitor->post('/api/appointments', \%who)->status == 201 } 'killed workers are back';
my %now = metrics;
cmp_ok $now{opdesk_appointments_created_total}, '>', $then{opdesk_appointments_created_total}, 'and count on from where the dead ones were';

contract_is_kept;
done_testing;
