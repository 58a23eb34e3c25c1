#!/usr/bin/perl
# What the staff say about an appointment is told to those who have it open,
# and never to its patient; and a step for many is as many events.
use v5.36;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Test;

my $clinic = clinic(hub => 1);
my %who = map { $_ => $clinic->as($_) } qw(frontdesk meera patient chatbot);
wait_until { $clinic->visitor->get('/health')->json->{realtime} eq 'active' } 'the hub is there';

my $visit = $who{frontdesk}->post('/api/appointments', { patientId => $DEMO{asha}, %{ $clinic->free_slot } })->json->{appointment};
my $topic = "appointment:$visit->{id}";
my %live;
for my $name (sort keys %who) {
	$live{$name} = $clinic->live(token => $who{$name}->token);
	is $live{$name}->join($topic)->{status}, 'ok', "$name has it open";
}

sub say_it ($text) { $who{meera}->post("/api/appointments/$visit->{id}/messages", { text => $text })->json->{message} }
# The lock of somebody is news for everybody on the topic: what they had heard before it.
sub heard ($live) {
	$live->event('lock-acquired', $topic);
	my @names = map { $_->{payload}{event} // '' } grep { $_->{event} eq 'broadcast' } $live->so_far;
	return join ' ', grep { $_ eq 'message-added' } @names;
}

my $said = say_it('She comes by wheelchair.');
for my $name (qw(frontdesk meera)) {
	my $event = $live{$name}->event('message-added', $topic);
	is $event->{appointmentId}, $visit->{id}, "$name hears of it at once";
	is_deeply $event->{message}, $said, 'the message as it was answered';
}
status_is $who{frontdesk}->post("/api/appointments/$visit->{id}/acquire-lock", {}), 201, 'then something that everybody hears';
is heard($live{$_}), '', "$_ has heard that, and not what was said" for qw(patient chatbot);

my $since = $live{meera}->event('lock-acquired', $topic)->{eventId};
$live{$_}->leave($topic) for sort keys %live;
my $more = say_it('Room 2 is free.');
is $live{meera}->join($topic, { since => $since })->{status}, 'ok', 'who comes back';
is $live{meera}->event('message-added', $topic)->{message}{id}, $more->{id}, 'hears what was said meanwhile';
is $live{patient}->join($topic, { since => $since })->{status}, 'ok', 'so does the patient';
is scalar(grep { ($_->{payload}{event} // '') eq 'message-added' } $live{patient}->so_far), 0, 'but not that';
$who{frontdesk}->del("/api/appointments/$visit->{id}/release-lock");

my @day = map { $who{frontdesk}->post('/api/appointments', { name => "Guest $_", phone => '98220 11203', %{ $clinic->free_slot } })->json->{appointment} } 1 .. 5;
is $live{frontdesk}->join('appointments:all')->{status}, 'ok', 'the desk listens to all appointments';
my @items = map { { id => $_->{id}, version => 1 } } @day;
status_is $who{frontdesk}->post('/api/appointments/bulk', { action => 'cancel', items => \@items, preview => JSON::PP::true }), 200, 'somebody looks what would become of five';
status_is $who{frontdesk}->post('/api/appointments/bulk', { action => 'cancel', items => \@items }), 200, 'and cancels them';
my @told = map { $live{frontdesk}->event('appointment-updated', 'appointments:all')->{appointment} } @day;
is join(' ', sort map { "$_->{id} $_->{status} $_->{version}" } @told), join(' ', sort map { "$_->{id} cancelled 2" } @day), 'each is told, once';
is scalar(grep { ($_->{payload}{event} // '') eq 'appointment-updated' } $live{frontdesk}->so_far), 0, 'and of the look nothing';

done_testing;
