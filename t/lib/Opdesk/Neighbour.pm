# Opdesk::Neighbour - a second clinic in the same database, in another time
# zone, of which the first must see nothing, and nothing of the first.
#
#   my $other = Opdesk::Neighbour->new($clinic);
#   $other->id('appointment')           # doctor, service, patient likewise
#   $other->as('frontdesk')             # a client, as $clinic->as is
package Opdesk::Neighbour;

use v5.36;

our $HOST = 'second.test';
my $ID = '20000000-0000-4000-8000-0000000000';
my %id = (
	clinic => "${ID}01", doctor => "${ID}d1", service => "${ID}a1", patient => "${ID}b1", slot => "${ID}e1", appointment => "${ID}f1",
	lead => "${ID}f2", account => "${ID}c2", device => "${ID}e2", session => "${ID}e3",
);
my %account = (admin => "${ID}c1", frontdesk => "${ID}c2", meera => "${ID}c3", patient => "${ID}c4");

# The same sign-ins and phone numbers as in the first clinic: a mix-up shows.
sub new ($class, $clinic) {
	my $self = bless { clinic => $clinic }, $class;
	$clinic->psql(<<~SQL);
		INSERT INTO core.clinic (id, name, host, position, time_zone, country, currency)
		VALUES ('$id{clinic}', 'Second Clinic', '$HOST', 2, 'Pacific/Chatham', 'NZ', 'NZD');
		INSERT INTO core.doctor (id, clinic_id, name) VALUES ('$id{doctor}', '$id{clinic}', 'Dr. Ngaio Marsh');
		INSERT INTO core.service (id, clinic_id, name, duration) VALUES ('$id{service}', '$id{clinic}', 'Visit', '20 minutes');
		INSERT INTO core.patient (id, clinic_id, name, phone, email) VALUES ('$id{patient}', '$id{clinic}', 'Asha Elsewhere', '+919800000001', 'asha\@example.org');
		INSERT INTO core.rule (clinic_id, doctor_id, weekday, opens, closes, step) SELECT '$id{clinic}', '$id{doctor}', w, '08:00', '20:00', '20 minutes' FROM generate_series(1, 7) w;
		INSERT INTO core.slot (id, clinic_id, doctor_id, patient_id, service_id, starts_at, ends_at, during, state)
		SELECT '$id{slot}', '$id{clinic}', '$id{doctor}', '$id{patient}', '$id{service}', t, t + interval '20 minutes', tstzrange(t, t + interval '20 minutes'), 'booked'
		  FROM (SELECT (date_trunc('day', now() AT TIME ZONE 'Pacific/Chatham') + interval '2 days 8 hours') AT TIME ZONE 'Pacific/Chatham' AS t) x;
		INSERT INTO core.appointment (id, clinic_id, status, doctor_id, patient_id, service_id, slot_id, starts_at, ends_at, name, phone, source)
		SELECT '$id{appointment}', clinic_id, 'confirmed', doctor_id, patient_id, service_id, id, starts_at, ends_at, 'Asha Elsewhere', '+919800000001', 'desk' FROM core.slot WHERE id = '$id{slot}';
		INSERT INTO core.appointment (id, clinic_id, name, phone) VALUES ('$id{lead}', '$id{clinic}', 'Lead Elsewhere', '+6432221111');
		INSERT INTO auth.account (id, clinic_id, role, name, email, doctor_id, patient_id, password_hash)
		SELECT a.id, '$id{clinic}', a.role, a.name, a.email, a.doctor, a.patient, (SELECT password_hash FROM auth.account WHERE email = 'admin\@opdesk.test')
		  FROM (VALUES ('$account{admin}'::uuid, 'admin', 'Second Admin', 'admin\@opdesk.test', NULL::uuid, NULL::uuid),
		               ('$account{frontdesk}', 'frontdesk', 'Second Desk', 'desk\@opdesk.test', NULL, NULL),
		               ('$account{meera}', 'doctor', NULL, 'meera\@opdesk.test', '$id{doctor}', NULL),
		               ('$account{patient}', 'patient', NULL, NULL, NULL, '$id{patient}')) a(id, role, name, email, doctor, patient);
		INSERT INTO auth.device (id, clinic_id, account_id, hash) VALUES ('$id{device}', '$id{clinic}', '$account{frontdesk}', sha256('device next door'));
		INSERT INTO auth.session (id, clinic_id, account_id, role, secret_hash, expires_at)
		VALUES ('$id{session}', '$id{clinic}', '$account{frontdesk}', 'frontdesk', sha256('nobody knows'), now() + interval '2 hours');
		SQL
	return $self;
}

sub id ($self, $what) { $id{$what} // die "no $what next door\n" }
sub account ($self, $who) { $account{ $who eq 'doctor' ? 'meera' : $who } }
sub as ($self, $who, %o) { $self->{clinic}->client(%o, token => $self->{clinic}->session(account => $self->account($who))) }

1;
