#!/usr/bin/perl
# The first administrator of a fresh installation: opdesk setup prints a link,
# and nobody has to be there to approve the device (requirements AUTH-5).
use v5.36;
use lib 't/lib';
use Opdesk::Cluster;
use Opdesk::Rows;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth passwords users devices)],
	set => { OPDESK_DEVICE_APPROVAL => 'required', OPDESK_LIMIT_SENSITIVE => 0 });
my $visitor = $clinic->visitor;

# As outside of the demo, where secrets have to be long.
sub setup ($database, @email) {
	local %ENV = (%ENV, Opdesk::Cluster->find->settings($database), OPDESK_DEMO => 'off', OPDESK_SECRET => 'test:' . 's' x 40,
		OPDESK_ADMIN_KEY => '', OPDESK_BASE_URL => 'https://clinic.example');
	delete $ENV{OPDESK_CONF};
	open my $out, '-|', "$Opdesk::Cluster::BUILD/sbin/opdesk", 'setup', @email or die "opdesk: $!";
	my $text = do { local $/; <$out> } // '';
	return close $out ? $text : undef;
}
sub token_of ($text) { ($text // '') =~ m{^https://clinic\.example/staff/set-password#([\w-]{43})$}m ? $1 : undef }

#
# An empty database
#

my $fresh = $clinic->database . '_fresh';
my $cluster = Opdesk::Cluster->find;
$cluster->psql('postgres', "CREATE DATABASE $fresh");
END { $cluster->psql('postgres', "DROP DATABASE IF EXISTS $fresh WITH (FORCE)") if $cluster && $fresh }

like setup($fresh), qr/^there is no administrator yet: opdesk setup EMAIL makes the first$/m, 'without an e-mail setup says what is missing';
is $cluster->psql($fresh, 'SELECT count(*) FROM core.clinic'), 0, '... and makes no clinic';
my $text = setup($fresh, 'owner@clinic.example');
ok token_of($text), 'with one it prints a link to our page';
is $cluster->psql($fresh, q(SELECT c.name || ' ' || c.time_zone || ' ' || u.role || ' ' || u.email FROM auth.account u JOIN core.clinic c ON c.id = u.clinic_id WHERE NOT u.is_key)),
	'Clinic Asia/Kolkata admin owner@clinic.example', '... and has made a clinic and its administrator';
is $cluster->psql($fresh, "SELECT string_agg(l::text, ' ') FROM auth.password_link l") =~ token_of($text) ? 1 : 0, 0, '... whose token is kept nowhere';
is setup($fresh, 'nobody'), undef, 'what is no e-mail makes setup fail';

#
# From the link to the first page
#

$clinic->psql("UPDATE auth.account SET password_hash = NULL WHERE role = 'admin'");
my $old = token_of(setup($clinic->database, 'admin@opdesk.test'));
my $token = token_of(setup($clinic->database, 'Admin@opdesk.test'));
ok $token, 'an administrator who cannot sign in gets a link';
is setup($clinic->database, 'desk@opdesk.test'), undef, 'somebody else does not';

sub set_password ($token) { $visitor->post('/api/auth/password/reset', { token => $token, newPassword => 'nobody guesses this' }) }
sub login (%more) { $visitor->post('/api/auth/login', { email => 'admin@opdesk.test', password => 'nobody guesses this', %more }) }
error_is set_password($old), 401, 'INVALID_CREDENTIALS', 'the newest link alone works';
status_is set_password($token), 204, 'whoever opens it sets the password';
error_is set_password($token), 401, 'INVALID_CREDENTIALS', '... once';
error_is $visitor->post('/api/auth/login', { email => 'admin@opdesk.test', password => 'wrong' }), 401, 'INVALID_CREDENTIALS', 'a wrong password opens nothing';
my $in = login();
status_is $in, 200, 'the first device needs nobody\'s approval';
my ($device) = join("\n", $in->headers('Set-Cookie')) =~ /^__Host-opdesk-device=([\w-]{43});/m;
ok $device, '... and is known from now on';
status_is login(deviceId => $device), 200, '... also the next time';
error_is login(), 403, 'DEVICE_NOT_APPROVED', 'a second device has to be approved';
my $admin = $clinic->client(token => $in->json->{accessToken});
my ($waiting) = grep { $_->{state} eq 'waiting' } @{ $admin->get('/api/admin/devices')->json->{items} };
status_is $admin->post("/api/admin/devices/$waiting->{id}/approve"), 200, '... by them';

my %before = rows_of($clinic);
is token_of(setup($clinic->database, 'admin@opdesk.test')), undef, 'now there is an administrator: setup prints no link any more';
same_rows($clinic, \%before, '... and changes nothing');

done_testing;
