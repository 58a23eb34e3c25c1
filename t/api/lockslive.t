#!/usr/bin/perl
# What happens to an edit lock is told at once, to staff (LOCK-3, LOCK-4, RT-1).
use v5.36;
use lib 't/lib';
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(hub => 1, programs => [qw(appointments health locks)], set => { OPDESK_LIMIT_SENSITIVE => 0 });
my ($desk, $admin) = map { $clinic->as($_) } qw(frontdesk admin);
my $id = $desk->post('/api/appointments', { patientId => $DEMO{asha}, walkIn => JSON::PP::true, doctorId => $DEMO{meera} })->json->{appointment}{id};
my $at = "/api/appointments/$id";

my %listens;
for my $topic ("appointment:$id", 'appointments:all', "appointments:dentist:$DEMO{meera}") {
	$listens{$topic} = $clinic->live(token => $clinic->token($topic =~ /dentist/ ? 'meera' : 'admin'));
	is $listens{$topic}->join($topic)->{status}, 'ok', "somebody listens to $topic";
}

# The event comes to each topic; what it says is the same but for its number.
sub told ($name) {
	my @told = map { $listens{$_}->event($name) } sort keys %listens;
	is scalar(@told), 3, "$name is told on each topic";
	is $_->{appointmentId}, $id, '... of this appointment' for $told[0];
	return $told[0];
}

my $lock = $desk->post("$at/acquire-lock")->json->{lock};
my $told = told('lock-acquired');
is $told->{lock}{fence}, $lock->{fence}, 'with the lock';
is $told->{lock}{userInfo}{name}, 'Deepak Joshi', '... and who has it';
$desk->post("$at/acquire-lock");
is told('lock-update')->{lock}{version}, 2, 'so is renewing';

my $then = time;
$admin->post("$at/takeover-lock");
$told = told('admin-takeover');
cmp_ok time - $then, '<', 1, 'a takeover is told within a second';
is $told->{adminInfo}{name}, 'Asmita Kulkarni', '... with who took it';
is $told->{adminId}, $told->{lock}{userId}, '... and has it now';
$admin->post("$at/force-release-lock");
is told('lock-released')->{lock}, undef, 'a release is told with nobody';

$desk->post("$at/acquire-lock");
told('lock-acquired');
$clinic->age(lock => 316);
is told('lock-released')->{lock}, undef, 'what has run out is told without anybody asking';
is $desk->get("$at/lock-history?limit=1")->json->{items}[0]{event}, 'expired', 'and recorded as such';

my $patient = $clinic->live(token => $clinic->token('asha'));
is $patient->join("appointments:patient:$DEMO{asha}")->{status}, 'ok', 'a patient listens to their visits';
$desk->post("$at/acquire-lock");
my $version = $desk->get($at)->json->{appointment}{version};
$desk->put($at, { version => $version, reason => 'Told to the patient' });
is $patient->event('appointment-updated')->{appointment}{reason}, 'Told to the patient', 'the patient hears of the visit';
is scalar(grep { ($_->{payload}{event} // '') =~ /lock|takeover/ } $patient->so_far), 0, 'and nothing of locks';
done_testing;
