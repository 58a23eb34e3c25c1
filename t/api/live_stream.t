#!/usr/bin/perl
# The same as Server-Sent Events, for whom no WebSocket reaches (RT-10).
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(hub => 1);
my $desk = $clinic->as('frontdesk');
my $token = $clinic->token('frontdesk');

my $stream = $clinic->stream("availability:all,appointments:all,availability:$DEMO{meera}", token => $token);
is $stream->status, 200, 'a stream of three topics begins';
like $stream->head, qr{^Content-Type: text/event-stream\r$}m, '... as what it is';
like $stream->head, qr/^Cache-Control: no-cache\r$/mi, '... which nobody keeps';
ok !$stream->joined($_)->{resync}, "$_ is open" for 'availability:all', 'appointments:all', "availability:$DEMO{meera}";

my $wish = $clinic->free_slot;
my $id = $desk->post('/api/appointments', { patientId => $DEMO{asha}, %$wish })->json->{appointment}{id};
my $created = $stream->event('appointment-created');
is $created->{data}{payload}{appointment}{id}, $id, 'a booking is told';
is $created->{data}{topic}, 'appointments:all', '... with its topic';
is $created->{id}, $created->{data}{payload}{eventId}, '... and its number as the id';
is_deeply [ sort map { $stream->event('slot-reserved')->{data}{topic} } 1, 2 ], [ "availability:$DEMO{meera}", 'availability:all' ],
	'the time is taken on both topics';

# Cut off and back.
close $stream->{s};
status_is $desk->put("/api/appointments/$id", { version => 1, reason => 'Cough' }), 200, 'something happens';
my $again = $clinic->stream('appointments:all', token => $token, since => $created->{id});
my $missed = $again->event('appointment-updated');
is $missed->{data}{payload}{appointment}{reason}, 'Cough', 'who comes back with Last-Event-ID gets what they missed';
is $missed->{data}{payload}{prev}, $created->{id}, '... behind what they had';
ok !$again->joined('appointments:all')->{resync}, '... and nothing is missing';
is $clinic->stream('appointments:all', token => $token, since => "$DEMO{clinic}-7")->joined('appointments:all')->{resync}, 1,
	'another epoch: compare all you have';

# Refusals, before the stream begins.
my $patient = $clinic->token('patient');
my @refused = (
	[ 'a foreign topic', 403, 'FORBIDDEN', 'appointments:all', token => $patient ],
	[ 'one foreign topic of two', 403, 'FORBIDDEN', "availability:all,appointments:dentist:$DEMO{meera}", token => $patient ],
	[ 'a stranger at what is not public', 401, 'UNAUTHENTICATED', 'appointments:all' ],
	[ 'a bad token', 401, 'UNAUTHENTICATED', 'availability:all', token => 'a.b.c' ],
	[ 'no such topic', 404, 'NOT_FOUND', 'kitchen' ],
	[ 'no topic', 400, 'VALIDATION_ERROR', undef ],
	[ 'an id that is none', 400, 'VALIDATION_ERROR', 'availability:all', since => 'x' ],
	[ 'a cookie from another site', 403, 'CSRF', 'availability:all', headers => [ "Cookie: __Host-opdesk=$token", 'Origin: https://evil.test' ] ],
);
for (@refused) {
	my ($what, $status, $code, $topics, %o) = @$_;
	my $no = $clinic->stream($topics, %o);
	is $no->status, $status, "$what: $status";
	is $no->json->{code}, $code, "... $code";
}
is $clinic->stream('availability:all')->status, 200, 'a stranger may listen to free times';
is $clinic->stream('appointments:all', headers => [ "Cookie: __Host-opdesk=$token", "Origin: $clinic->{url}" ])->status, 200,
	'our own page comes with its cookie';
is $clinic->stream('appointments:all', headers => [ "Cookie: __Host-opdesk=$token", 'Sec-Fetch-Site: same-origin' ])->status, 200,
	'... also where browsers send no Origin';
is $clinic->stream("appointments:patient:$DEMO{asha}", headers => ["Authorization: Bearer $patient"])->status, 200, 'a program comes with its header';

# The end of a session ends its streams.
my $out = $clinic->as('admin');
my $cut = $clinic->stream('appointments:all', token => $out->token);
$cut->joined('appointments:all');
$out->post('/api/auth/logout');
is eval { $cut->message }, undef, 'who signs out hears no more';
is $@, '', '... for the stream is over';

done_testing;
