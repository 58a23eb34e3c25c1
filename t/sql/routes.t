#!/usr/bin/perl
# Each call that a program makes can be prepared and planned by the role it
# logs in as: name, number and types of the arguments, and the right to call.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Basename qw(basename);
use Opdesk::Cluster;
use Test::More;

my $cluster = Opdesk::Cluster->find;
my $database = "opdesk_sql_${$}_routes";
$cluster->psql('postgres', "CREATE DATABASE $database TEMPLATE " . $cluster->template . ' STRATEGY file_copy');
END { $cluster->psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE)") if $cluster }

# Who asks; all others of cgi-bin and lib are opdesk_web.
my %role_of = (
	(map { $_ => 'opdesk_signin' } qw(auth device factor otp passwords signin)),
	(map { $_ => 'opdesk_worker' } qw(audit_walk sweep)),
	first => 'postgres', # opdesk setup needs a superuser
);
sub role_of ($file) { $file =~ m{/hub/} ? 'opdesk_hub' : $role_of{ basename($file, '.c') } // 'opdesk_web' }

sub plans ($role, $sql, $name) {
	my $n = () = $sql =~ /\$\d+/g;
	my $arguments = $n ? '(' . join(', ', ('NULL') x $n) . ')' : '';
	ok eval { $cluster->psql($database, "PREPARE q AS $sql; EXPLAIN EXECUTE q$arguments", $role); 1 }, $name;
}

for my $file (glob "$Opdesk::Cluster::TOP/cgi-bin/*.c") {
	my $program = basename($file, '.c');
	open my $routes, '-|', "$Opdesk::Cluster::BUILD/cgi-bin/$program", '--routes' or die "$program: $!";
	while (<$routes>) {
		plans role_of($file), $2, "$program: $1" if /^(\S+\s+\S+).*?(SELECT .*)/;
	}
	close $routes or die "$program --routes failed\n";
}

# Calls that stand in no route: whole statements in the sources.
for my $file (glob("$Opdesk::Cluster::TOP/cgi-bin/*.c $Opdesk::Cluster::TOP/lib/*.c $Opdesk::Cluster::TOP/hub/*.c")) {
	open my $in, '<', $file or die "$file: $!";
	while (<$in>) {
		next if /^\s*\.sql = /;
		plans role_of($file), $1, basename($file) . ": $2" if /"(SELECT [^"]*\b((?:api|audit|auth|core|feed)\.\w+)\([^"]*\))"/;
	}
}
done_testing;
