#!/usr/bin/perl
# GET /api/openapi.json: the document that the route tables make, for people
# and for programs that write clients.
use v5.36;
use lib 't/lib';
use JSON::PP ();
use Opdesk::Contract;
use Opdesk::Routes;
use Opdesk::Test;

my $clinic = clinic(programs => ['docs']);
my $visitor = $clinic->visitor;
my $res = $visitor->get('/api/openapi.json');
status_is $res, 200, 'everybody may read how to speak to opdesk';
like $res->header('Content-Type'), qr{^application/json}, 'as JSON';
my $doc = $res->json;
like $doc->{openapi}, qr/^3\.1\.\d+$/, 'it is OpenAPI 3.1';
ok $doc->{info}{title} && $doc->{info}{version}, 'with title and version';
status_is $visitor->get('/api/openapi.json', { 'If-None-Match' => $res->header('ETag') }), 304, 'an unchanged one costs a 304';

#
# Every route, and nothing else
#

my @routes = Opdesk::Routes::all();
my %offered = map { (lc($_->{method}) . " $_->{path}" => $_) } @routes;
my %described;
for my $path (keys %{ $doc->{paths} }) {
	$described{"$_ $path"} = $doc->{paths}{$path}{$_} for keys %{ $doc->{paths}{$path} };
}
is join("\n", sort keys %described), join("\n", sort keys %offered), 'it names every route of every program, and no other';

my %schema = %{ $doc->{components}{schemas} };
my %used;
sub refs ($what, $at) {
	if (ref $what eq 'HASH') {
		if (my $ref = $what->{'$ref'}) {
			my ($name) = $ref =~ m{^#/components/schemas/(\w+)$};
			ok $name && $schema{$name}, "$at refers to a schema that is there" or diag $ref;
			$used{ $name // '' } = 1;
		}
		refs($what->{$_}, "$at/$_") for sort keys %$what;
	} elsif (ref $what eq 'ARRAY') {
		refs($_, $at) for @$what;
	}
}

for my $name (sort keys %described) {
	subtest $name => sub {
		my $o = $described{$name};
		my $route = $offered{$name};
		like $o->{summary}, qr/^[A-Z].{4,}[^.]$/, 'says in a sentence what it does';
		is join(' ', sort @{ $o->{'x-roles'} }), join(' ', sort keys %{ $route->{may} }), 'and who may';
		is !!($o->{security} && !@{ $o->{security} }), !!$route->{may}{public}, 'asks for a token unless strangers may';
		is join(' ', sort map { $_->{name} } grep { $_->{in} eq 'path' } @{ $o->{parameters} }), join(' ', sort $route->{path} =~ /\{(\w+)\}/g), 'describes what is in the path';
		ok $_->{required}, "$_->{name} is required" for grep { $_->{in} eq 'path' } @{ $o->{parameters} };
		my %twice;
		is scalar(grep { $twice{"$_->{in} $_->{name}"}++ } @{ $o->{parameters} }), 0, 'no parameter twice';
		my @good = grep { /^2/ } keys %{ $o->{responses} };
		is scalar @good, $name =~ /acquire-lock$|auth\/login$/ ? 2 : 1, 'one way to succeed, or two: what was there is renewed, or half of a sign-in is done';
		is !!$o->{responses}{ $good[0] }{content}, $good[0] != 204, 'with an answer, unless there is none';
		ok $o->{responses}{$_}, "and $_ among the ways to fail" for 400, 401, 429, 500, 503, $name =~ /^get/ ? () : (403, 413, 415);
		ok $o->{responses}{403}, '403, as not everybody may' if !$route->{may}{public};
		is join(' ', grep { !/^[2345]\d\d$/ } keys %{ $o->{responses} }), '', 'statuses are numbers';
		for (grep { /^[45]/ } sort keys %{ $o->{responses} }) {
			like $o->{responses}{$_}{description}, qr/^[A-Z_]+(, [A-Z_]+)*$/, "$_ tells its codes";
			is $o->{responses}{$_}{content}{'application/problem+json'}{schema}{'$ref'}, '#/components/schemas/Problem', 'and is a problem';
			my %code;
			is scalar(grep { $code{$_}++ } split /, /, $o->{responses}{$_}{description}), 0, 'no code twice';
		}
		if (my $body = $o->{requestBody}{content}{'application/json'}{schema}) {
			is $body->{type}, 'object', 'a body is an object';
			is !!$body->{additionalProperties}, !!0, 'without members that nobody knows';
			is join(' ', grep { !$body->{properties}{$_} } @{ $body->{required} // [] }), '', 'what is required is described';
		}
		refs($o, $name);
	};
}
subtest 'schemas refer to schemas' => sub { refs(\%schema, 'schemas') };
is join(' ', grep { !$used{$_} } sort keys %schema), '', 'no schema is left over';

# The codes are those of the one list of errors.
open my $in, '<', "$Opdesk::Cluster::TOP/lib/error.def" or die $!;
my %status = map { /^ERR\((\w+),\s*(\d+)/ ? ($1 => $2) : () } <$in>;
for my $o (values %described) {
	for my $status (grep { /^[45]/ } keys %{ $o->{responses} }) {
		my @wrong = grep { ($status{$_} // 0) != $status } split /, /, $o->{responses}{$status}{description};
		is "@wrong", '', "$o->{summary}: $status" if @wrong;
	}
}

contract_is_kept;
done_testing;
