# Opdesk::Wire - a line to PostgreSQL that somebody can cut.
#
#   my $wire = Opdesk::Wire->start($clinic);
#   … conninfo: $wire->conninfo('opdesk_web')
#   $wire->cut(after => 'COMMIT');     # once: what is sent arrives, the reply does not
#   $wire->cut(before => 'COMMIT');    # once: what is sent does not arrive
#   $wire->cut(silent => 'COMMIT');    # once: the line stays open and says nothing
#
# The word is looked for in what a program sends, so statements must not be
# prepared.  Nothing is cut until cut() says so, and then only once.
package Opdesk::Wire;

use v5.36;
use IO::Select;
use IO::Socket::UNIX;
use Opdesk::Cluster;
use Opdesk::Process;
use Time::HiRes qw(sleep time);

sub start ($class, $clinic) {
	my $self = bless { dir => $clinic->dir . '/wire', database => $clinic->database }, $class;
	mkdir $self->{dir} or die "$self->{dir}: $!";
	my ($target) = $clinic->conninfo =~ /host=(\S+)/;
	$self->{process} = Opdesk::Process->start(log => $clinic->dir . '/log/wire.log',
		command => [ $^X, "-I$Opdesk::Cluster::TOP/t/lib", '-MOpdesk::Wire', '-e', 'Opdesk::Wire::serve(@ARGV)', $self->{dir}, "$target/.s.PGSQL.5432" ]);
	my $deadline = time + 5;
	sleep 0.005 until -S "$self->{dir}/.s.PGSQL.5432" || time > $deadline;
	return $self;
}

sub conninfo ($self, $user) { "host=$self->{dir} dbname=$self->{database} user=$user" }

sub cut ($self, $when, $word) {
	open my $out, '>', "$self->{dir}/cut.new" or die "cut: $!";
	print $out "$when $word";
	close $out;
	rename "$self->{dir}/cut.new", "$self->{dir}/cut" or die "cut: $!";
}

sub was_cut ($self) { !-e "$self->{dir}/cut" }

#
# The line itself, in a process of its own
#

sub serve ($dir, $target) {
	$SIG{CHLD} = 'IGNORE';
	my $listener = IO::Socket::UNIX->new(Local => "$dir/.s.PGSQL.5432", Listen => 100) or die "$dir: $!";
	while (my $client = $listener->accept) {
		my $pid = fork // die "fork: $!";
		next if $pid;
		my $server = IO::Socket::UNIX->new(Peer => $target) or exit 1;
		carry($client, $server, "$dir/cut");
		exit 0;
	}
}

# Both ways, until one side ends or the line is cut.
sub carry ($client, $server, $cut) {
	my $select = IO::Select->new($client, $server);
	while (my @ready = $select->can_read) {
		for my $from (@ready) {
			sysread $from, my $data, 65536 or return;
			my $when = $from == $client ? told($cut, $data) : '';
			return if $when eq 'before';
			if ($when eq 'silent') {
				sleep 60;
				return;
			}
			put($from == $client ? $server : $client, $data) or return;
			if ($when eq 'after') {
				sysread $server, my $reply, 65536; # it is done there
				return;
			}
		}
	}
}

sub told ($cut, $data) {
	open my $in, '<', $cut or return '';
	my ($when, $word) = split / /, <$in> // '', 2;
	return '' if !defined $word || index($data, $word) < 0;
	return unlink($cut) ? $when : '';
}

sub put ($to, $data) {
	while (length $data) {
		my $n = syswrite $to, $data or return 0;
		substr $data, 0, $n, '';
	}
	return 1;
}

1;
