#!/usr/bin/perl
# Who may call what, and whose rows they reach: every route that the programs
# print, times every role, times own, foreign and missing ids (security.md
# A-19, B-21 to B-26, D-60).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Rows;
use Opdesk::Routes;
use Opdesk::Test;

my $clinic = clinic(set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my $missing = '9999abcd-9999-4999-8999-9999abcdef99';

my @roles = qw(none patient doctor frontdesk admin chatbot);
my %caller = map { $_ => $clinic->as($_) } @roles, 'bilal';
my %bystander = map { $_ => $next_door->as($_) } qw(patient doctor frontdesk admin);

#
# What there is to reach: Asha with Meera, Bilal with Arun, Asha's double next door
#

sub book ($patient, $doctor) {
	my $res = $caller{frontdesk}->post('/api/appointments', { patientId => $DEMO{$patient}, %{ $clinic->free_slot(doctor => $doctor) } });
	return $res->json->{appointment}{id} // die $res->line;
}
my ($ashas, $bilals) = (book('asha', 'meera'), book('bilal', 'arun'));
$clinic->psql("INSERT INTO auth.device (clinic_id, account_id, hash) SELECT clinic_id, id, sha256('device') FROM auth.account WHERE email = 'desk\@opdesk.test' AND clinic_id = '$DEMO{clinic}'");
my $device = $clinic->psql("SELECT id FROM auth.device WHERE hash = sha256('device')");
my $hold = $caller{none}->post('/api/reservations', $clinic->free_slot)->json;

# {name} of a path: whose are own and foreign to a role.
my $visit = sub ($role) { $role =~ /patient|doctor|chatbot/ ? ($ashas, $bilals) : ($ashas, $next_door->id('appointment')) };
my %reach = (
	'/api/appointments/{id}' => $visit,
	(map { $_ => sub ($role) { $role eq 'doctor' ? ($ashas, $bilals) : ($ashas, $next_door->id('appointment')) } }
		'/api/appointments/{id}/revisions', '/api/appointments/{id}/messages'),
	(map { ("/api/appointments/{id}/$_" => $visit) } qw(acquire-lock release-lock lock lock-history force-release-lock takeover-lock)),
	'/api/availability/{doctorId}' => sub ($role) { ($DEMO{meera}, $next_door->id('doctor')) },
	(map { ("/api/admin/devices/{id}/$_" => sub ($role) { ($device, $next_door->id('device')) }) } qw(approve revoke)),
	'/api/doctors/{id}' => sub ($role) { ($DEMO{meera}, $next_door->id('doctor')) },
	'/api/services/{id}' => sub ($role) { ($DEMO{consultation}, $next_door->id('service')) },
	'/api/admin/users/{id}' => sub ($role) { ($clinic->account('frontdesk')->{id}, $next_door->id('account')) },
	'/api/admin/users/{id}/second-factor' => sub ($role) { ($clinic->account('frontdesk')->{id}, $next_door->id('account')) },
	'/api/admin/users/{id}/reset-link' => sub ($role) { ($clinic->account('frontdesk')->{id}, $next_door->id('account')) },
	'/api/auth/sessions/{id}' => sub ($role) { ($missing, $next_door->id('session')) },
	'/api/patients/{id}/addresses' => sub ($role) { ($DEMO{asha}, $next_door->id('patient')) },
	'/api/reservations/{id}' => sub ($role) { ($hold->{id}, $next_door->id('slot')) },
);

# A body that is well-formed, so that the row decides.
my %body = (
	'PUT /api/appointments/{id}' => { version => 1, reason => 'Mine now' },
	'PATCH /api/appointments/{id}' => { reason => 'Mine now' },
	'PATCH /api/doctors/{id}' => { version => 1, name => 'Mine now' },
	'PATCH /api/services/{id}' => { version => 1, name => 'Mine now' },
	'PATCH /api/admin/users/{id}' => { version => 1, disabled => JSON::PP::true },
	'POST /api/appointments/{id}/messages' => { text => 'Among us' },
	'POST /api/patients/{id}/addresses' => { phone => '+919800000001' },
	'PUT /api/availability/{doctorId}' => { version => 1, rules => [], exceptions => [] },
);

sub ask ($client, $route, $id = $missing, $body = $body{ $route->{name} }, $headers = {}) {
	return $client->request($route->{method}, $route->{path} =~ s/\{\w+\}/$id/r, $body, $headers);
}

# Signatures are right here; forged ones are in auth.t.
my $over = $clinic->as('admin');
$over->post('/api/auth/logout');
my %claims = (sub => $clinic->account('admin')->{id}, sid => $missing, role => 'admin', sec => 'c2VjcmV0', iat => time, exp => time + 900);
my %dead = (
	'a token that is text' => 'hello',
	'a token whose session is over' => $over->token,
	'a token of no session' => $clinic->sign(\%claims),
	'a token that has run out' => $clinic->sign({ %claims, exp => time }),
);

# The same but for when and which request.
sub alike ($res) { join ' ', $res->status, map { s/"(timestamp|requestId)":"[^"]*"//gr } $res->text }

my @routes = Opdesk::Routes::all();
my %reviewed = Opdesk::Routes::reviewed();

for my $route (@routes) {
	my ($method, $path, $may, $name) = @$route{qw(method path may name)};
	subtest "$name is for " . join(', ', sort keys %$may) => sub {
		my $reach = $reach{$path};
		ok $reach, 'this test knows whose rows it reaches' or return if $path =~ /\{/;
		my %before = rows_of($clinic);
		my $public = $may->{public};

		is !!$public, !!$reviewed{$name}, $public ? 'that strangers may call it was reviewed' : 'no stranger may call it';
		if (!$public) {
			my $no = ask($caller{none}, $route);
			error_is $no, 401, 'UNAUTHENTICATED', 'a stranger is asked for a token';
			is $no->json->{message}, 'Invalid token', 'in these words';
			error_is ask($caller{none}, $route, 'x', \'{"a":'), 401, 'UNAUTHENTICATED', 'before the request is looked at' if $method ne 'GET';
		}

		for my $what (sort keys %dead) {
			my $res = ask($clinic->client(token => $dead{$what}), $route);
			if (($reviewed{$name} // '') eq 'tokenless') {
				is $res->status, ask($caller{none}, $route)->status, "$what does no harm";
			} else {
				error_is $res, 401, 'UNAUTHENTICATED', "$what is none";
			}
		}

		for my $role (grep { !$public && !$may->{$_} && $_ ne 'none' } @roles) {
			error_is ask($caller{$role}, $route), 403, 'FORBIDDEN', "$role may not call it";
			error_is ask($caller{$role}, $route, 'x', \'{"a":'), 403, 'FORBIDDEN', 'whatever the request says' if $method ne 'GET';
		}

		for my $role (grep { $public || $may->{$_} } @roles) {
			if (!$reach) {
				my $res = ask($caller{$role}, $route, undef, $method eq 'GET' ? undef : { nonsense => 1 });
				ok $res->status < 500 && ($res->status != 401 || $path =~ m{^/api/auth/}) && $res->status != 403, "$role may call it" or diag $res->line;
				next;
			}
			my ($own, $foreign) = $reach->($role);
			my @no = map { ask($caller{$role}, $route, $_) } $foreign, $missing;
			is alike($no[0]), alike($no[1]), "to $role, what is another's is not there";
			if ($role eq 'doctor' && $name eq 'PUT /api/availability/{doctorId}') {
				error_is $no[0], 403, 'FORBIDDEN', 'a doctor saves no other doctor\'s hours';
				error_is ask($caller{doctor}, $route, $DEMO{arun}), 403, 'FORBIDDEN', 'in their own clinic neither';
			} else {
				error_is $no[0], 404, 'NOT_FOUND', 'hence 404';
			}
			error_is ask($caller{$role}, $route, uc $missing), 400, 'VALIDATION_ERROR', 'an id in capitals is none';
		}
		same_rows($clinic, \%before, 'and no row was changed');
	};
}

#
# The rows of a neighbour, by members and filters
#

my $slot = $clinic->free_slot;
my %elsewhere = (doctorId => $next_door->id('doctor'), serviceId => $next_door->id('service'), patientId => $next_door->id('patient'));
my %before = rows_of($clinic);
for my $member (sort keys %elsewhere) {
	my %wish = (name => 'N', phone => '+919811111111', %$slot, $member => $elsewhere{$member});
	my %nobody = (%wish, $member => $missing);
	my @no = map { $caller{frontdesk}->post('/api/appointments', $_) } \%wish, \%nobody;
	is alike($no[0]), alike($no[1]), "$member of a neighbour is as none: in a booking";
	error_is $no[0], 404, 'NOT_FOUND', 'hence 404';
	@no = map { $caller{admin}->put("/api/appointments/$ashas", { version => 1, $member => $_ }) } $elsewhere{$member}, $missing;
	is alike($no[0]), alike($no[1]), 'in a change';
	error_is $no[0], 404, 'NOT_FOUND', 'hence 404';
	is $caller{admin}->get("/api/appointments?$member=$elsewhere{$member}")->json->{nextCursor}, undef, 'and as a filter finds nothing' if $member ne 'serviceId';
}
for my $member (qw(doctorId serviceId)) {
	my $res = $caller{none}->post('/api/reservations', { %$slot, $member => $elsewhere{$member} });
	error_is $res, 404, 'NOT_FOUND', "a stranger holds no time with a ${member} next door";
}
error_is $caller{none}->patch("/api/appointments/$ashas", { reason => 'x' }, { 'X-Edit-Token' => 'guessed' }), 404, 'NOT_FOUND', 'an edit token cannot be guessed';
error_is $caller{none}->del("/api/reservations/$hold->{id}", { 'X-Reservation-Token' => 'guessed' }), 404, 'NOT_FOUND', 'nor a hold\'s';
error_is $caller{patient}->put("/api/appointments/$ashas", { version => 1, patientId => $DEMO{bilal} }), 403, 'FORBIDDEN', 'a patient gives their visit to nobody';
error_is $caller{doctor}->put("/api/appointments/$ashas", { version => 1, doctorId => $DEMO{arun} }), 403, 'FORBIDDEN', 'nor a doctor theirs to another doctor';
same_rows($clinic, \%before, 'none of which changed a row');

#
# Lists show what the database's owner says they should
#

my %oracle = (
	patient => "clinic_id = '$DEMO{clinic}' AND patient_id = '$DEMO{asha}'", bilal => "clinic_id = '$DEMO{clinic}' AND patient_id = '$DEMO{bilal}'",
	doctor => "clinic_id = '$DEMO{clinic}' AND doctor_id = '$DEMO{meera}'", frontdesk => "clinic_id = '$DEMO{clinic}'", admin => "clinic_id = '$DEMO{clinic}'",
);
sub all_ids ($client, $query = '') {
	my ($ids, $cursor) = ([], '');
	do {
		my $page = $client->get("/api/appointments?limit=200$query$cursor")->json;
		push @$ids, map { $_->{id} } @{ $page->{items} };
		$cursor = $page->{nextCursor} ? "&cursor=$page->{nextCursor}" : '';
	} while $cursor;
	return @$ids;
}
for my $who (sort keys %oracle) {
	my @ids = split /\n/, $clinic->psql("SELECT id FROM core.appointment WHERE NOT is_deleted AND $oracle{$who} ORDER BY 1");
	cmp_ok scalar @ids, '>', 0, "there are appointments for $who to see";
	is join(' ', sort(all_ids($caller{$who}))), "@ids", 'and they see these and no others';
	is scalar(all_ids($caller{$who}, '&q=Elsewhere')), 0, 'nor find others by name';
}
for my $who (sort keys %bystander) {
	my @ids = all_ids($bystander{$who});
	is join(' ', sort @ids), join(' ', map { $next_door->id($_) } 'appointment', $who =~ /patient|doctor/ ? () : 'lead'), "next door $who sees theirs";
	is scalar(all_ids($bystander{$who}, '&q=98000')), 1, 'and by phone only their own Asha';
}
my ($from, $to) = map { $clinic->psql("SELECT (now() AT TIME ZONE 'Asia/Kolkata')::date + $_") } -20, 21;
for my $who (qw(doctor frontdesk admin)) {
	my @ids = split /\n/, $clinic->psql("SELECT id FROM core.appointment WHERE NOT is_deleted AND $oracle{$who}
		AND (starts_at AT TIME ZONE 'Asia/Kolkata')::date BETWEEN '$from' AND '$to' ORDER BY 1");
	is join(' ', sort map { $_->{id} } @{ $caller{$who}->get("/api/calendar?from=$from&to=$to")->json->{items} }), "@ids", "the calendar of $who has their visits";
	is scalar @{ $bystander{$who}->get("/api/calendar?from=$from&to=$to")->json->{items} }, 1, 'and next door theirs';
}
my @patients = split /\n/, $clinic->psql("SELECT id FROM core.patient p WHERE clinic_id = '$DEMO{clinic}'
	AND EXISTS (SELECT FROM core.appointment a WHERE a.patient_id = p.id AND a.doctor_id = '$DEMO{meera}') ORDER BY 1");
is join(' ', sort map { $_->{id} } @{ $caller{doctor}->get('/api/patients?limit=200')->json->{items} }), "@patients", 'a doctor finds the patients that they see';
is join(' ', map { $_->{id} } @{ $bystander{frontdesk}->get('/api/patients?q=asha')->json->{items} }), $next_door->id('patient'), 'each desk finds its own Asha';

contract_is_kept;
done_testing;
