#!/usr/bin/perl
# sqlmap, with a token, at routes of each kind: query, path, header, body
# (security.md C-39).  With OPDESK_LONG=1 alone, and ten minutes at most.  So
# that its silence means something it is first shown a program that glues SQL
# together.
use v5.36;
use lib 't/lib';
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP ();
use Opdesk::Test;
use POSIX ();
use Time::HiRes qw(time);

plan skip_all => 'it takes minutes: ./dev check --long' unless $ENV{OPDESK_LONG};
my ($sqlmap) = grep { -x } map { "$_/sqlmap" } split /:/, $ENV{PATH};
plan skip_all => 'sqlmap is not installed' unless $sqlmap;

my $clinic = clinic(set => { OPDESK_LIMIT_SENSITIVE => 0 });
my $dir = tempdir('opdesk-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $ends = time + 600;
my $found = qr/identified the following injection point|is vulnerable/;

sub attack (@args) {
	my $left = int($ends - time);
	return 'no time is left' if $left < 1;
	open my $out, '-|', 'timeout', $left, $sqlmap, '--batch', '--flush-session', '--dbms=postgresql', '--level=2', '--risk=2', '--time-sec=2', '--timeout=10',
		'--retries=0', '--ignore-code=400,401,403,404,409,422,429', '--output-dir', $dir, '--disable-coloring', @args or die "sqlmap: $!";
	local $/;
	return <$out> // '';
}

# The program that nobody should write.
sub serve_badly ($listener) {
	while (my $client = $listener->accept) {
		my ($q) = (<$client> // '') =~ /[?&]q=([^& ]*)/;
		$q = ($q // '') =~ tr/+/ /r =~ s/%(..)/chr hex $1/ger;
		1 while ($client->getline // "\r\n") ne "\r\n";
		open my $rows, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', "$Opdesk::Cluster::BIN/psql", '-XqAt', '-d', $clinic->conninfo, '-c',
			"SELECT name FROM core.doctor WHERE name = '$q'" or die "psql: $!";
		my $body = do { local $/; <$rows> } // '';
		close $rows;
		print $client "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
		close $client;
	}
}
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 16, ReuseAddr => 1) or die $!;
my $child = fork // die "fork: $!";
if ($child == 0) {
	$SIG{TERM} = 'DEFAULT';
	serve_badly($listener);
	POSIX::_exit(0);
}
my $said = attack('-u', 'http://127.0.0.1:' . $listener->sockport . '/?q=x');
kill 'KILL', $child;
waitpid $child, 0;
like $said, $found, 'a program that glues SQL together is found out';

my $url = $clinic->url;
my $admin = $clinic->as('admin');
my $visit = $admin->post('/api/appointments', { patientId => $DEMO{asha}, %{ $clinic->free_slot } })->json->{appointment}{id};
my @signed = ('-H', 'Authorization: Bearer ' . $admin->token);
my @json = ('-H', 'Content-Type: application/json');
my %before = map { $_ => $clinic->psql("SELECT count(*) FROM $_") } qw(core.appointment core.patient core.doctor auth.account);
my @targets = (
	[ 'a search' => "$url/api/appointments?q=a&limit=5&status=confirmed", @signed ],
	[ 'days and a doctor' => "$url/api/appointments?from=2026-11-20&to=2026-11-21&doctorId=$DEMO{meera}", @signed ],
	[ 'a search of patients' => "$url/api/patients?q=asha", @signed ],
	[ 'a part of the path' => "$url/api/appointments/$visit*", @signed ],
	[ 'free times' => "$url/api/availability/$DEMO{meera}?from=2026-11-20&to=2026-11-21&serviceId=$DEMO{consultation}" ],
	[ 'a header' => "$url/api/clinic", '-H', 'X-Edit-Token: x*', '-H', 'If-None-Match: x*' ],
	[ 'a sign-in' => "$url/api/auth/login", '--data', '{"email":"desk@opdesk.test","password":"x"}', @json ],
	[ 'a visit' => "$url/api/appointments", '--data', '{"name":"N","phone":"9811112222","reason":"x"}', @json, @signed ],
	[ 'a change' => "$url/api/appointments/$visit", '--method', 'PATCH', '--data', '{"version":1,"reason":"x","notes":"y"}', @json, @signed ],
	[ 'a synchronisation' => "$url/api/admin/appointments/sync", '--data', '{"cursor":"x","clientGlobalHash":"y"}', @json, @signed ],
);
my @faults;
for my $target (@targets) {
	my ($what, $at, @args) = @$target;
	$said = attack('-u', $at, @args);
	push @faults, $what if $said =~ $found;
	like $said, qr/all tested parameters do not appear to be injectable/, "$what: all of it was tried" or diag substr $said, -1500;
	my ($faults) = $said =~ /500 \(Internal Server Error\) - (\d+) times/;
	is $faults // 0, 0, '... and nothing was a fault of ours';
}
is "@faults", '', 'sqlmap finds nothing to inject';
is $clinic->psql("SELECT count(*) FROM $_"), $before{$_}, "no row of $_ has gone or come" for qw(core.patient core.doctor auth.account);
done_testing;
