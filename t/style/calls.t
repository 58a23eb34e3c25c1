#!/usr/bin/perl
# What our C never calls, and what one file alone may.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';

# No length, no error, another process, a global state, or a weak source.
my @never = qw(strcpy strcat sprintf vsprintf gets scanf sscanf fscanf strtok
	atoi atol atof system popen alloca rand random srand drand48 tmpnam mktemp
	setjmp longjmp asctime ctime localtime gmtime
	PQescapeString PQescapeStringConn PQescapeLiteral PQescapeIdentifier
	PQunescapeBytea PQexecParams);
my %only_in = (
	PQexec => 'lib/db.c', # scripts of opdesk, which have no parameters
	getenv => 'lib/conf.c lib/http.c', # settings; CGI variables
	fork => '',
	printf => 'lib/route.c lib/openapi.c sbin/opdesk.c sbin/command_audit.c',
	memcmp => undef, # anywhere, but see below
);
# Not a secret, whatever its name: hashes of lists that their reader has.
my %public = map { $_ => 1 } 'cgi-bin/admin.c hash', 'cgi-bin/admin.c h->hash';

# Comments and strings are blanked, line ends kept.
sub code_of ($file) {
	open my $in, '<', $file or die "$file: $!";
	my $text = do { local $/; <$in> };
	$text =~ s{(/\*.*?\*/)|(//[^\n]*)|("(?:\\.|[^"\\])*")|('(?:\\.|[^'\\])+')}
		{ my $blank = $& =~ s/[^\n]//gr; defined $3 ? qq("$blank") : $blank }gse;
	return $text;
}

for my $file (glob "$top/lib/*.[ch] $top/cgi-bin/*.c $top/sbin/*.c") {
	my ($short) = $file =~ m{^\Q$top\E/(.*)};
	my $code = code_of($file);
	my @found = grep { $code =~ /(?<![\w.>])$_\s*\(/ } @never;
	is "@found", '', "$short calls nothing that is forbidden";
	for my $call (sort grep { defined $only_in{$_} } keys %only_in) {
		next unless $code =~ /(?<![\w.>])$call\s*\(/;
		ok " $only_in{$call} " =~ / \Q$short\E /,
			"$short calls $call, as only \"$only_in{$call}\" may";
	}
	my @secret;
	while ($code =~ /\b(?:str|mem)n?(?:case)?cmp\s*\(([^;]*?)\)\s*(?:[!=]=|[;)&|?])/g) {
		push @secret, grep { /secret|token|hash|mac\b|password/i
			&& !$public{"$short $_"} } $1 =~ /([\w>.-]+)/g;
	}
	is "@secret", '', "$short compares secrets in constant time"
		unless $short eq 'lib/crypto.c';
}
done_testing;
