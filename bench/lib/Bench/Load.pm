# Bench::Load - the ways to load something and what they report: all return
# { rate, p50, p95, p99, bad }, seconds and milliseconds.
package Bench::Load;

use v5.36;
use Exporter qw(import);
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(time);

our @EXPORT_OK = qw(wrk pgbench ask cgi lua median);
our $CONNECTIONS = 32;
my $files = 0;

sub median (@x) {
	my @sorted = sort { $a <=> $b } @x;
	return @sorted % 2 ? $sorted[$#sorted / 2] : ($sorted[@sorted / 2 - 1] + $sorted[@sorted / 2]) / 2;
}

# A value as Lua writes it.
sub lua ($x) {
	return '{ ' . join(', ', map { lua($_) } @$x) . ' }' if ref $x eq 'ARRAY';
	return '{ ' . join(', ', map { "['$_'] = " . lua($x->{$_}) } sort keys %$x) . ' }' if ref $x eq 'HASH';
	return $x if $x =~ /^\d+$/;
	return '"' . $x =~ s/(["\\])/\\$1/gr . '"';
}

# script: of bench/wrk; plan: what it is told; port, seconds.
sub wrk ($site, %o) {
	my $plan = "$site->{side}/plan" . $files++ % 64 . '.lua';
	open my $out, '>', $plan or die "$plan: $!\n";
	print $out 'return ', lua($o{plan}), "\n";
	close $out;
	my $script = "$site->{top}/bench/wrk/$o{script}.lua";
	my $said = qx{wrk -t2 -c$CONNECTIONS -d$o{seconds}s -s $script http://127.0.0.1:$o{port}/ -- $plan 2>&1};
	my %r = $said =~ /^REPORT (.*)/m ? map { split /=/ } split ' ', $1 : die "wrk says: $said\n";
	return { rate => $r{requests} / $r{us} * 1e6, requests => $r{requests}, bad => $r{status} + $r{lost},
		map { $_ => $r{$_} / 1000 } qw(p50 p95 p99) };
}

# file: of bench/sql; user; clients; values: of its variables; seconds.
sub pgbench ($site, %o) {
	my @values = map { ('-D', "$_=$o{values}{$_}") } sort keys %{ $o{values} };
	local $ENV{PGOPTIONS} = '-c plan_cache_mode=force_generic_plan -c jit=off';
	open my $in, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', "$Bench::Site::BIN/pgbench", '-n', '-M', 'prepared', '-h', $site->{run},
		'-U', $o{user}, '-c', $o{clients}, '-j', $o{clients} > 1 ? 2 : 1, '-T', $o{seconds}, @values,
		'-f', "$site->{top}/bench/sql/$o{file}.pgb", 'opdesk' or die "pgbench: $!\n";
	my $said = do { local $/; <$in> } // '';
	close $in;
	my ($rate) = $said =~ /^tps = ([\d.]+)/m or die "pgbench says: $said\n";
	my ($ms) = $said =~ /^latency average = ([\d.]+)/m;
	my ($bad) = $said =~ /^number of failed transactions: (\d+)/m;
	my ($done) = $said =~ /^number of transactions actually processed: (\d+)/m;
	return { rate => $rate, done => $done, p50 => $ms, bad => $bad // 0 };
}

# One request by a socket of its own: the answer's status and body, and how long it took.
sub ask ($site, $method, $path, $headers, $body = '') {
	my $text = join "\r\n", "$method $path HTTP/1.0", 'Content-Length: ' . length($body),
		(map { "$_: $headers->{$_}" } sort keys %$headers), '', $body;
	my $started = time;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $site->port) or die "opdesk is away\n";
	print $socket $text;
	my $answer = do { local $/; <$socket> } // '';
	my $ms = (time - $started) * 1000;
	my ($status) = $answer =~ m{^HTTP/\S+ (\d+)} or die "no answer to $method $path\n";
	return ($status, $answer =~ s/^.*?\r\n\r\n//sr, $ms);
}

# The program started for one request, as a web server does it: milliseconds
# from fork to the end of its answer.
sub cgi ($site, $program, %env) {
	my $started = time;
	pipe my $in, my $out or die $!;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		%ENV = (OPDESK_CONF => "$site->{site}/opdesk.conf", GATEWAY_INTERFACE => 'CGI/1.1', %env);
		open STDIN, '<', '/dev/null' and open STDOUT, '>&', $out and open STDERR, '>', '/dev/null'
			and exec "$site->{top}/build/cgi-bin/$program";
		POSIX::_exit(127);
	}
	close $out;
	my $answer = do { local $/; <$in> } // '';
	my $ms = (time - $started) * 1000;
	waitpid $pid, 0;
	die "plain CGI answers: $answer\n" unless $answer =~ /^Status: 200/;
	return $ms;
}

1;
