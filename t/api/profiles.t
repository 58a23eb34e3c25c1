#!/usr/bin/perl
# GET and PUT /api/profiles/me: who I am, and what I may change of that.
use v5.36;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(profiles doctors auth)]);
my %who = map { $_ => $clinic->as($_) } qw(admin frontdesk meera patient);
my $me = '/api/profiles/me';

sub now ($who) { $who{$who}->get($me)->json }
sub save ($who, $body, $version = now($who)->{version}) { $who{$who}->put($me, { version => $version, %$body }) }

my %role = (admin => 'admin', frontdesk => 'frontdesk', meera => 'doctor', patient => 'patient');
for my $who (sort keys %who) {
	my $res = $who{$who}->get($me);
	status_is $res, 200, "$who asks who they are";
	my $p = $res->json;
	is "$p->{role} $p->{clinicName} $p->{timeZone}", "$role{$who} Hemant Trauma Centre Asia/Kolkata", 'role, clinic and its time zone';
	is $res->header('ETag'), qq("$p->{version}"), 'the tag is the version';
	status_is $who{$who}->get($me, { 'If-None-Match' => $res->header('ETag') }), 304, 'which they may have already';
	is $p->{doctorId}, $who eq 'meera' ? $DEMO{meera} : undef, 'a doctor is told which';
	is $p->{patientId}, $who eq 'patient' ? $DEMO{asha} : undef, 'a patient too';
}
is_deeply [ map { now($_)->{name} } qw(admin meera patient) ], [ 'Asmita Kulkarni', 'Dr. Meera Rao', 'Asha Patil' ], 'everybody has their name';
is now('patient')->{phone}, '+919800000001', 'a patient their number';
is now('meera')->{speciality}, 'Orthopaedics', 'a doctor their speciality';

for my $who (sort keys %who) {
	my $before = now($who);
	my $res = save($who, { language => 'hi', phone => '98222 55555' });
	status_is $res, 200, "$who changes language and phone";
	is_deeply { %{ $res->json }, version => 0 },
		{ %$before, language => 'hi', phone => '+919822255555', version => 0, $who eq 'patient' ? (phoneConfirmed => JSON::PP::false) : () }, 'and nothing else';
	cmp_ok $res->json->{version}, '>', $before->{version}, 'at a later version';
	is_deeply now($who), $res->json, 'as GET then says';
	my $no = save($who, { language => 'en' }, $before->{version});
	error_is $no, 409, 'VERSION_CONFLICT', 'who saves against the one before is told';
	is_deeply $no->json->{current}, $res->json, 'and shown what is';
	is save($who, { language => undef, phone => undef })->json->{language}, undef, 'null empties';
	error_is $who{$who}->put($me, { language => 'en' }), 400, 'VALIDATION_ERROR', 'without a version nothing is saved';
	status_is $who{$who}->put($me, { language => 'en' }, { 'If-Match' => '"' . now($who)->{version} . '"' }), 200, 'If-Match is one';
	error_is save($who, { name => $_ }), 400, 'VALIDATION_ERROR', 'a name is not ' . ($_ // 'null') for undef, '', '  ', 'x' x 121;
	is save($who, { name => " New Name of $who " })->json->{name}, "New Name of $who", 'another name is fine';
}
is join(' ', map { $_->{name} } @{ $clinic->visitor->get('/api/doctors')->json->{items} }), 'New Name of meera Dr. Arun Shah', 'a doctor\'s is what the booking page shows';
is $clinic->psql("SELECT name FROM core.patient WHERE id = '$DEMO{asha}'"), 'New Name of patient', 'a patient\'s is what the desk reads';

# Nobody becomes somebody else by it.
my %before = rows_of($clinic);
for my $who (sort keys %who) {
	for my $member (qw(id role clinicId doctorId patientId userId passwordHash password disabled isKey timeZone clinicName)) {
		error_is save($who, { $member => $DEMO{bilal} }), 400, 'VALIDATION_ERROR', "$who does not set $member";
	}
	error_is save($who, { language => $_ }), 400, 'VALIDATION_ERROR', "'$_' is no language we have" for 'xx', '', 'EN', 'english';
	error_is save($who, { phone => $_ }), 400, 'VALIDATION_ERROR', "'$_' is no number" for 'x', '123', '+9100000';
}
error_is save($_, { email => 'other@opdesk.test' }), 400, 'VALIDATION_ERROR', "$_ signs in with theirs, so an administrator changes it" for qw(admin frontdesk meera);
error_is save($_, { speciality => 'Magic' }), 400, 'VALIDATION_ERROR', "$_ has no speciality" for qw(admin frontdesk patient);
same_rows($clinic, \%before, 'none of which changes a row');
is save('meera', { speciality => 'Hands' })->json->{speciality}, 'Hands', 'a doctor has';
is save('meera', { speciality => undef })->json->{speciality}, undef, 'or none';
is save('patient', { email => 'asha@new.example' })->json->{email}, 'asha@new.example', 'a patient changes their e-mail';
error_is save('patient', { email => $_ }), 400, 'VALIDATION_ERROR', "not to $_" for 'x', 'a@b', "a\@b.in\r\nBcc: c\@d.in";

# Another's number or address tells nobody whose it is.
my $taken = save('patient', { phone => '+919800000002', email => 'bilal@example.org' });
my $free = save('patient', { phone => '+919800099999', email => 'nobody@example.org' });
is $taken->status, $free->status, 'a number that somebody has is answered like one that nobody has';

# The name in a session that began before.
my $signed = $clinic->staff('desk@opdesk.test');
is $signed->get($me)->json->{name}, 'New Name of frontdesk', 'the name at sign-in is the new one';
is $clinic->admin_key->get($me)->json->{name}, 'Clinic key', 'the key\'s account is a row of its own';

contract_is_kept;
done_testing;
