#!/usr/bin/perl
# Frames that no client would send: an answer or the right close code, and the
# hub is none the worse for it (security.md M-118).
use v5.36;
use lib 't/lib';
use Opdesk::Test;
use Time::HiRes qw(time);

my $clinic = clinic(hub => 1, programs => [qw(health)]);
wait_until { $clinic->live->status == 101 } 'the hub is there';
my $hub = $clinic->process('hub')->pid;

sub memory () {
	open my $in, '<', "/proc/$hub/smaps_rollup" or die "hub: $!";
	my ($kb) = join('', <$in>) =~ /^Pss:\s+(\d+)/m;
	return $kb;
}

# How a connection fares that sends this; straight to the hub, past nginx.
sub fate ($send, %o) {
	my $live = $clinic->live(hub => 'hub', %o);
	$send->($live);
	my $code = eval { $live->code(5) };
	return $@ ? 'open' : $code // 'cut';
}
my $raw = sub ($bytes) { sub ($l) { $l->write_raw($bytes) } };
my $text = sub ($text) { sub ($l) { $l->frame($text) } };

my @frames = (
	[ 'an unmasked frame that is none of ours', $raw->("\x81\x02{}"), qr/^(1002|4400|cut)$/ ],
	[ 'a reserved bit', $raw->("\xc1\x82\0\0\0\0{}"), qr/^(1002|cut)$/ ],
	[ 'an opcode that there is not', $raw->("\x83\x80\0\0\0\0"), qr/^(1002|cut)$/ ],
	[ 'a length of 2^63', $raw->("\x81\xff" . "\x80" . "\0" x 7 . "\0\0\0\0" . 'x' x 100), qr/^(1002|1009|cut)$/ ],
	[ 'a length of 2^62', $raw->("\x81\xff" . "\x40" . "\0" x 7 . "\0\0\0\0" . 'x' x 100), qr/^1009$/ ],
	[ 'a frame of 4097 bytes', $text->('x' x 4097), qr/^1009$/ ],
	[ 'the same in pieces', sub ($l) { $l->frame('x' x 1000, part => 1); $l->frame('x' x 1000, part => 1, opcode => 0) for 1 .. 4 }, qr/^1009$/ ],
	[ 'text that is not UTF-8', $text->("[null,\"1\",\"\xff\xfe\",\"phx_join\",{}]"), qr/^(1007|4400)$/ ],
	[ 'no JSON', $text->('hello'), qr/^4400$/ ],
	[ 'nothing', $text->(''), qr/^4400$/ ],
	[ 'an object where a list should be', $text->('{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}'), qr/^4400$/ ],
	[ 'too short a list', $text->('[null,"1","phoenix"]'), qr/^4400$/ ],
	[ 'a list of lists', $text->('[' x 2000 . ']' x 2000), qr/^4400$/ ],
	[ 'a name that is a number', $text->('[null,"1",7,"phx_join",{}]'), qr/^4400$/ ],
	[ 'binary noise', sub ($l) { $l->frame("\x03\xff\xff\xff\xff\xff", opcode => 2) }, qr/^4400$/ ],
	[ 'a close frame', sub ($l) { $l->frame(pack('n', 1000), opcode => 8) }, qr/^1000$/ ],
	[ 'a ping', sub ($l) { $l->frame('x', opcode => 9) }, qr/^open$/ ],
	[ 'a ping that is too long', $raw->("\x89\xfe\x00\x80\0\0\0\0" . 'x' x 128), qr/^(1002|cut)$/ ],
	[ 'a heartbeat with other things', $text->('[null,"1","phoenix","heartbeat",{"a":[1,2,{"b":null}]}]'), qr/^open$/ ],
);
for (@frames) {
	my ($what, $send, $want) = @$_;
	like fate($send), $want, $what;
}

# What is a frame, and means nothing.
my $live = $clinic->live;
for (['an event that there is not', 'phoenix', 'sing', {}, 'VALIDATION_ERROR'], ['a topic that there is not', 'kitchen', 'phx_join', {}, 'NOT_FOUND'],
	['an upper-case id', 'availability:0000ABCD-0000-4000-8000-000000000001', 'phx_join', {}, 'NOT_FOUND'],
	['a NUL in a topic', "availability:all\0", 'phx_join', {}, 'NOT_FOUND'],
	['a broadcast where one is not', 'availability:all', 'broadcast', { type => 'broadcast', event => 'x', payload => {} }, 'NOT_FOUND'],
	['presence where one is not', 'availability:all', 'presence', { type => 'presence', event => 'track', payload => {} }, 'NOT_FOUND'],
	['a token that is a number', 'phoenix', 'access_token', { access_token => 7 }, 'UNAUTHENTICATED']) {
	my ($what, $topic, $event, $payload, $code) = @$_;
	my $reply = eval { $live->call($topic, $event, $payload) };
	if ($live->{over}) { # refused as a frame, which is an answer too
		is $live->{code}, 4400, $what;
		$live = $clinic->live;
	} else {
		is $reply->{response}{code}, $code, $what;
	}
}
is $live->leave('availability:all')->{status}, 'ok', 'leaving where one is not does no harm';

# Before there is a connection.
my @heads = (
	[ 'another method', "POST /realtime/v1/websocket HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" ],
	[ 'no key', "GET /realtime/v1/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n" ],
	[ 'HTTP/2', "GET /realtime/v1/websocket HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n" ],
	[ 'no host', "GET /realtime/v1/events?topics=availability:all HTTP/1.1\r\n\r\n" ],
	[ 'a query of 7 KB', 'GET /realtime/v1/websocket?vsn=2.0.0&x=' . 'x' x 7000 . " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n" ],
	[ 'a head of 20 KB', "GET /realtime/v1/events HTTP/1.1\r\nHost: a\r\nX: " . 'x' x 20000 . "\r\n\r\n" ],
	[ 'a header line without end', "GET /realtime/v1/events HTTP/1.1\r\nHost: a\r\n" . ('x' x 100 . "\r\n") x 300 ],
	[ 'broken escapes', "GET /realtime/v1/events?topics=%zz%0 HTTP/1.1\r\nHost: a\r\n\r\n" ],
	[ 'a path out of here', "GET /realtime/v1/../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n" ],
	[ 'noise', join('', map { chr int rand 256 } 1 .. 4000) ],
);
for (@heads) {
	my ($what, $bytes) = @$_;
	my $socket = IO::Socket::UNIX->new(Peer => $clinic->dir . '/run/hub.sock') or die "hub: $!";
	local $SIG{PIPE} = 'IGNORE';
	syswrite $socket, $bytes;
	shutdown $socket, 1;
	my ($all, $part) = ('', '');
	$all .= $part while IO::Select->new($socket)->can_read(5) && sysread $socket, $part, 65536;
	unlike $all, qr/^HTTP\S+ [12]\d\d/, "$what opens nothing" or diag substr $all, 0, 200;
}
is $clinic->live->join('availability:all')->{status}, 'ok', 'whoever comes after all that is served';

# One connection, request after request, as nginx could do it.
{
	my $socket = IO::Socket::UNIX->new(Peer => $clinic->dir . '/run/hub.sock') or die "hub: $!";
	my ($status, $all) = ('', '');
	for (1 .. 3) {
		syswrite $socket, "GET /realtime/v1/events?topics=appointments:all HTTP/1.1\r\nHost: a\r\n\r\n";
		$all = '';
		until ($all =~ /\}$/ || !IO::Select->new($socket)->can_read(5)) { sysread $socket, $all, 65536, length $all or last }
		$status .= $all =~ m{^HTTP/1.1 (\d+)} ? "$1 " : 'none ';
	}
	is $status, '401 401 401 ', 'a connection that was refused may ask again';
}

# In many pieces, and over and over.
my $slow = $clinic->live(hub => 'hub');
my $json = '[null,"9","phoenix","heartbeat",{}]';
$slow->frame(substr($json, 0, 1), part => 1);
$slow->frame(substr($json, $_, 1), part => 1, opcode => 0) for 1 .. length($json) - 2;
$slow->frame('', opcode => 0, part => 1) for 1 .. 1000;
$slow->frame(substr($json, -1), opcode => 0);
is $slow->reply(9)->{status}, 'ok', 'a frame of a thousand pieces is put together';

my $before = memory();
my @open = map { $clinic->live(hub => 'hub') } 1 .. 50;
for my $round (1 .. 20) {
	for my $l (@open) { $l->frame('x', opcode => 9) for 1 .. 20 }
	fate($_->[1]) for @frames[0 .. 3];
}
@open = ();
for (1 .. 300) { my $l = $clinic->live(hub => 'hub'); $l->tell('availability:all', 'phx_join'); $l->frame('{', part => 1); $l->close }
wait_until { $clinic->psql("SELECT (stats ->> 'connections')::int FROM feed.hub") <= 3 } 'whoever goes half way is gone';
SKIP: {
	skip 'a sanitizer keeps what was freed', 1 if $Opdesk::Cluster::BUILD =~ /asan/;
	cmp_ok memory() - $before, '<', 2000, 'nothing of it stays in memory';
}
is $clinic->process('hub')->is_running, 1, 'the hub has not died';
is $clinic->process('hub')->pid, $hub, '... nor was it started again';
$clinic->stop('hub'); # a sanitizer then says what was not freed

done_testing;
