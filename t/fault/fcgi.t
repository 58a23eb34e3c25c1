#!/usr/bin/perl
# Broken FastCGI on a program's own socket: whoever reaches it disturbs no
# request of others (security.md C-50, C-51, C-52).
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::UNIX;
use Opdesk::Test;

my $clinic = clinic(programs => ['clinic'], workers => 2);
plan skip_all => 'no socket under Apache' if $clinic->server eq 'apache';
my $visitor = $clinic->visitor;
my @workers = sort $clinic->workers('clinic');

sub rec ($type, $content, %o) { pack('CCnnCC', $o{version} // 1, $type, $o{id} // 1, $o{length} // length $content, $o{padding} // 0, 0) . $content }
sub pair ($name, $value) { join '', map({ length $_ < 128 ? chr length $_ : pack 'N', length($_) | 0x80000000 } $name, $value), $name, $value }
my $begin = rec(1, pack 'nCx5', 1, 0);
my %right = (REQUEST_METHOD => 'GET', REQUEST_URI => '/api/clinic', REMOTE_ADDR => '127.0.0.1', HTTP_HOST => 'a');
my $params = join '', map { pair($_, $right{$_}) } sort keys %right;

# What comes back, until the program closes; '' when it says nothing.
sub say_to ($bytes, $end = 1) {
	my $socket = IO::Socket::UNIX->new(Peer => $clinic->dir . '/run/clinic.sock') or die "socket: $!";
	local $SIG{PIPE} = 'IGNORE';
	syswrite $socket, $bytes;
	shutdown $socket, 1 if $end;
	my $text = '';
	while (sysread $socket, my $part, 65536) { $text .= $part }
	return $text;
}

like say_to($begin . rec(4, $params) . rec(4, '') . rec(5, '')), qr/Status: 200.*Hemant/s, 'a right request is answered';
like say_to($begin . join('', map { rec(4, $_) } split //, $params) . rec(4, '') . rec(5, '')), qr/Status: 200/, 'also in records of one byte';
like say_to($begin . rec(4, $params . pair('HTTP_X', 'y' x 60_000)) . rec(4, '') . rec(5, '')), qr/Status: 200/, 'also with a parameter of 60 KB';
like say_to($begin . rec(4, $params . pair("HTTP_AUTHORIZATION", 'Bearer x') . pair('HTTP_AUTHORIZATION', 'Bearer y')) . rec(4, '') . rec(5, '')), qr/Status: 400/, 'a parameter that matters comes once';
like say_to($begin . rec(4, $params =~ s/GET/GET/r =~ s/\/api\/clinic/\/api\/clinic/r . pair('X', "a\0b")) . rec(4, '') . rec(5, '')), qr/Status: 200/, 'a NUL in one that does not matter is none of our business';

my %broken = (
	'nothing' => '', 'noise' => join('', map { chr(($_ * 7919) % 256) } 1 .. 4000), 'text' => "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 'half a header' => "\1\1\0", 'another version' => rec(1, pack('nCx5', 1, 0), version => 9),
	'an unknown kind of record' => rec(99, 'x' x 10), 'a role that nobody has' => rec(1, pack 'nCx5', 7, 0), 'parameters and no beginning' => rec(4, $params), 'a name longer than memory' => $begin . rec(4, "\xff\xff\xff\xff\xff\xff\xff\xff" . 'x' x 100),
	'a name of 2 GB' => $begin . rec(4, pack('NN', 0x7fffffff | 0x80000000, 0x7fffffff | 0x80000000) . 'x' x 100), 'lengths that overflow together' => $begin . rec(4, pack('NN', 0xffffffff, 1 | 0x80000000) . 'x'), 'a value that ends too early' => $begin . rec(4, "\x04\x50NAMEvalue") . rec(4, ''),
	'a record that announces more than it has' => $begin . rec(4, 'x', length => 60_000), 'an aborted request' => $begin . rec(2, ''), 'parameters without an end' => $begin . rec(4, $params), 'two beginnings' => $begin . $begin . rec(4, $params) . rec(4, '') . rec(5, ''),
	'another request\'s id' => $begin . rec(4, $params, id => 7) . rec(4, '', id => 7), 'a body longer than announced' => $begin . rec(4, join '', map { pair($_->[0], $_->[1]) } [ REQUEST_METHOD => 'POST' ], [ REQUEST_URI => '/api/clinic' ], [ CONTENT_LENGTH => 2 ]) . rec(4, '') . rec(5, '{' x 5000) . rec(5, ''),
	'no parameters at all' => $begin . rec(4, '') . rec(5, ''), 'an empty name' => $begin . rec(4, "\0\0" x 50) . rec(4, '') . rec(5, ''), 'a name without a value sign' => $begin . rec(4, pair('=', '=') . pair('A=B', 'c')) . rec(4, '') . rec(5, ''),
	'values to ask for' => rec(9, pair('FCGI_MAX_CONNS', '') . pair('FCGI_MPXS_CONNS', ''), id => 0), 'a thousand empty records' => $begin . rec(4, '') x 1000,
);
for my $what (sort keys %broken) {
	my $answer = say_to($broken{$what});
	unlike $answer, qr/Status: 5|Sanitizer/, "$what: no fault of ours";
	status_is $visitor->get('/api/clinic'), 200, '... and the next request is served';
}

# Whoever connects and says nothing keeps nobody else waiting for long: the
# other worker serves.
my $silent = IO::Socket::UNIX->new(Peer => $clinic->dir . '/run/clinic.sock') or die $!;
syswrite $silent, $begin;
my @served = map { $visitor->get('/api/clinic')->status } 1 .. 5;
is "@served", '200 200 200 200 200', 'one that connects and says nothing blocks one worker only';
close $silent;
for my $cut (1, 9, 20, 40) {
	my $socket = IO::Socket::UNIX->new(Peer => $clinic->dir . '/run/clinic.sock') or die $!;
	syswrite $socket, substr $begin . rec(4, $params), 0, $cut;
	close $socket;
}
my $quitter = IO::Socket::UNIX->new(Peer => $clinic->dir . '/run/clinic.sock') or die $!;
syswrite $quitter, $begin . rec(4, $params) . rec(4, '') . rec(5, '');
close $quitter; # gone before the answer
wait_until { $visitor->get('/api/clinic')->status == 200 } 'those who hang up in the middle disturb nobody';
is join(' ', sort $clinic->workers('clinic')), "@workers", 'and no worker has died of all this';
done_testing;
