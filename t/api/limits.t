#!/usr/bin/perl
# Rate limits: fifteen tries a minute, exact over all workers (security.md
# E-67 to E-71).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Parallel;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth profiles reservations appointments availability)], workers => 8,
	set => { OPDESK_TRUSTED_PROXIES => '127.0.0.1', OPDESK_LIMIT_BOOKING => 4, OPDESK_ARGON2_MEMORY => 64, OPDESK_ARGON2_PASSES => 1 });
plan skip_all => 'it needs a proxy that is believed' if $clinic->server eq 'apache';
my $password = 'correct horse battery staple';
my $n = 0;

# Somebody at another address: nginx believes the proxy that this test is.
sub at ($address, %o) { { 'X-Forwarded-For' => $address, %o } }
sub address { sprintf '203.0.113.%d', ++$n }
sub login ($address, $email, $secret = 'wrong') { $clinic->visitor->post('/api/auth/login', { email => $email, password => $secret }, at($address)) }
sub forget { $clinic->psql('DELETE FROM core.limit_use') }

# Every use so many seconds older.
sub older ($seconds) { $clinic->psql("UPDATE core.limit_use SET uses = ARRAY(SELECT u - interval '$seconds seconds' FROM unnest(uses) u)") }
sub statuses (@answers) { join ' ', map { $_->status } @answers }

#
# Fifteen, then no more for a while
#

my $home = address();
is statuses(map { login($home, 'desk@opdesk.test') } 1 .. 15), join(' ', (401) x 15), 'fifteen wrong passwords are told that they are wrong';
my $no = login($home, 'desk@opdesk.test');
error_is $no, 429, 'RATE_LIMITED', 'the sixteenth is not looked at';
my $wait = $no->header('Retry-After');
ok $wait =~ /^\d+$/ && $wait >= 50 && $wait <= 60, "and told to wait, for $wait seconds";
error_is login($home, 'desk@opdesk.test', $password), 429, 'RATE_LIMITED', 'not even the right one';
error_is login($home, 'DESK@opdesk.test ', $password), 429, 'RATE_LIMITED', 'nor the same address, spelled another way';
error_is login(address(), 'desk@opdesk.test', $password), 429, 'RATE_LIMITED', 'from nowhere, as the account is what is counted';
error_is login($home, 'meera@opdesk.test', $password), 429, 'RATE_LIMITED', 'and from there for nobody, as tries that fail count for their address too';
status_is login(address(), 'meera@opdesk.test', $password), 200, 'somebody else, somewhere else, signs in';

older(40);
error_is login($home, 'desk@opdesk.test', $password), 429, 'RATE_LIMITED', 'the minute is not over';
older(25);
status_is login($home, 'desk@opdesk.test', $password), 200, 'now it is: hammering has not made it longer';

# The window slides: no burst at the turn of a minute.
forget();
$home = address();
login($home, 'desk@opdesk.test') for 1 .. 10;
older(30);
login($home, 'desk@opdesk.test') for 1 .. 5;
error_is login($home, 'desk@opdesk.test'), 429, 'RATE_LIMITED', 'ten and five within a minute are fifteen';
older(31);
is statuses(map { login($home, 'desk@opdesk.test') } 1 .. 10), join(' ', (401) x 10), 'when the first ten are old, ten more are let through';
error_is login($home, 'desk@opdesk.test'), 429, 'RATE_LIMITED', 'and no eleventh';

# What was right does not count against where it came from.
forget();
$home = address();
for my $round (1 .. 4) {
	status_is login($home, $_, $password), 200, 'a clinic signs in from one address' for map { "$_\@opdesk.test" } qw(admin desk meera arun);
}
is statuses(map { login($home, 'desk@opdesk.test', $password) } 1 .. 11), join(' ', (200) x 11), 'each of them up to fifteen times';
error_is login($home, 'desk@opdesk.test', $password), 429, 'RATE_LIMITED', 'a sixteenth time is too much for one account';

# One password over many accounts, and one home with many addresses.
forget();
$home = address();
my @spray = map { login($home, "user$_\@opdesk.test") } 1 .. 16;
is statuses(@spray), join(' ', (401) x 15, 429), 'trying many accounts from one address is no way round';
forget();
@spray = map { login("2001:db8:1:2::$_", "user$_\@opdesk.test") } 1 .. 16;
is statuses(@spray), join(' ', (401) x 15, 429), 'nor are the addresses of one IPv6 network';
status_is login('2001:db8:1:3::1', 'desk@opdesk.test', $password), 200, 'the network beside it is another';
is statuses(map { login("::ffff:203.0.113.250", "v4$_\@opdesk.test") } 1 .. 15), join(' ', (401) x 15), 'an IPv4 address in IPv6 form';
error_is login('203.0.113.250', 'v4@opdesk.test'), 429, 'RATE_LIMITED', 'is that address';
forget();
@spray = map { login(address(), 'desk@opdesk.test') } 1 .. 16;
is statuses(@spray), join(' ', (401) x 15, 429), 'nor one account from many addresses';
my $direct = $clinic->visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => $password }, { 'X-Real-IP' => '198.51.100.1', 'X_Forwarded_For' => '198.51.100.1', Forwarded => 'for=198.51.100.1', 'X-User-Id' => 'x' });
error_is $direct, 429, 'RATE_LIMITED', 'nor any other header';
error_is login(address(), "des\x{212a}\@opdesk.test", $password), 401, 'INVALID_CREDENTIALS', 'nor under another name for it: a Kelvin sign is no k here';

# All workers count together.
forget();
my @many = map { @$_ } at_once(20, sub ($n) {
	my $client = $clinic->visitor;
	[ map { $client->post('/api/auth/login', { email => 'desk@opdesk.test', password => $password }, at("198.51.100.$n"))->status } 1 .. 5 ];
});
is scalar(grep { $_ == 200 } @many), 15, 'of a hundred at once, before eight workers, exactly fifteen pass';
is scalar(grep { $_ == 429 } @many), 85, 'and all others are told to wait';

#
# The other doors
#

forget();
my $key = sub ($address, $secret) { $clinic->visitor->post('/api/auth/admin-key', { adminKey => $secret }, at($address)) };
is statuses(map { $key->(address(), 'x') } 1 .. 15), join(' ', (401) x 15), 'the admin key may be tried fifteen times a minute';
error_is $key->(address(), 'opdesk-demo-admin-key'), 429, 'RATE_LIMITED', 'from anywhere';
older(61);
status_is $key->(address(), 'opdesk-demo-admin-key'), 200, 'and again a minute later';

forget();
my @out = map { $clinic->as('frontdesk')->post('/api/auth/logout') } 1 .. 16;
is statuses(@out), join(' ', (204) x 15, 429), 'signing out is counted for the account';
is $clinic->as('frontdesk')->get('/api/profiles/me')->status, 200, 'everyday work is not';
my @work = map { $clinic->as('frontdesk')->post('/api/appointments', { name => 'N' }) } 1 .. 20;
is statuses(@work), join(' ', (201) x 20), 'not even by the dozen';

# Nor can what somebody does be counted against them by who types their number.
forget();
my $number = $clinic->account('frontdesk')->{id};
is statuses(map { login(address(), $number) } 1 .. 16), join(' ', (401) x 15, 429), 'the number of an account is no name';
status_is $clinic->as('frontdesk')->post('/api/auth/logout'), 204, 'and its owner signs out all the same';

forget();
$home = address();
my $stranger = $clinic->visitor;
my @booked = map { $stranger->post('/api/reservations', $clinic->free_slot, at($home)), $stranger->post('/api/appointments', { name => 'N', phone => '9811111111' }, at($home)) } 1, 2;
is statuses(@booked), '201 201 201 201', 'strangers hold and book so many times a minute';
$no = $stranger->post('/api/appointments', { name => 'N', phone => '9811111111' }, at($home));
error_is $no, 429, 'RATE_LIMITED', 'and no more from one address';
ok $no->header('Retry-After') <= 60, 'for a minute at most';
error_is $stranger->post('/api/reservations', $clinic->free_slot, at($home)), 429, 'RATE_LIMITED', 'neither way';
status_is $stranger->post('/api/appointments', { name => 'N', phone => '9811111111' }, at(address())), 201, 'from elsewhere they can';
status_is $stranger->get("/api/availability/$DEMO{meera}", at($home)), 200, 'and look as often as they like';
status_is $clinic->as('patient')->post('/api/appointments', {}, at($home)), 201, 'who is signed in is not counted';
status_is $stranger->patch('/api/appointments/' . $booked[1]->json->{appointment}{id}, { reason => 'x' }, at($home, 'X-Edit-Token' => $booked[1]->json->{editToken})), 200, 'nor adding to what one has';

# A limiter that cannot count lets nobody by.
forget();
$clinic->psql('ALTER TABLE core.limit_use RENAME TO limit_gone');
error_is login(address(), 'desk@opdesk.test', $password), 503, 'UNAVAILABLE', 'when nobody counts, nobody signs in';
error_is $stranger->post('/api/appointments', { name => 'N', phone => '9811111111' }, at(address())), 503, 'UNAVAILABLE', 'nor books as a stranger';
$clinic->psql('ALTER TABLE core.limit_gone RENAME TO limit_use');
status_is login(address(), 'desk@opdesk.test', $password), 200, 'afterwards they do';

#
# What one has left (draft-ietf-httpapi-ratelimit-headers-10)
#

forget();
sub left ($res) { join ' ', map { $res->header($_) // '-' } qw(RateLimit-Policy RateLimit) }
sub tells ($res, $name, $most, $left, $what) { like left($res), qr/^"$name";q=$most;w=60 "$name";r=$left;t=(?:[1-9]|[1-5]\d|60)$/, $what }
$home = address();
tells login($home, 'desk@opdesk.test'), 'failed', 15, 14, 'who fails to sign in hears how many tries their address has left';
tells login($home, 'desk@opdesk.test', $password), 'failed', 15, 14, 'who succeeds has lost none';
login(address(), 'desk@opdesk.test', $password) for 1 .. 5;
tells login($home, 'desk@opdesk.test'), 'failed', 15, 13, 'not how often somebody has tried their account';
login($home, "user$_\@opdesk.test") for 1 .. 12;
tells login($home, 'user13@opdesk.test'), 'failed', 15, 0, 'in the end none';
my $refused = login($home, 'user14@opdesk.test');
tells $refused, 'failed', 15, 0, 'and then still none';
is +($refused->header('RateLimit') =~ /t=(\d+)/)[0], $refused->header('Retry-After'), 'until there is one again';
login(address(), 'desk@opdesk.test', $password) for 1 .. 7;
$refused = login(address(), 'desk@opdesk.test', $password);
error_is $refused, 429, 'RATE_LIMITED', 'whose account is shut';
is left($refused), '- -', 'is told when to come back and nothing else';
forget();
$home = address();
tells $stranger->post('/api/appointments', { name => 'N', phone => '9811111111' }, at($home)), 'booking', 4, 3, 'a stranger who books hears it too';
tells $stranger->post('/api/appointments', {}, at($home)), 'booking', 4, 2, 'also when the request is refused';
tells $clinic->as('frontdesk')->post('/api/auth/logout'), 'account', 15, 14, 'and so does who is signed in, of sensitive actions';
is left($stranger->get("/api/availability/$DEMO{meera}", at($home))), '- -', 'no limit, no field';
is left($clinic->as('frontdesk')->post('/api/appointments', { name => 'N' })), '- -', 'nor for whom a limit is not';

contract_is_kept;
done_testing;
