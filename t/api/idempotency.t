#!/usr/bin/perl
# Idempotency-Key: the same request twice is one effect and one answer
# (security.md C-52, I-103, I-104).
use v5.36;
use lib 't/lib';
use Opdesk::Contract;
use Opdesk::Rows;
use Opdesk::Sql;
use Opdesk::Test;

my $clinic = clinic(programs => [qw(availability reservations appointments)]);
my ($visitor, $desk, $admin, $asha) = map { $clinic->as($_) } qw(none frontdesk admin patient);
my $n = 0;
sub key { sprintf 'a key that nobody guesses %s %d', $$, ++$n }
sub lead (%more) { return { name => 'Ila Bapat', phone => '9811112222', %more } }
sub book ($key, $body, $who = $visitor) { $who->post('/api/appointments', $body, { 'Idempotency-Key' => $key }) }
sub made { $clinic->psql('SELECT count(*) FROM core.appointment') }

# What a client sees: all but what names the request.
sub seen ($res) { join "\n", $res->status, $res->text, map { "$_: " . ($res->header($_) // '-') } qw(Location ETag Content-Type Cache-Control) }

#
# The same again
#

my $slot = $clinic->free_slot;
my $wish = lead(%$slot, reason => 'Knee');
my $key = key();
my $first = book($key, $wish);
status_is $first, 201, 'a booking with a key is a booking';
my $count = made();
my %before = rows_of($clinic);
my $second = book($key, $wish);
is seen($second), seen($first), 'the same request gets the same answer: status, body, token, Location and tag';
isnt $second->header('X-Request-Id'), $first->header('X-Request-Id'), 'under another request id';
is made(), $count, 'and makes no second row';
same_rows($clinic, \%before, 'nor any other');
my $token = $second->json->{editToken};
status_is $visitor->patch('/api/appointments/' . $second->json->{appointment}{id}, { reason => 'Hip' }, { 'X-Edit-Token' => $token }), 200, 'the token that comes again works';
is book($key, $wish)->json->{appointment}{reason}, 'Knee', 'the answer stays the first one, whatever happened to the row';
unlike $clinic->psql('SELECT string_agg(i::text, \' \') FROM core.idempotency i'), qr/\Q$token/, 'no token is kept with it';

error_is book($key, { %$wish, reason => 'Other' }), 422, 'IDEMPOTENCY_MISMATCH', 'the same key with another body is refused';
error_is book($key, \(JSON::PP->new->canonical->pretty->encode($wish))), 422, 'IDEMPOTENCY_MISMATCH', 'also when only its blanks differ';
error_is book(key(), $wish), 409, 'SLOT_TAKEN', 'another key is another request';
error_is $visitor->post('/api/appointments', $wish), 409, 'SLOT_TAKEN', 'and so is none';
is made(), $count, 'none of these made a row';

# A hold.
my $hold_key = key();
my $kept = $clinic->free_slot;
my @holds = map { $visitor->post('/api/reservations', $kept, { 'Idempotency-Key' => $hold_key }) } 1, 2;
is seen($holds[0]), seen($holds[1]), 'a reservation can be asked for twice as well';
status_is $visitor->post('/api/appointments', lead(reservationId => $holds[1]->json->{id}, reservationToken => $holds[1]->json->{token})), 201, 'and its token serves';
status_is book($hold_key, lead()), 201, 'the same key on another route is another key';

#
# Whose key it is
#

$key = key();
my %mine = map { $_->[0] => book($key, lead(name => $_->[0]), $_->[1]) } [ visitor => $visitor ], [ desk => $desk ], [ admin => $admin ], [ asha => $asha ];
is join(' ', map { $mine{$_}->status } sort keys %mine), '201 201 201 201', 'everybody has their own keys';
is seen(book($key, lead(name => 'desk'), $desk)), seen($mine{desk}), 'and gets their own answer again';
is seen(book($key, lead(name => 'desk'), $clinic->as('frontdesk'))), seen($mine{desk}), 'also signed in anew';
status_is book($key, lead(name => 'asha'), $clinic->as('bilal')), 201, 'Bilal\'s is not Asha\'s';

#
# What is a key
#

error_is book('x' x 256, lead()), 400, 'VALIDATION_ERROR', 'not what is longer than 255 characters';
status_is book('x' x 255, lead()), 201, '255 are';
my $body = '{"name":"N","phone":"9811112222"}';
my $raw = sub ($headers) { $visitor->raw("POST /api/appointments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n$headers\r\n$body") };
SKIP: {
	skip 'Apache joins what came twice', 2 if $clinic->server eq 'apache';
	error_is $raw->("Idempotency-Key: one\r\nIdempotency-Key: two\r\n"), 400, 'VALIDATION_ERROR', 'not two of them';
	error_is $raw->("Idempotency-Key: one\r\nIdempotency-Key: one\r\n"), 400, 'VALIDATION_ERROR', 'not even the same';
}
error_is $raw->("Idempotency-Key: caf\xe9 key that is long enough\r\n"), 400, 'VALIDATION_ERROR', 'not what is more than ASCII';
status_is $raw->("Idempotency-Key:\r\n"), 201, 'an empty one is none';
my $sql = "' || pg_sleep(9) --";
is seen(book($sql, lead())), seen(book($sql, lead())), 'any other text is one';

#
# What is kept, and for how long
#

$key = key();
$slot = $clinic->free_slot;
my $taker = $visitor->post('/api/reservations', $slot)->json;
error_is book($key, lead(%$slot)), 409, 'SLOT_TAKEN', 'a refusal';
$visitor->del("/api/reservations/$taker->{id}", { 'X-Reservation-Token' => $taker->{token} });
status_is book($key, lead(%$slot)), 201, 'is not kept: the same request may succeed later';
$key = key();
error_is book($key, { name => 'N' }), 400, 'VALIDATION_ERROR', 'nor is a fault';
status_is book($key, lead()), 201, 'the key is still free';

$key = key();
$first = book($key, lead());
$clinic->psql("UPDATE core.idempotency SET created_at = created_at - interval '23 hours 59 minutes' WHERE key = '$key'");
is seen(book($key, lead())), seen($first), 'an answer is kept for a day';
$clinic->psql("UPDATE core.idempotency SET created_at = created_at - interval '1 minute' WHERE key = '$key'");
my $anew = book($key, lead());
status_is $anew, 201, 'after it the key is a new one';
isnt $anew->json->{appointment}{id}, $first->json->{appointment}{id}, 'and the row as well';
is seen(book($key, lead())), seen($anew), 'kept for another day';

#
# While the first is under way
#

$key = key();
my $other = Opdesk::Sql->new($clinic);
$other->run("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\\n', 'idem', '$DEMO{clinic}', '/api/appointments', 'public', '$key'), 0))");
my $busy = book($key, lead());
error_is $busy, 409, 'IN_PROGRESS', 'the second is told that the first is not done';
$other->run('ROLLBACK');
status_is book($key, lead()), 201, 'and once it is over, may come again';

# The stored answer and the row are one transaction: neither without the other.
is $clinic->psql(q{SELECT count(*) FROM core.idempotency i WHERE route = '/api/appointments' AND NOT EXISTS (SELECT FROM core.appointment a WHERE a.id::text = body -> 'appointment' ->> 'id')}), 0,
	'no answer is kept for a row that is not there';
contract_is_kept;
done_testing;
