#!/usr/bin/perl
# openapi.pl SCHEMAS PROGRAM... - merges what the programs say of their routes
# with the schemas of their answers into one OpenAPI 3.1 document.
use v5.36;
use JSON::PP;

my ($schemas_file, @programs) = @ARGV;
die "usage: openapi.pl SCHEMAS PROGRAM...\n" unless @programs;
my $json = JSON::PP->new->utf8->canonical->pretty;

open my $in, '<', $schemas_file or die "$schemas_file: $!\n";
my $document = $json->decode(do { local $/; <$in> });
for my $program (@programs) {
	open my $out, '-|', $program, '--openapi' or die "$program: $!\n";
	my $paths = $json->decode(do { local $/; <$out> });
	close $out or die "$program --openapi failed\n";
	$document->{paths}{$_} = $paths->{$_} for keys %$paths;
}

# A schema that nothing names is a leftover; a name without one is a mistake.
my %has = map { $_ => 1 } keys %{ $document->{components}{schemas} };
my $text = $json->encode($document);
while ($text =~ m{"#/components/schemas/(\w+)"}g) {
	die "no schema $1 in $schemas_file\n" unless $has{$1};
}
print $text;
