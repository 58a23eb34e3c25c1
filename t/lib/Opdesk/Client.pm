# Opdesk::Client - somebody who speaks HTTP: a stranger, a browser, a program.
#
#   $client->get($path, \%headers)              del likewise
#   $client->post($path, $json, \%headers)      put and patch likewise
#
# $json is a structure, or a reference to text that is sent as it is.  A
# header with a list is sent as many times.
package Opdesk::Client;

use v5.36;
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP ();
use Opdesk::Response;
use Socket qw(IPPROTO_TCP TCP_NODELAY);

my $JSON = JSON::PP->new->utf8->canonical->allow_nonref;

# HTTP::Tiny writes head and body apart, and without this the body would wait
# forty milliseconds for the head's acknowledgement.
{
	my $connect = \&HTTP::Tiny::Handle::connect;
	no warnings 'redefine';
	*HTTP::Tiny::Handle::connect = sub {
		my $handle = &$connect;
		setsockopt $handle->{fh}, IPPROTO_TCP, TCP_NODELAY, 1;
		return $handle;
	};
}

# token: sent as Bearer; browser: keeps cookies and says where it comes from.
sub new ($class, %o) {
	my $http = HTTP::Tiny->new(max_redirect => 0, timeout => 60, keep_alive => 1, agent => 'opdesk-test');
	return bless { %o, http => $http, cookies => {} }, $class;
}

sub get ($self, $path, $headers = {}) { $self->request('GET', $path, undef, $headers) }
sub del ($self, $path, $headers = {}) { $self->request('DELETE', $path, undef, $headers) }
sub post ($self, $path, $json = undef, $headers = {}) { $self->request('POST', $path, $json, $headers) }
sub put ($self, $path, $json = undef, $headers = {}) { $self->request('PUT', $path, $json, $headers) }
sub patch ($self, $path, $json = undef, $headers = {}) { $self->request('PATCH', $path, $json, $headers) }

sub request ($self, $method, $path, $json, $headers) {
	my %h = $self->own_headers($path);
	my %content;
	if (defined $json) {
		%content = (content => ref $json eq 'SCALAR' ? $$json : $JSON->encode($json));
		$h{'Content-Type'} = 'application/json';
	}
	# Header names are case-insensitive, so a test's own spelling replaces ours.
	for my $name (keys %$headers) {
		delete @h{ grep { lc eq lc $name } keys %h };
		$h{$name} = $headers->{$name} if defined $headers->{$name};
	}
	my $res = $self->{http}->request($method, $self->{url} . $path, { headers => \%h, %content });
	die "$method $path: $res->{content}" if $res->{status} == 599;
	$self->take_cookies($res->{headers}{'set-cookie'}) if $self->{browser};
	return Opdesk::Response->new(%$res, method => $method, path => $path);
}

sub own_headers ($self, $path) {
	my %h;
	$h{Authorization} = "Bearer $self->{token}" if defined $self->{token};
	return %h unless $self->{browser};
	$h{'Sec-Fetch-Site'} = 'same-origin';
	my @sent = grep { index($path, $self->{cookies}{$_}{path}) == 0 } sort keys %{ $self->{cookies} };
	$h{Cookie} = join '; ', map { "$_=$self->{cookies}{$_}{value}" } @sent if @sent;
	return %h;
}

# A browser's rules as far as the programs need them.
sub take_cookies ($self, $lines) {
	for (ref $lines ? @$lines : $lines // ()) {
		my ($name, $value) = /^([^=;]+)=([^;]*)/ or next;
		my ($path) = /;\s*path=([^;]*)/i;
		if ($value eq '' || /;\s*max-age=0\b/i) {
			delete $self->{cookies}{$name};
		} else {
			$self->{cookies}{$name} = { value => $value, path => $path // '/' };
		}
	}
}

sub cookie ($self, $name) { $self->{cookies}{$name} && $self->{cookies}{$name}{value} }
sub token ($self) { $self->{token} }

# These bytes and no others, for what no client would send.  One answer.
sub raw ($self, $bytes) {
	my ($address) = $self->{url} =~ m{//([^/]+)};
	my $socket = IO::Socket::INET->new(PeerAddr => $address, Timeout => 10) or die "$address: $!";
	local $SIG{PIPE} = 'IGNORE';
	$socket->syswrite($bytes);
	my ($head, $rest) = ('', '');
	$head .= $rest while $head !~ /\r\n\r\n/ && sysread $socket, $rest, 65536;
	($head, my $body) = split /\r\n\r\n/, $head, 2;
	my ($line, @fields) = split /\r\n/, $head // '';
	my %headers;
	for (@fields) {
		my ($name, $value) = split /:\s*/, $_, 2;
		my $all = \$headers{ lc $name };
		$$all = defined $$all ? [ ref $$all ? @$$all : $$all, $value ] : $value;
	}
	my $want = $headers{'content-length'} // 0;
	$body .= $rest while length $body < $want && sysread $socket, $rest, 65536;
	my ($status, $reason) = ($line // '') =~ m{^HTTP/\S+ (\d+) ?(.*)};
	return Opdesk::Response->new(status => $status // 0, reason => $reason, headers => \%headers, content => $body // '',
		method => 'raw', path => $bytes =~ /^([^\r\n]{0,60})/);
}

1;
