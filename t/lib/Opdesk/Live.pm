# Opdesk::Live - somebody who listens: a WebSocket that speaks Phoenix Channels.
#
#   my $live = $clinic->live(token => $token);
#   my $reply = $live->join('availability:all');        # { status, response }
#   my $event = $live->event('slot-reserved');          # the payload; dies after ten seconds
#
# Whatever comes is kept until somebody asks for it.
package Opdesk::Live;

use v5.36;
use Carp qw(croak);
use Digest::SHA qw(sha1);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Time::HiRes qw(time);

my $JSON = JSON::PP->new->utf8->canonical->allow_nonref;
my $GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

# url or socket; token (in the query), cookie, origin, vsn, path, headers.
sub new ($class, %o) {
	my $self = bless { vsn => '2.0.0', %o, ref => 0, got => [], buffer => '', joins => {} }, $class;
	my ($host) = $self->{url} =~ m{//([^/]+)};
	$self->{s} = $o{socket} ? IO::Socket::UNIX->new(Peer => $o{socket}) : IO::Socket::INET->new(PeerAddr => $host, Timeout => 10);
	$self->{s} or die "no connection: $!";
	my $query = join '&', "vsn=$self->{vsn}", $o{token} && !$o{quiet} ? "token=$o{token}" : (), $o{query} // ();
	my $key = encode_base64(join('', map { chr int rand 256 } 1 .. 16), '');
	my @head = ("GET @{[ $o{path} // '/realtime/v1/websocket' ]}?$query HTTP/1.1", "Host: @{[ $o{host} // $host ]}", 'Upgrade: websocket',
		'Connection: Upgrade', "Sec-WebSocket-Key: $key", 'Sec-WebSocket-Version: 13',
		$o{origin} ? "Origin: $o{origin}" : (), $o{cookie} ? "Cookie: __Host-opdesk=$o{cookie}" : (), @{ $o{headers} // [] });
	$self->write_raw(join("\r\n", @head) . "\r\n\r\n");
	my $head = $self->read_until("\r\n\r\n");
	($self->{status}) = $head =~ m{^HTTP/1\.\d (\d+)};
	$self->{head} = $head;
	die "no answer to the handshake\n" if !$self->{status};
	die "the key was not answered\n" if $self->{status} == 101
		&& $head !~ /^Sec-WebSocket-Accept: \Q@{[ encode_base64(sha1($key . $GUID), '') ]}\E\r$/im;
	return $self;
}

sub status ($self) { $self->{status} }

sub write_raw ($self, $bytes) {
	local $SIG{PIPE} = 'IGNORE';
	while (length $bytes) {
		my $n = syswrite $self->{s}, $bytes or return 0;
		substr $bytes, 0, $n, '';
	}
	return 1;
}

# One more piece of what comes; false at the end, dies when nothing comes.
sub fill ($self, $deadline) {
	my $left = $deadline - time;
	croak 'nothing came in time' if $left <= 0 || !IO::Select->new($self->{s})->can_read($left);
	return sysread $self->{s}, $self->{buffer}, 65536, length $self->{buffer};
}

sub read_until ($self, $end) {
	my $deadline = time + 10;
	until ((my $at = index $self->{buffer}, $end) >= 0) {
		$self->fill($deadline) or return $self->{buffer};
	}
	return substr $self->{buffer}, 0, index($self->{buffer}, $end) + length $end, '';
}

# opcode 1 is text, 2 binary, 8 close, 9 ping, 10 pong.
sub frame ($self, $payload, %o) {
	my $n = length $payload;
	my $length = $n < 126 ? chr($n | 128) : $n < 65536 ? pack('Cn', 254, $n) : pack('CQ>', 255, $n);
	my $mask = pack 'N', int rand 2**32;
	my $masked = $payload ^. substr $mask x ($n / 4 + 1), 0, $n;
	return $self->write_raw(chr(($o{part} ? 0 : 128) | ($o{opcode} // 1)) . $length . $mask . $masked);
}

sub tell ($self, $topic, $event, $payload = {}, %o) {
	my $ref = '' . ++$self->{ref};
	my $join = $event eq 'phx_join' ? ($self->{joins}{$topic} = $ref) : $self->{joins}{$topic};
	$self->frame($JSON->encode($self->{vsn} =~ /^2/ ? [ $join, $ref, $topic, $event, $payload ] :
		{ topic => $topic, event => $event, payload => $payload, ref => $ref, join_ref => $join }));
	return $ref;
}

# A whole frame as [ opcode, payload ]; undef at the end.
sub read_frame ($self, $deadline) {
	my $need = sub ($n) {
		while (length $self->{buffer} < $n) { $self->fill($deadline) or return 0 }
		return 1;
	};
	$need->(2) or return;
	my ($first, $n) = unpack 'CC', $self->{buffer};
	my $head = 2;
	if ($n == 126) { $need->($head = 4) or return; $n = unpack 'x2n', $self->{buffer} }
	elsif ($n == 127) { $need->($head = 10) or return; $n = unpack 'x2Q>', $self->{buffer} }
	$need->($head + $n) or return;
	my $frame = substr $self->{buffer}, 0, $head + $n, '';
	return [ $first & 15, substr $frame, $head ];
}

# The next message as { join_ref, ref, topic, event, payload }; undef once the
# connection is closed: then code says why.
sub message ($self, $deadline = time + 10) {
	while (!$self->{over} and my $frame = $self->read_frame($deadline)) {
		my ($opcode, $payload) = @$frame;
		if ($opcode == 1) {
			my $m = $JSON->decode($payload);
			my %m;
			@m{qw(join_ref ref topic event payload)} = ref $m eq 'ARRAY' ? @$m : @$m{qw(join_ref ref topic event payload)};
			return \%m;
		}
		$self->frame($payload, opcode => 10) if $opcode == 9 && !$self->{mute};
		$self->{pings}++ if $opcode == 9;
		if ($opcode == 8) {
			$self->{code} = length $payload >= 2 ? unpack 'n', $payload : 1005;
			$self->frame($payload, opcode => 8);
			last;
		}
	}
	$self->{over} = 1;
	return;
}

# The first message that fits, now or within the time; others wait their turn.
sub wait_for ($self, $fits, $seconds = 10) {
	my $deadline = time + $seconds;
	for my $i (0 .. $#{ $self->{got} }) {
		return splice @{ $self->{got} }, $i, 1 if $fits->($self->{got}[$i]);
	}
	while (my $m = $self->message($deadline)) {
		return $m if $fits->($m);
		CORE::push @{ $self->{got} }, $m;
	}
	die 'the connection is closed' . ($self->{code} ? " with $self->{code}" : '') . "\n";
}

sub reply ($self, $ref, $seconds = 10) {
	return $self->wait_for(sub ($m) { $m->{event} eq 'phx_reply' && ($m->{ref} // '') eq $ref }, $seconds)->{payload};
}

sub call ($self, $topic, $event, $payload = {}) { $self->reply($self->tell($topic, $event, $payload)) }
sub join ($self, $topic, $payload = {}) { $self->call($topic, 'phx_join', $payload) }
sub leave ($self, $topic) { $self->call($topic, 'phx_leave') }

# The payload of a broadcast of that name, on that topic if one is named.
sub event ($self, $name, $topic = undef, $seconds = 10) {
	return $self->wait_for(sub ($m) { $m->{event} eq 'broadcast' && $m->{payload}{event} eq $name && (!defined $topic || $m->{topic} eq $topic) },
		$seconds)->{payload}{payload};
}

# All that came before the answer to a heartbeat that is sent now: what the hub
# had to say by then.
sub so_far ($self) {
	$self->call('phoenix', 'heartbeat');
	return splice @{ $self->{got} };
}

# How it was closed, once it is.
sub code ($self, $seconds = 10) {
	my $deadline = time + $seconds;
	while (my $m = $self->message($deadline)) { CORE::push @{ $self->{got} }, $m }
	return $self->{code};
}

sub close ($self) { close $self->{s} }

1;
