#!/usr/bin/perl
# opdesk sweep: what is over goes, in every clinic; what anybody may still ask
# for stays.
use v5.36;
use lib 't/lib';
use Opdesk::Neighbour;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(auth otp appointments reservations availability admin profiles)], set => { OPDESK_LIMIT_SENSITIVE => 0, OPDESK_LIMIT_CODES => 0 });
my $next_door = Opdesk::Neighbour->new($clinic);
my $visitor = $clinic->visitor;
my $desk = $clinic->as('frontdesk');
my %own = ('Idempotency-Key' => 'swept-or-not-swept-0001');

sub opdesk ($command, %env) {
	local %ENV = (%ENV, OPDESK_CONF => $clinic->dir . '/opdesk.conf', %env);
	my $text = qx('$Opdesk::Cluster::BUILD/sbin/opdesk' $command 2>&1);
	return ($? >> 8) . " $text";
}
sub sweep () { is opdesk('sweep'), "0 swept 2 clinics\n", 'all clinics are swept' }
sub ago ($days) { "clock_timestamp() - interval '$days days'" }
sub count_of ($from) { $clinic->psql("SELECT count(*) FROM $from") }

# One of everything that is alive.
my $login = $visitor->post('/api/auth/login', { email => 'desk@opdesk.test', password => 'correct horse battery staple' })->json;
$visitor->post('/api/auth/otp/request', { phone => '+919800000001' });
my $wish = $clinic->free_slot;
my $hold = $visitor->post('/api/reservations', $wish)->json;
my $booked = $visitor->post('/api/appointments', { name => 'Meant to stay', phone => '9811111111' }, \%own)->json;
my $cursor = $desk->post('/api/admin/appointments/sync', { knownVersions => {} })->json->{cursor};
$clinic->psql("INSERT INTO core.limit_use (bucket, uses, used_at) VALUES ('fresh', ARRAY[now()], now())");
$clinic->psql("INSERT INTO core.outbox (clinic_id, kind, channel, recipient, body, status, created_at) VALUES ('$DEMO{clinic}', 'notice', 'email', 'asha\@example.org', 'x', 'sent', ${\ ago(89)})");
my @alive = ('auth.session', 'auth.refresh', 'auth.code', 'core.slot', 'core.idempotency', 'core.limit_use', 'core.outbox', 'core.appointment', 'feed.change', 'feed.item');
my %before = map { $_ => count_of($_) } @alive;
sweep();
is count_of($_), $before{$_}, "what is alive stays: $_" for @alive;
is $visitor->post('/api/auth/refresh', { refreshToken => $login->{refreshToken} })->status, 200, 'a session goes on';
is $visitor->post('/api/appointments', { name => 'Meant to stay', phone => '9811111111' }, \%own)->json->{editToken}, $booked->{editToken}, 'an answer is given again';
is $desk->post('/api/admin/appointments/sync', { cursor => $cursor })->status, 200, 'a page goes on from where it was';
status_is $visitor->post('/api/appointments', { name => 'N', phone => '9811111111', reservationId => $hold->{id}, reservationToken => $hold->{token} }), 201, 'and a hold is booked';

# The same, when its time is over.
isnt $desk->post('/api/admin/appointments/sync', { knownVersions => {} })->json->{cursor}, $cursor, 'changes have been made since';
my @clinics = map { "'$_'" } $DEMO{clinic}, $next_door->id('clinic');
$clinic->psql("INSERT INTO core.outbox (clinic_id, kind, channel, recipient, body, status, created_at, expires_at)
	SELECT c::uuid, kind, 'email', 'over\@example.org', 'x', status, created, expires
	  FROM unnest(ARRAY[" . join(',', @clinics) . "]) c, (VALUES ('code', 'queued', ${\ ago(2)}, ${\ ago(2)}), ('notice', 'sent', ${\ ago(91)}, NULL), ('notice', 'dead', ${\ ago(91)}, NULL)) x(kind, status, created, expires)");
is count_of("core.outbox WHERE recipient = 'over\@example.org'"), 6, 'messages of both clinics are old';
$clinic->psql("INSERT INTO core.outbox (clinic_id, kind, channel, recipient, body, created_at) VALUES ('$DEMO{clinic}', 'notice', 'email', 'late\@example.org', 'x', ${\ ago(91)})");
my $over = $visitor->post('/api/reservations', $clinic->free_slot)->json;
$clinic->psql("UPDATE core.slot SET expires_at = ${\ ago(2)}, starts_at = starts_at - interval '60 days', ends_at = ends_at - interval '60 days', during = tstzrange(lower(during) - interval '60 days', upper(during) - interval '60 days') WHERE id = '$over->{id}'");
$clinic->psql("UPDATE auth.session SET expires_at = ${\ ago(31)}; UPDATE auth.refresh SET expires_at = ${\ ago(2)}; UPDATE auth.code SET expires_at = ${\ ago(2)}");
$clinic->psql("INSERT INTO auth.challenge (hash, clinic_id, account_id, enrols, expires_at) SELECT sha256(id::text::bytea), clinic_id, id, false, ${\ ago(1)} FROM auth.account WHERE email = 'desk\@opdesk.test'");
$clinic->psql("UPDATE core.idempotency SET created_at = ${\ ago(2)}; UPDATE core.limit_use SET used_at = ${\ ago(2)}");
$clinic->psql("UPDATE feed.change SET folded_at = ${\ ago(31)}");
my $visits = count_of('core.appointment');
sweep();
is count_of($_), 0, "what is over goes: $_" for 'auth.session', 'auth.refresh', 'auth.code', 'auth.challenge', 'core.idempotency', 'core.limit_use', 'feed.change', "core.outbox WHERE recipient = 'over\@example.org'", "core.slot WHERE id = '$over->{id}'";
is count_of("core.outbox WHERE recipient = 'late\@example.org'"), 1, 'a message that still waits is not forgotten';
is count_of('core.appointment'), $visits, 'nor any visit';
error_is $clinic->as('frontdesk')->post('/api/admin/appointments/sync', { cursor => $cursor }), 410, 'CURSOR_EXPIRED', 'a page that was away that long starts anew';
is $clinic->as('frontdesk')->post('/api/admin/appointments/sync', { knownVersions => {} })->json->{count}, $clinic->psql("SELECT count(*) FROM core.appointment WHERE clinic_id = '$DEMO{clinic}' AND NOT is_deleted"),
	'... and finds all that there is';
sweep();

$clinic->cut_database;
like opdesk('sweep'), qr/^1 .*^opdesk: database: \S/ms, 'without a database it says so';
done_testing;
