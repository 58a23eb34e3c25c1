# Web - runs t/web/NAME.mjs against a clinic of its own; node prints the TAP.
#
#   use FindBin;
#   use lib "$FindBin::Bin/lib";
#   use Web;
#   in_browser('public');                # more arguments go to clinic()
#   in_node('weekhours');                # no browser, no server
#
# The clinic has a hub.  What a test wants of the clinic it says on a line of
# its own: "#! hub stop", "#! hub start".
package Web;

use v5.36;
use Exporter 'import';
use Opdesk::Test;

our @EXPORT = qw(in_browser in_node);

sub in_browser ($name, %o) {
	my $clinic = clinic(hub => 1, %o);
	local $ENV{OPDESK_URL} = $clinic->url;
	local $ENV{OPDESK_CONNINFO} = $clinic->conninfo; # for rows that plain SQL makes or takes away
	my $failed = run_node($name, $clinic);
	# What the programs said is the first thing to look at.
	print STDERR map { "# $_\n" } grep { /status=5|event=/ && !m{path="/realtime/} } split /\n/, join "\n", map { $clinic->log_of($_) } 'access.log', 'error.log'
		if $failed;
	undef $clinic;
	exit $failed;
}

# Cases that need neither browser nor server.
sub in_node ($name) { exit run_node($name) }

sub run_node ($name, $clinic = undef) {
	my $top = $ENV{OPDESK_SRCDIR} // '.';
	open my $node, '-|', 'node', '--test-reporter=tap', "$top/t/web/$name.mjs" or die "node: $!\n";
	tap_of($node, $clinic);
	close $node;
	return $? ? 1 : 0;
}

# What node says about a failure looks like YAML and is not, so prove would
# give up there: comments instead.
sub tap_of ($node, $clinic) {
	my $inside;
	STDOUT->autoflush(1);
	while (<$node>) {
		s/\e\[\d*m//g;
		if (/^\s*#! hub (start|stop)$/) {
			$1 eq 'stop' ? $clinic->stop('hub') : $clinic->start_hub;
			next;
		}
		$inside = 1 if /^\s*---$/;
		if (!$inside) {
			print STDERR $_ if /^# Error: /; # after a test has ended
			print;
		} elsif (!/^\s*(?:---|\.\.\.|(?:duration_ms|type|location|failureType|code|name):.*)$/) {
			print STDERR "# $_";
		}
		$inside = 0 if /^\s*\.\.\.$/;
	}
}

1;
