#!/usr/bin/perl
# Runs the pgTAP scripts beside it, each on its own copy of the template
# database and in a transaction that is rolled back, and passes their TAP on.
#
#   prove t/sql/pgtap.t :: feed policies      only these
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Basename qw(basename);
use Opdesk::Cluster;
use Test::More;

$ENV{TZ} = 'America/St_Johns'; # nobody's clinic, and half an hour off
my $cluster = Opdesk::Cluster->find;
my %only = map { $_ => 1 } @ARGV;

sub run_script ($file, $database) {
	open my $tap, '-|', "$Opdesk::Cluster::BIN/psql", '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $cluster->conninfo($database, 'postgres'), '-f', $file
		or die "psql: $!";
	my ($ran, $planned) = (0);
	while (my $line = <$tap>) {
		if (my ($not, $name) = $line =~ /^(not )?ok \d+(?: - (.*))?/) {
			$ran++;
			ok !$not, $name;
		} elsif ($line =~ /^1\.\.(\d+)/) {
			$planned = $1;
		} elsif ($line =~ /^#/ && $line !~ /^# Looks like/) {
			diag $line =~ s/^#\s?|\n$//gr;
		}
	}
	ok close($tap) && defined $planned && $planned == $ran, 'the script ran to its end';
	done_testing;
}

for my $file (glob "$FindBin::Bin/*.sql") {
	my $name = basename($file, '.sql');
	next if %only && !$only{$name};
	my $database = "opdesk_sql_${$}_$name";
	$cluster->psql('postgres', "CREATE DATABASE $database TEMPLATE " . $cluster->template . ' STRATEGY file_copy');
	$cluster->opdesk($database, 'setup'); # a copy has its own database privileges
	subtest $name => sub { run_script($file, $database) };
	$cluster->psql('postgres', "DROP DATABASE $database WITH (FORCE)");
}
done_testing;
