#!/usr/bin/perl
# The accounts of the staff: inviting, roles, disabling (requirements AUTH-7,
# AUTH-10; security.md A-19, B-26).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Neighbour;
use Opdesk::Parallel;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth passwords users profiles appointments)], hub => 1, set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my $admin = $clinic->as('admin');
my $me = '/api/profiles/me';
my $visitor = $clinic->visitor;

sub users ($who = $admin) { @{ $who->get('/api/admin/users')->json->{items} } }
sub user ($email) { (grep { ($_->{email} // '') eq $email } users())[0] }
sub invite ($what, $who = $admin) { $who->post('/api/admin/users', $what) }
sub change ($email, %what) {
	my $user = user($email);
	return $admin->patch("/api/admin/users/$user->{id}", { version => $user->{version}, %what });
}
sub login ($email) { $visitor->post('/api/auth/login', { email => $email, password => 'correct horse battery staple' }) }
sub with_password ($email) { $clinic->client(token => login($email)->json->{accessToken}) }
my ($true, $false) = (JSON::PP::true, JSON::PP::false);

#
# Who there is
#

is join(', ', map { "$_->{name} $_->{role}" } users()), 'Asmita Kulkarni admin, Deepak Joshi frontdesk, Dr. Arun Shah doctor, Dr. Meera Rao doctor',
	'an administrator sees the staff by name; no patient, and not the account of the key';
is_deeply { %{ user('meera@opdesk.test') }{qw(doctorId disabled hasPassword)} }, { doctorId => $DEMO{meera}, disabled => $false, hasPassword => $true }, '... whose account it is and how it stands';
is scalar(grep { /hash/i } map { keys %$_ } users()), 0, '... and nothing of a password';
is join(', ', map { $_->{name} } users($next_door->as('admin'))), 'Dr. Ngaio Marsh, Second Admin, Second Desk', 'next door sees theirs';
for my $who (qw(frontdesk doctor patient)) {
	error_is $clinic->as($who)->get('/api/admin/users'), 403, 'FORBIDDEN', "$who does not";
	error_is invite({ role => 'admin', name => 'N', email => 'n@opdesk.test' }, $clinic->as($who)), 403, 'FORBIDDEN', '... nor invites anybody';
	error_is $clinic->as($who)->patch('/api/admin/users/' . $clinic->account('frontdesk')->{id}, { version => 1, role => 'admin' }), 403, 'FORBIDDEN', '... nor becomes anything';
}

#
# Inviting
#

my $new = invite({ role => 'frontdesk', name => ' Nandini Rao ', email => 'nandini@opdesk.test' });
status_is $new, 201, 'somebody is invited';
is_deeply { %{ $new->json->{user} }{qw(version role name email doctorId disabled hasPassword hasSecondFactor)} },
	{ version => 1, role => 'frontdesk', name => 'Nandini Rao', email => 'nandini@opdesk.test', doctorId => undef, disabled => $false, hasPassword => $false, hasSecondFactor => $false },
	'... and has an account without a password';
error_is login('nandini@opdesk.test'), 401, 'INVALID_CREDENTIALS', '... that nobody signs in to';
is_deeply [ sort keys %{ $new->json } ], [qw(expiresAt link user)], '... and a link';
my ($token) = $new->json->{link} =~ m{^\Q@{[ $clinic->url ]}\E/staff/set-password#([\w-]{43})$};
ok $token, '... to our page, with a token that no server sees';
is scalar $clinic->rows("SELECT FROM auth.password_link WHERE hash = sha256('$token')"), 1, '... of which a hash is kept';
sub set_password ($token, $password) { $visitor->post('/api/auth/password/reset', { token => $token, newPassword => $password }) }
my $again = $admin->post("/api/admin/users/$new->{json}{user}{id}/reset-link");
status_is $again, 200, 'another link';
error_is set_password($token, 'nobody guesses this'), 401, 'INVALID_CREDENTIALS', '... makes the first void';
status_is set_password($again->json->{link} =~ s/.*#//r, 'nobody guesses this'), 204, '... and sets the password';
status_is $visitor->post('/api/auth/login', { email => 'nandini@opdesk.test', password => 'nobody guesses this' }), 200, 'which signs in';
ok user('nandini@opdesk.test')->{hasPassword}, '... as the list says';
error_is $admin->post("/api/admin/users/$_/reset-link"), 404, 'NOT_FOUND', 'there is none for a patient, the key or a neighbour'
	for $clinic->account('patient')->{id}, $clinic->psql("SELECT id FROM auth.account WHERE is_key AND clinic_id = '$DEMO{clinic}'"), $next_door->account('admin');
error_is $clinic->as('frontdesk')->post("/api/admin/users/$new->{json}{user}{id}/reset-link"), 403, 'FORBIDDEN', 'nor for front desk to ask';
$clinic->psql("UPDATE auth.account SET password_hash = NULL WHERE email = 'nandini\@opdesk.test'");
status_is invite({ role => 'doctor', doctorId => $DEMO{arun}, email => 'arun.second@opdesk.test' }), 201, 'a doctor is invited by who they are';
is user('arun.second@opdesk.test')->{name}, 'Dr. Arun Shah', '... and is called so';
my %bad = (
	'an address that somebody has' => [ email => { role => 'admin', name => 'N', email => 'DESK@opdesk.test' } ],
	'an address that is none' => [ email => { role => 'admin', name => 'N', email => 'desk' } ],
	'no address' => [ email => { role => 'admin', name => 'N' } ],
	'no name' => [ name => { role => 'admin', email => 'n@opdesk.test' } ],
	'a name of its own for a doctor' => [ name => { role => 'doctor', doctorId => $DEMO{arun}, name => 'N', email => 'n@opdesk.test' } ],
	'a doctor who is none' => [ doctorId => { role => 'doctor', email => 'n@opdesk.test' } ],
	'somebody else as a doctor' => [ doctorId => { role => 'frontdesk', name => 'N', doctorId => $DEMO{arun}, email => 'n@opdesk.test' } ],
	'a patient' => [ role => { role => 'patient', name => 'N', email => 'n@opdesk.test' } ],
	'the system' => [ role => { role => 'system', name => 'N', email => 'n@opdesk.test' } ],
	'a password' => [ password => { role => 'admin', name => 'N', email => 'n@opdesk.test', password => 'x' } ],
	'a clinic' => [ clinicId => { role => 'admin', name => 'N', email => 'n@opdesk.test', clinicId => $next_door->id('clinic') } ],
);
my %before = rows_of($clinic);
for my $what (sort keys %bad) {
	my ($field, $body) = @{ $bad{$what} };
	my $res = invite($body);
	error_is $res, 400, 'VALIDATION_ERROR', "$what is refused";
	is $res->json->{details}[0]{field}, $field, "... at $field";
}
error_is invite({ role => 'doctor', doctorId => $_, email => 'n@opdesk.test' }), 404, 'NOT_FOUND', 'a doctor next door is none' for $next_door->id('doctor'), '9999abcd-9999-4999-8999-9999abcdef99';
same_rows($clinic, \%before, 'none of which left anything');
status_is invite({ role => 'admin', name => 'N', email => 'nandini@opdesk.test' }, $next_door->as('admin')), 201, 'an address that somebody has here is free next door';

#
# Changing
#

my $res = change('nandini@opdesk.test', name => 'Nandini R. Rao', email => 'n.rao@opdesk.test');
status_is $res, 200, 'name and address change';
is "$res->{json}{version} $res->{json}{name}", '2 Nandini R. Rao', '... and the version rises';
is $res->header('ETag'), '"2"', '... as the answer\'s tag says';
my $sent = sub ($email) { $admin->post('/api/admin/users/' . user($email)->{id} . '/reset-link')->json->{link} =~ s/.*#//r };
my $astray = $sent->('n.rao@opdesk.test');
status_is change('n.rao@opdesk.test', name => 'Nandini Rao'), 200, 'a link that is under way';
is scalar $clinic->rows("SELECT FROM auth.password_link WHERE hash = sha256('$astray')"), 1, '... stays when the name changes';
status_is change('n.rao@opdesk.test', email => 'nrao@opdesk.test'), 200, 'but when the address was wrong';
error_is set_password($astray, 'nobody guesses this'), 401, 'INVALID_CREDENTIALS', '... whoever got it there sets no password';
change('nrao@opdesk.test', email => 'n.rao@opdesk.test', name => 'Nandini R. Rao');
my $old = user('n.rao@opdesk.test');
error_is $admin->patch("/api/admin/users/$old->{id}", { version => 1, role => 'admin' }), 409, 'VERSION_CONFLICT', 'who has an older version is told';
is $admin->patch("/api/admin/users/$old->{id}", { version => 1, role => 'admin' })->json->{current}{name}, 'Nandini R. Rao', '... how it stands';
error_is $admin->patch("/api/admin/users/$old->{id}", { role => 'admin' }), 400, 'VALIDATION_ERROR', 'without a version nothing changes';
error_is change('n.rao@opdesk.test', email => 'desk@opdesk.test'), 400, 'VALIDATION_ERROR', 'to an address that somebody has';
error_is change('n.rao@opdesk.test', email => undef), 400, 'VALIDATION_ERROR', 'to none';
error_is change('n.rao@opdesk.test', role => 'doctor'), 400, 'VALIDATION_ERROR', 'to a doctor who is none';
error_is change('meera@opdesk.test', name => 'M'), 400, 'VALIDATION_ERROR', 'a doctor\'s name stands elsewhere';
error_is $admin->patch("/api/admin/users/$_", { version => 1, disabled => $true }), 404, 'NOT_FOUND', 'a patient, the key and the neighbours are no users here'
	for $clinic->account('patient')->{id}, $clinic->psql("SELECT id FROM auth.account WHERE is_key AND clinic_id = '$DEMO{clinic}'"), $next_door->account('admin');

#
# Another role, and the end
#

my $meera = $clinic->staff('meera@opdesk.test');
status_is change('meera@opdesk.test', role => 'frontdesk'), 200, 'a doctor becomes front desk';
is user('meera@opdesk.test')->{name}, 'Dr. Meera Rao', '... and keeps the name';
error_is $meera->get($me), 401, 'UNAUTHENTICATED', 'who has another role signs in anew';
is login('meera@opdesk.test')->json->{user}{role}, 'frontdesk', '... as what they are now';
status_is change('meera@opdesk.test', role => 'doctor', doctorId => $DEMO{meera}), 200, 'and becomes a doctor again';

my $desk = $clinic->visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' })->json;
my $live = $clinic->live(token => $desk->{accessToken});
$live->join('appointments:all');
my $late = $sent->('desk@opdesk.test');
my $asked = time;
status_is change('desk@opdesk.test', disabled => $true), 200, 'somebody is disabled';
error_is $clinic->client(token => $desk->{accessToken})->get($me), 401, 'UNAUTHENTICATED', 'their next request is refused';
is $live->code, 4401, 'their live connection is cut';
cmp_ok time - $asked, '<=', 2, '... within two seconds';
error_is $visitor->post('/api/auth/refresh', { refreshToken => $desk->{refreshToken} }), 401, 'UNAUTHENTICATED', 'their refresh token is dead';
error_is login('desk@opdesk.test'), 401, 'INVALID_CREDENTIALS', 'and the password does not help';
is((users())[-1]{email}, 'desk@opdesk.test', 'they are listed last');
status_is change('desk@opdesk.test', disabled => $false), 200, 'and enabled again';
error_is set_password($late, 'nobody guesses this'), 401, 'INVALID_CREDENTIALS', '... by a link from before they are not back';
status_is login('desk@opdesk.test'), 200, '... sign in';

#
# A second factor that is lost
#

my $desk_id = user('desk@opdesk.test')->{id};
my $in = with_password('desk@opdesk.test');
my $drop = sub ($id, $who = $admin) { $who->del("/api/admin/users/$id/second-factor") };
error_is $drop->($desk_id), 404, 'NOT_FOUND', 'there is none to take away';
$clinic->psql("INSERT INTO auth.totp (account_id, clinic_id, secret, confirmed_at) SELECT id, clinic_id, 'x', now() FROM auth.account WHERE email IN ('desk\@opdesk.test', 'admin\@opdesk.test')");
is user('desk@opdesk.test')->{hasSecondFactor}, $true, 'somebody has one';
error_is $drop->($desk_id, $clinic->as('doctor')), 403, 'FORBIDDEN', 'which only administrators take away';
error_is $drop->($desk_id, $next_door->as('admin')), 404, 'NOT_FOUND', '... of this clinic';
error_is $drop->(user('admin@opdesk.test')->{id}), 409, 'BAD_TRANSITION', '... and nobody their own, which goes by the password';
is login('desk@opdesk.test')->status, 202, 'until then it is asked for';
status_is $drop->($desk_id), 204, 'it is taken away';
is user('desk@opdesk.test')->{hasSecondFactor}, $false, 'they have none';
error_is $in->get($me), 401, 'UNAUTHENTICATED', 'whoever was in is out';
status_is login('desk@opdesk.test'), 200, 'and the password signs them in, to set up another';
$clinic->psql('DELETE FROM auth.totp');

#
# The last administrator
#

%before = rows_of($clinic);
error_is change('admin@opdesk.test', disabled => $true), 409, 'BAD_TRANSITION', 'the last administrator is not disabled';
error_is change('admin@opdesk.test', role => 'frontdesk'), 409, 'BAD_TRANSITION', 'nor given another role';
same_rows($clinic, \%before, '... and nothing changed');
status_is change('n.rao@opdesk.test', role => 'admin'), 200, 'with a second one';
error_is change('admin@opdesk.test', disabled => $true), 409, 'BAD_TRANSITION', '... who cannot sign in yet, the first is still the last';
$clinic->psql("UPDATE auth.account SET password_hash = (SELECT password_hash FROM auth.account WHERE email = 'meera\@opdesk.test' AND clinic_id = '$DEMO{clinic}') WHERE email = 'n.rao\@opdesk.test'");
my %account = map { $_ => user($_) } 'admin@opdesk.test', 'n.rao@opdesk.test';
my ($a, $b) = map { $_->{id} } @account{qw(admin@opdesk.test n.rao@opdesk.test)};
my %version = map { $_->{id} => $_->{version} } values %account;
my @who = map { $clinic->client(token => $clinic->session(account => $_)) } $a, $b;
my @out = at_once(2, sub ($n) {
	my $other = (undef, $b, $a)[$n];
	return $who[$n - 1]->patch("/api/admin/users/$other", { version => $version{$other}, disabled => $true })->status;
});
is scalar(grep { $_ == 200 } @out), 1, 'of two who disable each other one is';
is $clinic->psql("SELECT count(*) FROM auth.account WHERE role = 'admin' AND NOT disabled AND NOT is_key AND clinic_id = '$DEMO{clinic}'"), 1, '... and one is left';

contract_is_kept;
done_testing;
