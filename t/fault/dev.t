#!/usr/bin/perl
# The developer script: one command serves all of opdesk, whatever is killed
# is back within a second, and another command leaves nothing behind.
use v5.36;
use lib 't/lib';
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Opdesk::Client;
use Opdesk::Test;
use Time::HiRes qw(sleep time);

my $top = $Opdesk::Cluster::TOP;
our $var = tempdir('opdesk-dev-XXXXXX', TMPDIR => 1);
my $port = free_port();

sub free_port { IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)->sockport }

# Everything it says, and its exit status.
sub dev ($verb, @args) {
	local %ENV = map { $_ => $ENV{$_} } grep { !/^OPDESK_/ } keys %ENV;
	open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', "$top/dev", $verb, '--var', $var, @args or die $!;
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($text, $? >> 8);
}

END {
	local $?;
	if (-d $var) {
		dev('down');
		my $away = readlink "$var/run"; # for root, since $var is private
		remove_tree($away =~ s{/run$}{}r) if $away;
		remove_tree($var);
	}
}

sub first_of ($file) {
	open my $in, '<', "$var/$file" or return 0;
	return (split ' ', <$in> // '')[0];
}

# A zombie has ended, even if nobody has come for it.
sub is_alive ($pid) {
	open my $in, '<', "/proc/$pid/stat" or return 0;
	return <$in> !~ /^.*\) Z/;
}

sub children ($pid) {
	open my $in, '<', "/proc/$pid/task/$pid/children" or return;
	return split ' ', <$in> // '';
}

my $client = Opdesk::Client->new(url => "http://127.0.0.1:$port");
sub is_healthy { eval { $client->get('/health')->json->{status} eq 'healthy' } }

#
# Up
#

my ($said, $status) = dev('up', '--port', $port, '--set', 'OPDESK_LIMIT_HOLDS=3');
is $status, 0, 'up comes up' or BAIL_OUT($said);
ok is_healthy(), 'and when it says so, opdesk is healthy';
like $said, qr{http://127\.0\.0\.1:$port/health}, 'it prints where';
like $said, qr/opdesk-demo-admin-key.*correct horse battery staple/s, 'and how to sign in';
is +(stat "$var/opdesk.conf")[2] & 07777, 0600, 'its settings are for nobody else to read';

my @services = map { m{([^/]+)$} } glob "$var/pid/*";
my %supervisor = map { $_ => first_of("pid/$_") } @services;
ok $supervisor{$_}, "$_ is supervised" for qw(postgres nginx health appointments);

($said, $status) = dev('up');
is $status, 0, 'up again is harmless';
is first_of("pid/$_"), $supervisor{$_}, "$_ goes on as it was" for @services;
like $said, qr/OPDESK_LIMIT_HOLDS=3/, 'what was set stays set';

{
	local $var = tempdir(CLEANUP => 1);
	($said, $status) = dev('up', '--port', $port);
	is $status, 1, 'a second installation cannot have the same port';
	like $said, qr/\Adev: port $port is busy[^\n]*\n\z/, 'and is told so in one line';
	($said, $status) = dev('status');
	is $status, 1, 'nothing runs there';
}
($said, $status) = dev('up', '--set', 'OPDESK_NO_SUCH=1');
like $said, qr/^dev: --set OPDESK_NO_SUCH: there is no such setting$/m, 'a setting that does not exist is refused';

#
# The other verbs
#

is +(dev('psql', '-Atc', 'SELECT current_user'))[0], "postgres\n", 'psql is superuser';
cmp_ok +(dev('psql', '-Atc', 'SELECT count(*) FROM core.appointment'))[0], '>', 100, 'and sees every row';
like +(dev('opdesk', 'check'))[0], qr/^database: schema \d+$/m, 'opdesk acts on this installation';
like +(dev('logs', 'health'))[0], qr/route=\/health/, 'logs shows what a program said';
is +(dev('logs', 'nobody'))[1], 1, 'and refuses a name that has no log';
is +(dev('outbox'))[1], 0, 'outbox lists the messages';
like +(dev('status'))[0], qr/^nginx +runs.*is healthy/ms, 'status tells what runs';

#
# Killed, and back
#

sub back_within ($seconds, $what, @pids) {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok @pids > 0 && kill('KILL', @pids), "$what is killed";
	wait_until { !grep { is_alive($_) } @pids and is_healthy() } "$what is back within $seconds s", $seconds;
}

my ($multiwatch) = children($supervisor{health});
back_within(1, 'every worker', children($multiwatch));
back_within(1, 'what watches the workers', children($supervisor{health}));
back_within(1, 'nginx', children($supervisor{nginx}));
back_within(20, 'PostgreSQL', children($supervisor{postgres}));
back_within(20, 'PostgreSQL, a second time', children($supervisor{postgres}));

#
# Down
#

my @everything = map { $_, children($_), map { children($_) } children($_) } values %supervisor;
($said, $status) = dev('down');
is $status, 0, 'down goes down';
is scalar(grep { is_alive($_) } @everything), 0, 'none of the processes is left';
ok !IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port"), 'nobody listens any more';
is +(dev('down'))[1], 0, 'down again is harmless';
is +(dev('status'))[1], 1, 'and status says so';

sub keys_now { open my $in, '<', "$var/opdesk.conf" or die $!; return map { /^OPDESK_SECRET=(.*)/ ? split ' ', $1 : () } <$in> }
my @keys = keys_now();
is +(dev('opdesk', 'key', 'rotate'))[1], 0, 'a new key is put in front';
($said, $status) = dev('up', '--port', $port);
is $status, 0, 'it comes up again';
my @now = keys_now();
is "@now[1 .. $#now]", "@keys", 'with the keys that it had, and the new one before them';
cmp_ok +(dev('psql', '-Atc', 'SELECT count(*) FROM core.appointment'))[0], '>', 100, 'with the rows that it had';

done_testing;
