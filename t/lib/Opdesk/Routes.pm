# Opdesk::Routes - the routes as the programs print them, and what was reviewed.
package Opdesk::Routes;

use v5.36;
use Opdesk::Cluster;

# { method, path, may => { role => 1 }, name => "GET /api/x", program }
sub all {
	my @routes;
	for my $source (sort glob "$Opdesk::Cluster::TOP/cgi-bin/*.c") {
		my ($program) = $source =~ m{([^/]+)\.c$};
		open my $out, '-|', "$Opdesk::Cluster::BUILD/cgi-bin/$program", '--routes' or die "$program: $!";
		while (<$out>) {
			my ($method, $path, $may) = /^(\S+)\s+(\S+)  (.*?)  / or die "$program: what is $_";
			push @routes, { method => $method, path => $path, name => "$method $path", program => $program, may => { map { $_ => 1 } split ' ', $may } };
		}
		close $out or die "$program --routes failed\n";
	}
	return @routes;
}

# t/data/public-routes.txt: the name of each route that strangers may call.
sub reviewed {
	open my $in, '<', "$Opdesk::Cluster::TOP/t/data/public-routes.txt" or die "public-routes.txt: $!";
	return map { /^(\w+ \S+)(?:\s+(tokenless))?/ ? ($1 => $2 // 'public') : () } <$in>;
}

1;
