# Bench::Site - what is measured: an installation of opdesk with the clinics of
# seed.sql, and beside it an nginx of its own with the empty program and the
# two Node applications.  All of it on loopback, all of it ended with us.
package Bench::Site;

use v5.36;
use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(hmac_sha256);
use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use MIME::Base64 qw(encode_base64url);
use Opdesk::Process;
use POSIX ();
use Time::HiRes qw(sleep time);

our $BIN = '/usr/lib/postgresql/15/bin';
my $TICKS = POSIX::sysconf(&POSIX::_SC_CLK_TCK);
my %offset = (nginx => 10, to_express => 11, to_fastify => 12, express => 13, fastify => 14, socketio => 15, ws => 16, nchan => 17);

# top: the checkout; dir: all that is made; port: of opdesk, more follow it;
# keep: take the database of the last time.
sub start ($class, %o) {
	my $self = bless { %o, site => "$o{dir}/site", side => "$o{dir}/side" }, $class;
	make_path $self->{site}, $self->{side};
	$self->dev('up', '--port', $self->{port}, $self->{keep} ? () : '--fresh');
	$self->{up} = 1;
	$self->{run} = -l "$self->{site}/run" ? readlink "$self->{site}/run" : "$self->{site}/run";
	$self->seed;
	$self->start_side;
	return $self;
}

sub dev ($self, $verb, @args) {
	system("$self->{top}/dev $verb --var $self->{site} @args >$self->{dir}/dev.log 2>&1") == 0
		or die "./dev $verb failed; see $self->{dir}/dev.log\n";
}

sub port ($self, $name = 'opdesk') { $self->{port} + ($offset{$name} // 0) }

sub seed ($self) {
	my $started = time;
	$self->psql('-f', "$self->{top}/bench/seed.sql");
	$self->{monday} = $self->sql("SELECT extract(epoch FROM date_trunc('week', max(starts_at) AT TIME ZONE 'Asia/Kolkata' - interval '7 days')
		AT TIME ZONE 'Asia/Kolkata')::bigint FROM core.appointment WHERE clinic_id = '" . id('1000') . "'");
	die "the clinics of --keep are too old; measure once without it\n" if $self->{monday} < time;
	$self->{seeded_s} = time - $started;
}

# The id that seed.sql makes of the same words.
sub id (@words) {
	return md5_hex("bench @words") =~ s/^(.{8})(.{4})(.{4})(.{4})/$1-$2-$3-$4-/r;
}

# A day as clients write it, counted from the Monday of the measured week.
sub day ($self, $n) {
	my @t = gmtime($self->{monday} + 12 * 3600 + $n * 86400);
	return sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3];
}

# A token as cgi-bin/auth signs it, for the session that seed.sql opened.
sub token ($self, $clinic, $role) {
	open my $in, '<', "$self->{site}/secret" or die "no secret: $!\n";
	my ($kid, $secret) = <$in> =~ /^(\w+):(\S+)/;
	$self->{secret} = $secret;
	my ($account, $session) = (id($clinic, $role eq 'doctor' ? 'account' : 'desk'), id($clinic, 'session', $role));
	my $text = join '.', map { encode_base64url($_) } qq({"alg":"HS256","kid":"$kid","typ":"JWT"}),
		sprintf '{"sub":"%s","sid":"%s","role":"%s","sec":"%s","iat":%d,"exp":%d}',
		$account, $session, $role, encode_base64url('bench'), time - 60, time + 86400;
	return "$text." . encode_base64url(hmac_sha256($text, $secret));
}

sub psql ($self, @args) {
	open my $out, '-|', "$BIN/psql", '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', $self->{run}, '-U', 'postgres', '-d', 'opdesk', @args
		or die "psql: $!\n";
	my $text = do { local $/; <$out> } // '';
	close $out or die "psql @args failed\n";
	chomp $text;
	return $text;
}

sub sql ($self, $sql) { $self->psql('-c', $sql) }

# In place of the hub, where there is none yet: it folds while others write.
sub folding ($self, $work) {
	return $work->() if -e "$self->{top}/sbin/opdesk-hub.c";
	open my $script, '>', "$self->{side}/fold.sql" or die $!;
	print $script "SELECT count(*) FROM feed.fold_all() \\watch 0.05\n";
	close $script;
	my $folder = Opdesk::Process->start(log => '/dev/null', command => [ "$BIN/psql", '-Xq', '-h', $self->{run},
		'-U', 'opdesk_hub', '-d', 'opdesk', '-f', "$self->{side}/fold.sql" ]);
	my $result = $work->();
	$folder->stop;
	return $result;
}

sub start_side ($self) {
	my ($top, $side) = @$self{qw(top side)};
	system("cc -O2 -Wall -o $side/empty $top/bench/empty.c -lfcgi") == 0 or die "empty.c does not compile\n";
	$self->fill("$top/bench/nginx.conf.in", "$side/nginx.conf");
	unlink "$side/empty.sock";
	$self->run(empty => 'spawn-fcgi', '-s', "$side/empty.sock", '-M', '0660', '-n', '--', '/usr/bin/multiwatch', '-f', 4, '--', "$side/empty");
	$self->token('1000', 'desk');
	if ($self->{peers} && $self->have_peers) {
		for my $peer (qw(express fastify)) {
			local @ENV{qw(NODE_ENV PORT PEER_DB_HOST PEER_SECRET)} = ('production', $self->port($peer), $self->{run}, $self->{secret});
			$self->run($peer => 'node', "$top/bench/peers/$peer.js");
		}
	}
	$self->run(nginx => 'nginx', '-e', "$side/nginx.log", '-p', $side, '-c', "$side/nginx.conf");
	$self->wait_for($_) for 'nginx', $self->{peers} ? qw(express fastify) : ();
}

sub have_peers ($self) {
	my $dir = "$self->{top}/bench/peers";
	return 1 if -d "$dir/node_modules";
	print STDERR "fetching the peers\n";
	return 1 if system("cd $dir && npm ci --no-audit --no-fund --loglevel=error >$self->{side}/npm.log 2>&1") == 0;
	print STDERR "the peers are left out: npm ci failed; see $self->{side}/npm.log\n";
	return $self->{peers} = 0;
}

sub run ($self, $name, @command) {
	push @{ $self->{processes} }, Opdesk::Process->start(command => \@command, log => "$self->{side}/$name.log");
}

sub fill ($self, $from, $to, %more) {
	my %word = (DIR => $self->{side}, USER => $> == 0 ? 'user root root;' : '', (map { uc $_ => $self->port($_) } keys %offset), %more);
	open my $in, '<', $from or die "$from: $!\n";
	open my $out, '>', $to or die "$to: $!\n";
	while (<$in>) {
		s/\@(\w+)\@/$word{$1}/g;
		print $out $_;
	}
	close $out or die "$to: $!\n";
}

sub wait_for ($self, $name) {
	my $deadline = time + 15;
	until (IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->port($name))) {
		die "$name does not start; see $self->{side}/$name.log\n" if time > $deadline;
		sleep 0.05;
	}
}

# All processes: parent, name, and processor seconds, own and of ended children.
sub processes () {
	my %p;
	for my $stat (glob '/proc/[0-9]*/stat') {
		open my $in, '<', $stat or next;
		my ($pid, $name, $rest) = (<$in> // '') =~ /^(\d+) \((.*)\) \S (.*)/ or next;
		my @f = split ' ', $rest;
		$p{$pid} = { parent => $f[0], name => $name, seconds => ($f[10] + $f[11] + $f[12] + $f[13]) / $TICKS };
	}
	return \%p;
}

sub below ($p, @roots) {
	my (@found, %below);
	push @{ $below{ $p->{$_}{parent} } }, $_ for keys %$p;
	while (defined(my $pid = shift @roots)) {
		push @found, $pid if $p->{$pid};
		push @roots, @{ $below{$pid} // [] };
	}
	return @found;
}

# What runs for us, supervisors and all.
sub roots ($self) {
	my @pids = map { $_->pid } @{ $self->{processes} };
	for my $file (glob "$self->{site}/pid/*") {
		open my $in, '<', $file or next;
		push @pids, (split ' ', <$in> // '')[0] // ();
	}
	return @pids;
}

# Processor seconds so far of nginx, PostgreSQL, node, and our programs.
sub spent ($self) {
	my %sum = (nginx => 0, postgres => 0, node => 0, program => 0);
	my $p = processes();
	for my $pid (below($p, $self->roots)) {
		my $name = $p->{$pid}{name};
		$sum{ exists $sum{$name} ? $name : 'program' } += $p->{$pid}{seconds};
	}
	return \%sum;
}

sub workers ($self, $program) {
	my $p = processes();
	return grep { (readlink "/proc/$_/exe" // '') eq "$self->{top}/build/cgi-bin/$program" } below($p, $self->roots);
}

# Kilobytes of the largest worker: its own memory and its share of what is shared.
sub pss ($self, $program) {
	my $most = 0;
	for my $pid ($self->workers($program)) {
		open my $in, '<', "/proc/$pid/smaps_rollup" or next;
		/^Pss:\s+(\d+)/ && $1 > $most and $most = $1 while <$in>;
	}
	return $most;
}

sub stop ($self) {
	Opdesk::Process->stop_all;
	return unless delete $self->{up};
	$self->dev('down');
	return if $self->{keep};
	my ($away) = (readlink "$self->{site}/run" // '') =~ m{^(/var/tmp/opdesk\.\w{6})/run$};
	remove_tree grep { defined } $away, $self->{site};
}

1;
