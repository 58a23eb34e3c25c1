# Web - runs t/web/NAME.mjs against a clinic of its own; node prints the TAP.
#
#   use FindBin;
#   use lib "$FindBin::Bin/lib";
#   use Web;
#   in_browser('public');                # more arguments go to clinic()
package Web;

use v5.36;
use Exporter 'import';
use Opdesk::Test;

our @EXPORT = qw(in_browser);

sub in_browser ($name, %o) {
	my $top = $ENV{OPDESK_SRCDIR} // '.';
	my $clinic = clinic(%o);
	local $ENV{OPDESK_URL} = $clinic->url;
	system 'node', '--test-reporter=tap', "$top/t/web/$name.mjs";
	my $failed = $? ? 1 : 0;
	# What the programs said is the first thing to look at.
	print STDERR map { "# $_\n" } grep { /status=5|event=/ } split /\n/, join "\n", map { $clinic->log_of($_) } 'access.log', 'error.log'
		if $failed;
	undef $clinic;
	exit $failed;
}

1;
