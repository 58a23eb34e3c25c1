# Opdesk::Replica - a staff page's list of appointments, kept by sync.
#
#   my $page = Opdesk::Replica->new($client);
#   $page->pull;                        # by cursor, or by vector at first
#   $page->rows                         # { id => appointment }
#   $page->hash                         # computed here, as the contract says
#
# It does what a careful client does and no more: it never asks twice in
# another way when the first answer will do.
package Opdesk::Replica;

use v5.36;
use Digest::MD5 qw(md5_hex);

our $PATH = '/api/admin/appointments/sync';

# vector: never by cursor.
sub new ($class, $client, %o) { bless { client => $client, rows => {}, %o }, $class }

sub rows ($self) { $self->{rows} }
sub versions ($self) { +{ map { $_ => $self->{rows}{$_}{version} } keys %{ $self->{rows} } } }
sub hash ($self) { hash_of($self->versions) }
sub hash_of ($versions) { md5_hex(join ',', map { "$_:$versions->{$_}" } sort keys %$versions) }

sub ask ($self, $body) {
	my $res = $self->{client}->post($PATH, $body);
	die $res->line . "\n" if $res->status !~ /^(200|410)$/;
	return $res;
}

# Until the server says that there is no more; the last answer.
sub pull ($self) {
	my $res;
	for (1 .. 1000) {
		my $vector = $self->{vector} || !$self->{cursor};
		$res = $self->ask($vector ? { knownVersions => $self->versions, clientGlobalHash => $self->hash } : { cursor => $self->{cursor} });
		if ($res->status == 410) {
			delete $self->{cursor};
			next;
		}
		$self->take($res->json) if !$self->{forgets} || !$self->{forgets}->();
		return $res->json if $res->json->{synced} || !$res->json->{hasMore};
	}
	die "this never ends\n";
}

sub take ($self, $answer) {
	return if $answer->{synced};
	$self->{rows}{ $_->{id} } = $_ for @{ $answer->{updates} };
	delete $self->{rows}{$_} for @{ $answer->{deletions} };
	$self->{cursor} = $answer->{cursor};
}

1;
