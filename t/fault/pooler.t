#!/usr/bin/perl
# Behind PgBouncer in transaction mode, whose server connections many share,
# everybody still is who they are: nothing of a request outlives it.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Parallel;
use Opdesk::Process;
use Opdesk::Test;

plan skip_all => 'pgbouncer is not installed' unless -x '/usr/sbin/pgbouncer';

my $clinic = clinic(server => 'none');
my $dir = $clinic->dir;
my ($host) = $clinic->conninfo =~ /host=(\S+)/;
my $database = $clinic->database;
chmod 0777, "$dir/run";
chmod 0711, $dir;
open my $out, '>', "$dir/pgbouncer.ini" or die "pgbouncer.ini: $!";
print $out <<"END";
[databases]
$database = host=$host dbname=$database
[pgbouncer]
listen_addr =
unix_socket_dir = $dir/run
listen_port = 6432
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
default_pool_size = 4
ignore_startup_parameters = extra_float_digits
END
close $out;
open $out, '>', "$dir/users" or die "users: $!";
print $out qq("$_" ""\n) for qw(opdesk_web opdesk_signin);
close $out;
chmod 0644, "$dir/users", "$dir/pgbouncer.ini";
my @as = $> == 0 ? qw(setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig KILL) : ();
my $pooler = Opdesk::Process->start(command => [ @as, '/usr/sbin/pgbouncer', '-q', "$dir/pgbouncer.ini" ], log => "$dir/log/pgbouncer.log");

# All programs again, through it.
$clinic->listen_on_a_free_port;
$clinic->write_settings(prepare => 'off', set => { OPDESK_DB => "host=$dir/run port=6432 dbname=$database user=opdesk_web" });
$clinic->start_program($_) for @{ $clinic->{programs} };
$clinic->start_nginx;
wait_until { $clinic->visitor->get('/api/clinic')->status == 200 } 'the programs answer through it';

my $wish = $clinic->free_slot;
my $hold = $clinic->visitor->post('/api/reservations', $wish);
status_is $hold, 201, 'a time can be held';
my $made = $clinic->visitor->post('/api/appointments', { name => 'Pooled', phone => '9800000700',
	reservationId => $hold->json->{id}, reservationToken => $hold->json->{token} });
status_is $made, 201, 'and booked';
my $id = $made->json->{appointment}{id};
my %total = map { $_ => $clinic->psql("SELECT count(*) FROM core.appointment WHERE NOT is_deleted" .
	($_ eq 'doctor' ? " AND doctor_id = '$DEMO{meera}'" : '')) } qw(admin doctor);

my %token = map { $_ => $clinic->token($_) } qw(admin doctor patient);
my @told = at_once(8, sub ($n) {
	my %wrong;
	for my $k (1 .. 12) {
		my $who = (qw(admin doctor patient nobody))[ ($n + $k) % 4 ];
		my $client = $who eq 'nobody' ? $clinic->visitor : $clinic->client(token => $token{$who});
		if ($who eq 'nobody') {
			$wrong{nobody}++ if $client->get("/api/appointments/$id")->status != 401;
		} elsif ($who eq 'patient') {
			$wrong{patient}++ if $client->get("/api/appointments/$id")->status != 404;
		} else {
			my $res = $client->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => '' });
			$wrong{$who}++ if ($res->json->{count} // -1) != $total{$who};
		}
	}
	return \%wrong;
});
is_deeply \@told, [ map { {} } 1 .. 8 ], 'on shared connections everybody sees their own rows and no others';
is $clinic->log_of('pgbouncer') =~ /prepared statement/ ? 1 : 0, 0, 'and nothing was prepared';
$pooler->stop;
done_testing;
