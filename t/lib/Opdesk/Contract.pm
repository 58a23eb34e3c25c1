# Opdesk::Contract - holds every answer against the OpenAPI document.
#
#   use Opdesk::Contract;
#   …
#   contract_is_kept;
#   done_testing;
#
# From there on each answer that a test gets is compared with what the document
# says of its route: is the status declared, has the body its schema, is the
# error among those that the route may return, and are the headers there that
# every answer owes.
package Opdesk::Contract;

use v5.36;
use JSON::PP ();
use Opdesk::Client;
use Opdesk::Cluster;
use Opdesk::Schema;
use Test::More ();

my ($document, $schemas, @routes, %seen, %wrong);

# Any route, or any caller, may meet these; the document does not repeat them.
my %common = map { $_ => 1 } qw(NOT_FOUND METHOD_NOT_ALLOWED);

sub import ($class) {
	no strict 'refs';
	*{ caller . '::contract_is_kept' } = \&contract_is_kept;
	listen_in() if !$document;
}

sub listen_in {
	open my $in, '<', "$Opdesk::Cluster::BUILD/www/openapi.json" or die "openapi.json: $!";
	$document = JSON::PP->new->utf8->decode(do { local $/; <$in> });
	$schemas = Opdesk::Schema->new($document);
	@routes = map { [ $_, join '[^/]+', map { quotemeta } split /\{\w+\}/, $_, -1 ] } sort keys %{ $document->{paths} };
	my $ask = \&Opdesk::Client::request;
	no warnings 'redefine';
	*Opdesk::Client::request = sub (@args) {
		my $res = $ask->(@args);
		note($res);
		return $res;
	};
}

# The document, and its operation for a request; undef when there is none.
sub document { $document }

sub operation ($method, $path) {
	$path =~ s/[?#].*//s;
	$method = lc($method eq 'HEAD' ? 'GET' : $method);
	for (@routes) {
		my ($name, $pattern) = @$_;
		return $document->{paths}{$name}{$method} if $path =~ /^$pattern$/;
	}
	return;
}

sub note ($res) {
	my $operation = operation($res->{method}, $res->{path}) // return;
	my @faults = (headers($res), $res->status >= 400 ? refusal($operation, $res) : answer($operation, $res));
	$seen{ $operation->{summary} }{ $res->status }++;
	return if !@faults;
	my $where = "$res->{method} " . $res->{path} =~ s/\?.*//sr =~ s/[0-9a-f-]{36}/{id}/gr . ' ' . $res->status;
	push @{ $wrong{$where} }, $res->line if !$wrong{$where};
	push @{ $wrong{$where} }, grep { my $fault = $_; !grep { $_ eq $fault } @{ $wrong{$where} } } @faults;
}

sub headers ($res) {
	my @wrong;
	push @wrong, 'no X-Request-Id' unless $res->header('X-Request-Id');
	push @wrong, 'no Cache-Control' unless $res->header('Cache-Control');
	return @wrong if $res->status == 204 || $res->status == 304;
	push @wrong, 'Content-Length is not the length' if $res->has_body && length $res->text != ($res->header('Content-Length') // -1);
	return @wrong;
}

sub answer ($operation, $res) {
	my $declared = $operation->{responses}{ $res->status } // return 'a status that is not declared';
	my ($type) = keys %{ $declared->{content} // {} };
	if (!$type || $res->status == 304) {
		return length $res->text ? 'a body where none is declared' : ();
	}
	return if $res->{method} eq 'HEAD';
	return "Content-Type is not $type" unless index($res->header('Content-Type') // '', $type) == 0;
	return $type =~ /json/ ? $schemas->faults($declared->{content}{$type}{schema}, $res->json) : ();
}

sub refusal ($operation, $res) {
	return if $res->{method} eq 'HEAD';
	my $code = $res->json->{code} // '';
	my $declared = $operation->{responses}{ $res->status };
	return if $common{$code} && !$declared;
	return "$code is not declared" unless $declared && $declared->{description} =~ /\b$code\b/;
	return $schemas->faults($declared->{content}{'application/problem+json'}{schema}, $res->json);
}

# How often each operation was answered with each status so far.
sub seen { \%seen }

sub contract_is_kept {
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $n = 0;
	$n += $_ for map { values %$_ } values %seen;
	Test::More::ok(!%wrong, "each of $n answers keeps the contract")
		or Test::More::diag(map { my ($line, @faults) = @{ $wrong{$_} }; join("\n    ", $_, @faults) . "\n    in: $line\n" } sort keys %wrong);
}

1;
