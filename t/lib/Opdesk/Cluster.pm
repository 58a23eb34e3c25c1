# Opdesk::Cluster - one PostgreSQL for a whole run of prove.
#
#   perl -It/lib -MOpdesk::Cluster -e 'exit Opdesk::Cluster->run(@ARGV)' prove ...
#
# makes a cluster and a template database with the demo clinic in it, tells
# the command where they are by its environment, and takes both away after it.
# A test that is started alone finds nothing there and makes its own.
package Opdesk::Cluster;

use v5.36;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use Opdesk::Process;
use Time::HiRes qw(sleep time);

our $BIN = '/usr/lib/postgresql/15/bin';
our $TOP = abs_path($ENV{OPDESK_SRCDIR} // dirname(__FILE__) . '/../../..');
our $BUILD = $ENV{OPDESK_BUILD} // "$TOP/build";
my @made;

# The one that the environment names, or a new one.
sub find ($class) {
	state $one = $ENV{OPDESK_TEST_PG} ?
		bless({ socket => $ENV{OPDESK_TEST_PG}, template => $ENV{OPDESK_TEST_TEMPLATE} }, $class) :
		$class->new;
	return $one;
}

# Durability is not what these tests are about; speed is.
sub new ($class) {
	my $dir = tempdir('opdesk-XXXXXX', TMPDIR => 1);
	chmod 0711, $dir;
	my $self = bless { dir => $dir, socket => "$dir/run", template => 'opdesk_template', owner => $$ }, $class;
	push @made, $self;
	system("$TOP/dev.d/postgres", 'init', "$dir/pg", "$dir/run", 'fsync=off',
		'full_page_writes=off', 'autovacuum=off') == 0 or die "no database cluster\n";
	$self->{process} = Opdesk::Process->start(command => [ "$TOP/dev.d/postgres", 'run', "$dir/pg" ],
		log => "$dir/postgres.log", signal => 'INT');
	my $deadline = time + 30;
	until (system("$BIN/pg_isready -q -h $dir/run -U postgres -d postgres") == 0) {
		die "PostgreSQL does not start; see $dir/postgres.log\n" if time > $deadline;
		sleep 0.02;
	}
	return $self;
}

sub conninfo ($self, $database, $user) { "host=$self->{socket} dbname=$database user=$user" }

sub psql ($self, $database, $sql, $user = 'postgres') {
	open my $out, '-|', "$BIN/psql", '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d',
		$self->conninfo($database, $user), '-c', $sql or die "psql: $!";
	my $text = do { local $/; <$out> } // '';
	close $out or die "psql refuses: $sql\n";
	chomp $text;
	return $text;
}

# The database that every test's own is a copy of.
sub template ($self) {
	return $self->{template} if $self->{filled} || !$self->{process};
	$self->{filled} = 1;
	$self->psql('postgres', "CREATE DATABASE $self->{template}");
	$self->opdesk($self->{template}, $_) for qw(setup migrate demo);
	$self->psql($self->{template}, 'VACUUM ANALYZE'); # nobody else does it here
	return $self->{template};
}

# The opdesk command on one database: what it printed.
sub opdesk ($self, $database, @args) {
	local %ENV = (%ENV, $self->settings($database));
	delete $ENV{OPDESK_CONF};
	open my $out, '-|', "$BUILD/sbin/opdesk", @args or die "opdesk: $!";
	my $text = do { local $/; <$out> } // '';
	close $out or die "opdesk @args failed\n";
	return $text;
}

# What the programs are told in a test; a clinic adds to it.
sub settings ($self, $database) {
	return (
		OPDESK_DB => $self->conninfo($database, 'opdesk_web'),
		OPDESK_DB_ADMIN => $self->conninfo($database, 'postgres'),
		OPDESK_SECRET => 'test:a-secret-that-everybody-may-know',
		OPDESK_ADMIN_KEY => 'opdesk-demo-admin-key',
		OPDESK_CLINIC_TIME_ZONE => 'Asia/Kolkata',
		OPDESK_DEMO => 'on',
		OPDESK_DEVICE_APPROVAL => 'off',
		OPDESK_ADMIN_MFA => 'off',
		OPDESK_LIMIT_BOOKING => 0,
		OPDESK_LIMIT_HOLDS => 0,
		OPDESK_NGINX_RATE => 0,
		OPDESK_LIVE_RATE => 0,
		OPDESK_LIVE_CONNECTIONS => 0,
		OPDESK_SQL_DIR => "$TOP/sql",
		OPDESK_WWW_DIR => "$BUILD/www",
	);
}

sub run ($class, @command) {
	my $self = $class->new;
	my $status = 1;
	local $SIG{INT} = 'IGNORE'; # the command gets it too; our turn is after it
	if (eval { $self->template; 1 }) {
		local @ENV{qw(OPDESK_TEST_PG OPDESK_TEST_TEMPLATE)} = @$self{qw(socket template)};
		system @command;
		$status = $? & 127 ? 1 : $? >> 8;
	} else {
		print STDERR $@;
	}
	return $status;
}

# One that this process made, and nobody else's.
sub shut ($self) {
	my $process = delete $self->{process} or return;
	$process->stop;
	remove_tree($self->{dir});
}

END {
	local ($?, $@);
	$_->shut for grep { $_->{owner} == $$ } @made;
}

1;
