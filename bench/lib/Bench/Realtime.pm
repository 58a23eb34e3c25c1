# Bench::Realtime - the hub and its peers under many WebSocket clients.  The
# clients are realtime/load.c, told line by line what to do.
package Bench::Realtime;

use v5.36;
use Bench::Load qw(median);
use Exporter qw(import);
use IO::Handle;
use IO::Socket::INET;
use IPC::Open2 qw(open2);
use Opdesk::Process;
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(clients tell_clients end_clients fan_out latencies idle resume peer hub_pid pss);
my $BATCH = 20; # messages under way at once; less than a queue of the hub holds

# N clients that have joined, client i the topic i modulo their number.
sub clients ($site, $protocol, $address, $path, $n, @topics) {
	my $list = "$site->{side}/topics";
	open my $out, '>', $list or die "$list: $!\n";
	print $out "$_\n" for @topics;
	close $out;
	my $pid = open2(my $from, my $to, "$site->{side}/load", $protocol, $address, $path, 'realtime.bench', $n, $list);
	$to->autoflush(1);
	my $self = { pid => $pid, from => $from, to => $to, n => $n };
	my $line = <$from> // die "the clients of $protocol do not connect\n";
	$line eq "ready $n\n" or die "the clients say $line";
	return $self;
}

# One command, and the words of the answer behind the first.
sub tell_clients ($c, $command) {
	print { $c->{to} } "$command\n";
	my $line = readline($c->{from}) // die "the clients ended at '$command'\n";
	my (undef, @words) = split ' ', $line;
	return @words;
}

sub end_clients ($c) {
	print { $c->{to} } "quit\n";
	waitpid $c->{pid}, 0;
}

#
# What serves them
#

# socketio, ws or nchan; how it is reached, its process, and how one publishes.
sub peer ($site, $name) {
	my $port = $site->port($name);
	my @command = ('node', "$site->{top}/bench/peers/$name.js");
	if ($name eq 'nchan') {
		$site->fill("$site->{top}/bench/realtime/nchan.conf.in", "$site->{side}/nchan.conf", PORT => $port);
		@command = ('nginx', '-e', "$site->{side}/nchan.log", '-p', $site->{side}, '-c', "$site->{side}/nchan.conf");
	}
	local @ENV{qw(NODE_ENV PORT)} = ('production', $port);
	my $process = Opdesk::Process->start(command => \@command, log => "$site->{side}/$name.log");
	$site->wait_for($name);
	my $socket;
	return { process => $process, pid => $process->pid, address => "127.0.0.1:$port",
		protocol => $name eq 'socketio' ? 'sio' : 'ws',
		path => { socketio => '/socket.io/?EIO=4&transport=websocket', ws => '/', nchan => '/sub' }->{$name},
		publish => sub ($n) { post($socket //= IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port), 'x' x 300) for 1 .. $n } };
}

sub post ($socket, $body) {
	print $socket "POST /pub HTTP/1.1\r\nHost: a\r\nContent-Length: ", length $body, "\r\n\r\n$body";
	$socket->flush;
	my ($head, $length) = ('', 0);
	while (defined(my $line = <$socket>)) {
		$length = $1 if $line =~ /^content-length:\s*(\d+)/i;
		$length = -1 if $line =~ /^transfer-encoding:\s*chunked/i;
		last if $line eq "\r\n";
	}
	if ($length < 0) {
		while (defined(my $line = <$socket>)) { last if $line eq "0\r\n" && <$socket> }
		return;
	}
	read $socket, my $rest, $length if $length;
}

sub hub_pid ($site) {
	my $p = Bench::Site::processes();
	my ($pid) = grep { (readlink "/proc/$_/exe" // '') eq "$site->{top}/build/sbin/opdesk-hub" } keys %$p;
	return $pid // die "no hub runs\n";
}

# Processor seconds so far of a process and its children.
sub spent ($pid) {
	my $p = Bench::Site::processes();
	my $sum = 0;
	$sum += $p->{$_}{seconds} for Bench::Site::below($p, $pid);
	return $sum;
}

sub pss ($pid) {
	my $p = Bench::Site::processes();
	my $sum = 0;
	for my $one (Bench::Site::below($p, $pid)) {
		open my $in, '<', "/proc/$one/smaps_rollup" or next;
		/^Pss:\s+(\d+)/ and $sum += $1 while <$in>;
	}
	return $sum;
}

#
# What is measured
#

# Messages to all, a batch after the other; delivered a second of the
# server's processor, and a second of the clock.
sub fan_out ($server, $n, $seconds, $c) {
	my ($messages, $bytes) = (0, 0);
	tell_clients($c, 'zero');
	$server->{publish}->($BATCH);
	tell_clients($c, 'until ' . $n * $BATCH . ' 5000');
	tell_clients($c, 'zero');
	my ($began, $spent) = (time, spent($server->{pid}));
	while (time - $began < $seconds) {
		$server->{publish}->($BATCH);
		$messages += $n * $BATCH;
		(my $came, $bytes) = tell_clients($c, "until $messages 5000");
		die "$came of $messages messages came\n" if $came < $messages;
	}
	my $cpu = spent($server->{pid}) - $spent;
	return { rate => $messages / (time - $began), per_core => $messages / ($cpu || 1e-9), bytes => $bytes / $messages };
}

# For each change: commit() says when it was sent to be committed, in
# microseconds; how many microseconds later it was on each screen of its topic.
sub latencies ($c, $changes, $topics, $commit) {
	my (@late, $lost);
	for (1 .. $changes) {
		my $topic = int rand $topics;
		print { $c->{to} } "expect $topic\n";
		readline $c->{from};
		my $at = $commit->($topic);
		my (undef, $wanted, @came) = split ' ', readline $c->{from};
		$lost += $wanted - @came;
		push @late, map { $_ - $at } @came;
	}
	@late = sort { $a <=> $b } @late;
	return { p50 => $late[@late * 0.50] / 1000, p99 => $late[@late * 0.99] / 1000, lost => $lost // 0, came => scalar @late };
}

# Kilobytes a connection, and the processor's share while nothing happens.  A
# hub that has served as many before has their memory already, so it is a new one.
sub idle ($site, $connect, $n, $seconds) {
	kill 'KILL', hub_pid($site);
	my $alone = $connect->(1);
	end_clients($alone);
	my $pid = hub_pid($site);
	my $before = pss($pid);
	my $c = $connect->($n);
	tell_clients($c, 'wait 2000');
	my $kb = (pss($pid) - $before) / $n;
	my $spent = spent($pid);
	my ($up) = tell_clients($c, 'wait ' . $seconds * 1000);
	die "$up of $n idle connections are left\n" if $up < $n;
	my $share = (spent($pid) - $spent) / $seconds;
	return ($c, { kb => $kb, share => $share });
}

# Seconds until all have joined again after the hub was killed.
sub resume ($site, $c) {
	my $killed = time;
	kill 'KILL', hub_pid($site);
	tell_clients($c, 'wait 50'); # they notice
	my ($up) = tell_clients($c, 'current 30000');
	die "$up of $c->{n} came back\n" if $up < $c->{n};
	return time - $killed;
}

1;
