# Opdesk::Stream - somebody who listens to Server-Sent Events.
#
#   my $stream = $clinic->stream('availability:all', token => $token, since => $id);
#   $stream->status; my $event = $stream->event('slot-reserved');
package Opdesk::Stream;

use v5.36;
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use Time::HiRes qw(time);

# topics: a list with commas; token: as Bearer would be, in the query;
# since: sent as Last-Event-ID; headers: more lines.
sub new ($class, %o) {
	my $self = bless { %o, buffer => '', got => [] }, $class;
	my ($host) = $o{url} =~ m{//([^/]+)};
	$self->{s} = IO::Socket::INET->new(PeerAddr => $host, Timeout => 10) or die "no connection: $!";
	my $query = join '&', defined $o{topics} ? "topics=$o{topics}" : (), $o{token} ? "token=$o{token}" : ();
	my @head = ("GET /realtime/v1/events?$query HTTP/1.1", "Host: $host", 'Accept: text/event-stream',
		$o{since} ? "Last-Event-ID: $o{since}" : (), @{ $o{headers} // [] });
	syswrite $self->{s}, join("\r\n", @head) . "\r\n\r\n";
	my $deadline = time + 10;
	until (index($self->{buffer}, "\r\n\r\n") >= 0) { $self->fill($deadline) or last }
	($self->{head}, $self->{buffer}) = split /(?<=\r\n)\r\n/, $self->{buffer}, 2;
	($self->{status}) = $self->{head} =~ m{^HTTP/1.1 (\d+)};
	return $self;
}

sub status ($self) { $self->{status} }
sub head ($self) { $self->{head} }

sub fill ($self, $deadline) {
	my $left = $deadline - time;
	die "nothing came in time\n" if $left <= 0 || !IO::Select->new($self->{s})->can_read($left);
	return sysread $self->{s}, $self->{buffer}, 65536, length $self->{buffer};
}

# A refusal's body.
sub json ($self) {
	my ($n) = $self->{head} =~ /^Content-Length: (\d+)/mi;
	my $deadline = time + 10;
	while (length $self->{buffer} < $n) { $self->fill($deadline) or last }
	return JSON::PP->new->utf8->decode($self->{buffer});
}

# The next event as { id, event, data }, undef at the end of the stream.
sub message ($self, $deadline = time + 10) {
	$self->{text} //= '';
	until ($self->{text} =~ /\n\n/) {
		my $at;
		until (($at = index $self->{buffer}, "\r\n") > 0) { $self->fill($deadline) or return }
		my $n = hex substr $self->{buffer}, 0, $at;
		while (length $self->{buffer} < $at + $n + 4) { $self->fill($deadline) or return }
		return if $n == 0;
		$self->{text} .= substr $self->{buffer}, $at + 2, $n;
		substr $self->{buffer}, 0, $at + $n + 4, '';
	}
	(my $one, $self->{text}) = split /\n\n/, $self->{text}, 2;
	my %m = (event => 'message', map { /^(\w*): ?(.*)/ ? ($1 => $2) : () } split /\n/, $one);
	$m{data} = JSON::PP->new->utf8->decode($m{data}) if $m{data};
	return \%m;
}

sub wait_for ($self, $fits, $seconds = 10) {
	my $deadline = time + $seconds;
	for my $i (0 .. $#{ $self->{got} }) {
		return splice @{ $self->{got} }, $i, 1 if $fits->($self->{got}[$i]);
	}
	while (my $m = $self->message($deadline)) {
		return $m if $fits->($m);
		push @{ $self->{got} }, $m;
	}
	die "the stream is over\n";
}

sub joined ($self, $topic) { $self->wait_for(sub ($m) { $m->{event} eq 'joined' && $m->{data}{topic} eq $topic })->{data}{response} }
sub event ($self, $name) { $self->wait_for(sub ($m) { $m->{event} eq 'message' && $m->{data}{event} eq $name }) }

1;
