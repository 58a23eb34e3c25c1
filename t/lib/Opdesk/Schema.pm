# Opdesk::Schema - says what is wrong with an answer, by its JSON schema.
#
#   my $schemas = Opdesk::Schema->new($openapi_document);
#   my @wrong = $schemas->faults({ '$ref' => '#/components/schemas/Slot' }, $value);
#
# The part of JSON Schema that our documents use: type, enum, properties,
# required, additionalProperties, items, format, bounds, anyOf and $ref.  A word
# that it does not know is a fault, so that none is passed over in silence.
package Opdesk::Schema;

use v5.36;
use JSON::PP ();
no warnings 'experimental::builtin';

my %ignored = map { $_ => 1 } qw(description default);

my %is_type = (
	null => sub ($v) { !defined $v },
	boolean => sub ($v) { JSON::PP::is_bool($v) },
	object => sub ($v) { ref $v eq 'HASH' },
	array => sub ($v) { ref $v eq 'ARRAY' },
	string => sub ($v) { defined $v && !ref $v && !builtin::created_as_number($v) },
	number => sub ($v) { defined $v && !ref $v && builtin::created_as_number($v) },
	integer => sub ($v) { defined $v && !ref $v && builtin::created_as_number($v) && $v =~ /^-?\d+$/ },
);

my %has_format = (
	uuid => qr/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
	date => qr/^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/,
	'date-time' => qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/,
	email => qr/^[^@\s]+@[^@\s]+$/,
	phone => qr/^\+?[0-9]/,
	password => qr/^/,
);

my %check = (
	type => sub ($self, $want, $v, $at) {
		my @types = ref $want ? @$want : $want;
		return if grep { $is_type{$_}->($v) } @types;
		return "$at is not " . join ' or ', @types;
	},
	enum => sub ($self, $words, $v, $at) {
		return if !defined $v || grep { $_ eq $v } @$words;
		return "$at is $v, which is none of @$words";
	},
	format => sub ($self, $name, $v, $at) {
		my $pattern = $has_format{$name} // return "$at has a format $name that nobody knows";
		return defined $v && $v !~ $pattern ? "$at is no $name: $v" : ();
	},
	pattern => sub ($self, $pattern, $v, $at) { defined $v && $v !~ /$pattern/ ? "$at is not like $pattern" : () },
	minimum => sub ($self, $least, $v, $at) { defined $v && $v < $least ? "$at is below $least" : () },
	maximum => sub ($self, $most, $v, $at) { defined $v && $v > $most ? "$at is above $most" : () },
	minLength => sub ($self, $least, $v, $at) { defined $v && length $v < $least ? "$at is too short" : () },
	maxLength => sub ($self, $most, $v, $at) { defined $v && length $v > $most ? "$at is too long" : () },
	maxItems => sub ($self, $most, $v, $at) { ref $v eq 'ARRAY' && @$v > $most ? "$at has too many items" : () },
	anyOf => sub ($self, $schemas, $v, $at) {
		my @tries = map { [ $self->faults($_, $v, $at) ] } @$schemas;
		return grep({ !@$_ } @tries) ? () : @{ (sort { @$a <=> @$b } @tries)[0] };
	},
	items => sub ($self, $schema, $v, $at) {
		return ref $v eq 'ARRAY' ? map { $self->faults($schema, $v->[$_], "$at\[$_]") } keys @$v : ();
	},
	required => sub ($self, $names, $v, $at) {
		return ref $v eq 'HASH' ? map { "$at lacks $_" } grep { !exists $v->{$_} } @$names : ();
	},
	properties => sub ($self, $schemas, $v, $at) {
		return ref $v eq 'HASH' ? map { $self->faults($schemas->{$_}, $v->{$_}, "$at.$_") } grep { $schemas->{$_} } sort keys %$v : ();
	},
);

sub new ($class, $document) { bless { document => $document }, $class }

sub faults ($self, $schema, $value, $at = 'answer') {
	if (my $ref = $schema->{'$ref'}) {
		my ($name) = $ref =~ m{^#/components/schemas/(\w+)$};
		my $there = $self->{document}{components}{schemas}{ $name // '' } // return "$at has a schema that is nowhere: $ref";
		return $self->faults($there, $value, $at);
	}
	my @wrong;
	for my $word (sort keys %$schema) {
		if ($word eq 'additionalProperties') {
			push @wrong, $self->others($schema, $value, $at);
		} elsif (my $check = $check{$word}) {
			push @wrong, $check->($self, $schema->{$word}, $value, $at);
		} elsif (!$ignored{$word}) {
			push @wrong, "$at has a schema with $word, which nobody checks";
		}
	}
	return @wrong;
}

# Members that no property names.
sub others ($self, $schema, $value, $at) {
	return if ref $value ne 'HASH';
	my @names = grep { !$schema->{properties}{$_} } sort keys %$value;
	my $allowed = $schema->{additionalProperties};
	return map { $self->faults($allowed, $value->{$_}, "$at.$_") } @names if ref $allowed eq 'HASH';
	return $allowed ? () : map { "$at has a member $_ that it should not" } @names;
}

1;
