#!/usr/bin/perl
# GET /api/patients: finds whom the desk is speaking to.
use v5.36;
use lib 't/lib';
use utf8;
use Opdesk::Contract;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(patients)]);
my ($desk, $meera) = map { $clinic->as($_) } qw(frontdesk meera);
$clinic->psql("INSERT INTO core.patient (clinic_id, name, phone, email) VALUES ('$DEMO{clinic}', '100% Śliwa_O''Hara', '+919955512345', 'Sliwa.Test\@Example.org'), ('$DEMO{clinic}', 'Zeenat \\ Aman', NULL, NULL)");

sub found ($q, $who = $desk) {
	my $res = $who->get("/api/patients?q=$q");
	return join ', ', map { $_->{name} } @{ $res->json->{items} // die $res->line };
}

my ($asha) = @{ $desk->get('/api/patients?q=Asha%20Patil')->json->{items} };
is_deeply [ sort keys %$asha ], [qw(id lastVisit name phone)], 'of each who is found: id, name, phone and last visit';
is "$asha->{id} $asha->{phone}", "$DEMO{asha} +919800000001", 'this is Asha';
my $last = $clinic->psql("SELECT max(starts_at) FROM core.appointment WHERE patient_id = '$DEMO{asha}' AND starts_at <= now() AND status NOT IN ('cancelled', 'no_show') AND NOT is_deleted");
is $clinic->psql("SELECT timestamptz '$asha->{lastVisit}' = '$last'"), 't', 'who was here last at that time';
is $desk->get('/api/patients?q=Zeenat')->json->{items}[0]{lastVisit}, undef, 'who never was has none';

my %finds = (
	'asha%20p' => 'Asha Patil', 'PATIL' => 'Asha Patil', '98000%2000002' => 'Bilal Shaikh', '%2B9198-00000003' => 'Chitra Nair', '%25' => "100% Śliwa_O'Hara", '_' => "100% Śliwa_O'Hara", '%5C' => 'Zeenat \\ Aman',
	'%C5%9Bliwa' => "100% Śliwa_O'Hara", 'sliwa.test%40' => "100% Śliwa_O'Hara", 'a.*a' => '', "'%20OR%201%3D1--" => '', '%20Zeenat%20' => 'Zeenat \\ Aman',
);
is found($_), $finds{$_}, "q=$_ finds " . ($finds{$_} || 'nobody') for sort keys %finds;

my @all = @{ $desk->get('/api/patients?limit=200')->json->{items} };
is scalar @all, $clinic->psql("SELECT count(*) FROM core.patient WHERE clinic_id = '$DEMO{clinic}'"), 'without q everybody';
is join('|', map { $_->{name} } @all), join('|', sort map { $_->{name} } @all), 'by name';
is scalar @{ $desk->get('/api/patients')->json->{items} }, 50, 'fifty, unless the question says otherwise';
is scalar @{ $desk->get('/api/patients?limit=3')->json->{items} }, 3, 'or fewer';
error_is $desk->get("/api/patients?$_"), 400, 'VALIDATION_ERROR', "$_ is refused" for 'limit=201', 'limit=0', 'limit=x', 'q=%00', 'q=%FF', 'q=' . 'x' x 101, 'name=Asha', 'q=a&q=b';

my @mine = split /\n/, $clinic->psql("SELECT DISTINCT p.name FROM core.patient p JOIN core.appointment a ON a.patient_id = p.id WHERE a.doctor_id = '$DEMO{meera}' ORDER BY 1");
is join('|', map { utf8::encode(my $n = $_->{name}); $n } @{ $meera->get('/api/patients?limit=200')->json->{items} }), join('|', @mine), 'a doctor finds those who see them';
is found('Zeenat', $meera), '', 'and nobody else';
error_is $clinic->as($_)->get('/api/patients?q=a'), 403, 'FORBIDDEN', "$_ looks nobody up" for qw(patient chatbot);
error_is $clinic->visitor->get('/api/patients?q=a'), 401, 'UNAUTHENTICATED', 'nor does a stranger';

contract_is_kept;
done_testing;
