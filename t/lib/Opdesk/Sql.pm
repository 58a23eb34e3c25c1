# Opdesk::Sql - a connection of its own to a clinic's database, as plain psql:
# for transactions that stay open while somebody else does something.
#
#   my $sql = Opdesk::Sql->new($clinic);
#   $sql->run('BEGIN; UPDATE …');       # its output; dies when it is refused
#   $sql->try('UPDATE …');              # SQLSTATE, '00000' when all is well
package Opdesk::Sql;

use v5.36;
use IPC::Open2;
use Opdesk::Cluster;

sub new ($class, $clinic, %o) {
	my $self = bless {}, $class;
	local $ENV{PGOPTIONS} = '--client-min-messages=error';
	$self->{pid} = open2($self->{out}, $self->{in}, 'sh', '-c', 'exec "$0" "$@" 2>&1',
		"$Opdesk::Cluster::BIN/psql", '-XqAt', '-d', $clinic->conninfo($o{user} // 'postgres'));
	$self->run('\set VERBOSITY terse');
	return $self;
}

# Sends without waiting; take() gives what came of it.
sub send ($self, @lines) {
	local $SIG{PIPE} = 'IGNORE';
	utf8::encode($_) for my @bytes = @lines;
	print { $self->{in} } map { "$_\n" } @bytes, ';', '\echo :SQLSTATE done';
	$self->{in}->flush;
}

sub take ($self) {
	my $text = '';
	while (defined(my $line = readline $self->{out})) {
		if ($line =~ /^(\w{0,5}) done$/) {
			$self->{state} = $1 eq '00000' && $text =~ /^ERROR: /m ? 'XX000' : $1;
			chomp $text;
			return $text;
		}
		$text .= $line;
	}
	$self->{lost} = 1;
	die "the connection has ended: $text\n";
}

sub run ($self, @lines) {
	$self->send(@lines);
	my $text = $self->take;
	die "$text ($self->{state}): @lines\n" if $self->{state} ne '00000';
	return $text;
}

sub try ($self, @lines) {
	$self->send(@lines);
	$self->take;
	return $self->{state};
}

# Whether another try on another connection may do what this one did not.
sub is_lost ($self) { $self->{lost} || $self->{state} =~ /^(57P.*|08.*|)$/ }

sub DESTROY ($self) {
	local ($?, $!);
	close $self->{in};
	close $self->{out};
	waitpid $self->{pid}, 0;
}

1;
