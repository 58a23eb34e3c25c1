# Opdesk::Pooler - PgBouncer in transaction mode between the programs and
# PostgreSQL: few server connections that many share, each for a transaction.
#
# Nothing is prepared through it, and nobody can LISTEN: the hub goes past it.
package Opdesk::Pooler;

use v5.36;
use Opdesk::Process;
use Time::HiRes qw(sleep time);

my $PROGRAM = '/usr/sbin/pgbouncer';
my $PORT = 6432; # part of its socket's name

sub is_installed { -x $PROGRAM }

# dir, with run and log in it; host and database of PostgreSQL; users.
sub start ($class, %o) {
	my ($dir, $database) = @o{qw(dir database)};
	chmod 0777, "$dir/run";
	chmod 0711, $dir;
	write_file("$dir/pgbouncer.ini", <<~"END");
		[databases]
		$database = host=$o{host} dbname=$database
		[pgbouncer]
		listen_addr =
		unix_socket_dir = $dir/run
		listen_port = $PORT
		auth_type = trust
		auth_file = $dir/users
		pool_mode = transaction
		default_pool_size = 4
		server_login_retry = 0.2
		ignore_startup_parameters = extra_float_digits
		END
	write_file("$dir/users", join '', map { qq("$_" ""\n) } @{ $o{users} });
	my @as = $> == 0 ? qw(setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig KILL) : ();
	my $process = Opdesk::Process->start(command => [ @as, $PROGRAM, '-q', "$dir/pgbouncer.ini" ], log => "$dir/log/pgbouncer.log");
	my $deadline = time + 10;
	until (-S "$dir/run/.s.PGSQL.$PORT") {
		die "PgBouncer does not start; see $dir/log/pgbouncer.log\n" if time > $deadline || !$process->is_running;
		sleep 0.005;
	}
	return $process;
}

sub conninfo ($class, $dir, $database, $user) { "host=$dir/run port=$PORT dbname=$database user=$user" }

sub write_file ($path, $text) {
	open my $out, '>', $path or die "$path: $!";
	print $out $text;
	close $out or die "$path: $!";
	chmod 0644, $path;
}

1;
