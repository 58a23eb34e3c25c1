# Staff - runs t/web/NAME.mjs like Web, and lets it reach its own database by
# plain SQL: rows that maintenance deletes, ten thousand visits at once.
package Staff;

use v5.36;
use Exporter 'import';
use Opdesk::Test;

our @EXPORT = qw(in_staff_browser);

sub in_staff_browser ($name, %o) {
	my $top = $ENV{OPDESK_SRCDIR} // '.';
	my $clinic = clinic(%o);
	local $ENV{OPDESK_URL} = $clinic->url;
	local $ENV{OPDESK_CONNINFO} = $clinic->conninfo;
	system 'node', '--test-reporter=tap', "$top/t/web/$name.mjs";
	my $failed = $? ? 1 : 0;
	# What the programs said is the first thing to look at.
	print STDERR map { "# $_\n" } grep { /status=5|event=/ } split /\n/, join "\n", map { $clinic->log_of($_) } 'access.log', 'error.log'
		if $failed;
	undef $clinic;
	exit $failed;
}

1;
