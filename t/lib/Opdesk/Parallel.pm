# Opdesk::Parallel - several clients at the same moment.
#
#   my @answers = at_once(8, sub ($n) { … });
#
# Each call runs in a process of its own; they start together, and what they
# return (anything that JSON can carry) comes back in the order of their numbers.
package Opdesk::Parallel;

use v5.36;
use Exporter 'import';
use JSON::PP ();
use POSIX ();

our @EXPORT = qw(at_once start_all);

my $JSON = JSON::PP->new->utf8->allow_nonref;

sub at_once ($count, $work) { return start_all($count, $work)->() }

# The same without waiting: a function that waits, and gives what came of it.
sub start_all ($count, $work) {
	pipe my $gate, my $start or die "pipe: $!";
	my @running = map { run($_, $work, $gate, $start) } 1 .. $count;
	close $start; # they all read the end of it now
	return sub {
		return map { finish(@$_) } splice @running;
	};
}

sub run ($n, $work, $gate, $start) {
	pipe my $in, my $out or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		close $start;
		sysread $gate, my $nothing, 1;
		my $answer = eval { $JSON->encode($work->($n)) };
		print STDERR $@ if !defined $answer;
		print $out $answer // '';
		close $out;
		POSIX::_exit(defined $answer ? 0 : 1);
	}
	return [ $pid, $in ];
}

sub finish ($pid, $in) {
	my $text = do { local $/; <$in> };
	local $?;
	waitpid $pid, 0;
	die "a client died\n" if !defined $text || $text eq '';
	return $JSON->decode($text);
}

1;
