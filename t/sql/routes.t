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

sub plans ($role, $sql, $name) {
	my $n = () = $sql =~ /\$\d+/g;
	my $arguments = $n ? '(' . join(', ', ('NULL') x $n) . ')' : '';
	ok eval { $cluster->psql($database, "PREPARE q AS $sql; EXPLAIN EXECUTE q$arguments", $role); 1 }, $name;
}

for my $program (map { m{([^/]+)\.c$} } glob "$Opdesk::Cluster::TOP/cgi-bin/*.c") {
	my $role = $program =~ /^(auth|factor|otp|passwords)$/ ? 'opdesk_signin' : 'opdesk_web';
	open my $routes, '-|', "$Opdesk::Cluster::BUILD/cgi-bin/$program", '--routes' or die "$program: $!";
	while (<$routes>) {
		plans $role, $2, "$program: $1" if /^(\S+\s+\S+).*?(SELECT .*)/;
	}
	close $routes or die "$program --routes failed\n";
}

# Calls that stand in no route: whole statements in the sources.
for my $file (glob("$Opdesk::Cluster::TOP/cgi-bin/*.c $Opdesk::Cluster::TOP/lib/*.c $Opdesk::Cluster::TOP/hub/*.c")) {
	my $role = $file =~ m{/hub/[^/]+\.c$} ? 'opdesk_hub' : basename($file) =~ /^(auth|device|factor|otp|passwords|signin)\.c$/ ? 'opdesk_signin' : basename($file) eq 'first.c' ? 'postgres' : 'opdesk_web'; # opdesk setup needs a superuser
	open my $in, '<', $file or die "$file: $!";
	while (<$in>) {
		next if /^\s*\.sql = /;
		plans $role, $1, basename($file) . ": $2" if /"(SELECT [^"]*\b((?:api|auth|feed)\.\w+)\([^"]*\))"/;
	}
}
done_testing;
