# Opdesk::Response - what came back.
package Opdesk::Response;

use v5.36;
use JSON::PP ();

sub new ($class, %o) { bless \%o, $class }

sub status ($self) { $self->{status} }
sub text ($self) { $self->{content} // '' }

# As it was made, so that its length means something.
sub has_body ($self) { $self->{method} ne 'HEAD' && !$self->header('Content-Encoding') }

# A field that came more than once is joined; headers() gives them singly.
sub header ($self, $name) {
	my $value = $self->{headers}{ lc $name };
	return ref $value ? join ', ', @$value : $value;
}

sub headers ($self, $name) {
	my $value = $self->{headers}{ lc $name } // return;
	return ref $value ? @$value : $value;
}

# The body as a structure; an empty hash when it is none, so that a failing
# test says what it missed instead of dying.
sub json ($self) { $self->{json} //= eval { JSON::PP->new->utf8->decode($self->{content}) } // {} }

# One line for whoever has to find out why a test failed.
sub line ($self) {
	my $text = $self->{content} // '';
	return sprintf '%s %s: %s %s', @$self{qw(method path status)}, length $text > 600 ? substr($text, 0, 600) . '…' : $text;
}

1;
