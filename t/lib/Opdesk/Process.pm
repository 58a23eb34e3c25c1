# Opdesk::Process - a program in the background that never outlives the test.
#
#   my $p = Opdesk::Process->start(command => [...], log => $path);
#   $p->stop;
#
# It gets a process group of its own.  When the test is killed, the kernel
# ends the program (setpriv --pdeathsig); when the test ends, stop_all does.
package Opdesk::Process;

use v5.36;
use Fcntl qw(F_SETFD);
use POSIX ();
use Time::HiRes qw(sleep time);

my %running;
$SIG{$_} //= sub { exit 130 } for qw(INT TERM HUP); # so that END blocks run

# command, log; stdin: what becomes descriptor 0; keep: a handle that stays
# open under its number; env: more environment (undef: less); signal: what ends it (TERM).
sub start ($class, %o) {
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		become(%o);
		POSIX::_exit(127);
	}
	return $running{$pid} = bless { pid => $pid, signal => $o{signal} // 'TERM' }, $class;
}

sub become (%o) {
	setpgrp;
	$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
	open STDIN, $o{stdin} ? '<&' : '<', $o{stdin} // '/dev/null' or return;
	open STDOUT, '>>', $o{log} or return;
	open STDERR, '>&', \*STDOUT or return;
	fcntl $o{keep}, F_SETFD, 0 if $o{keep};
	while (my ($name, $value) = each %{ $o{env} // {} }) {
		defined $value ? $ENV{$name} = $value : delete $ENV{$name};
	}
	exec 'setpriv', '--pdeathsig', $o{signal} // 'TERM', '--', @{ $o{command} };
}

sub pid ($self) { $self->{pid} }

sub is_running ($self) {
	return 0 unless $running{ $self->{pid} };
	return 1 if waitpid($self->{pid}, POSIX::WNOHANG) == 0;
	delete $running{ $self->{pid} };
	return 0;
}

sub stop ($self) { end_all($self) }

# In good order if that takes less than five seconds; then the whole group.
sub end_all (@them) {
	kill $_->{signal}, $_->{pid} for grep { $_->is_running } @them;
	my $deadline = time + 5;
	for my $p (@them) {
		sleep 0.005 while $p->is_running && time < $deadline;
		kill 'KILL', -$p->{pid};
		waitpid $p->{pid}, 0 if delete $running{ $p->{pid} };
	}
}

sub stop_all { end_all(values %running) }

my $owner = $$; # a test may fork
END {
	local $?;
	stop_all() if $$ == $owner;
}

1;
