#!/usr/bin/perl
# No secret is in the sources, and none may be put there by mistake.
use v5.36;
use Test::More;

my $top = $ENV{OPDESK_SRCDIR} // '.';
my @files = split /\0/, qx{git -C $top ls-files -z 2>/dev/null};
plan skip_all => 'this is no checkout' unless @files;

my @shapes = (
	qr/-----BEGIN [A-Z ]*PRIVATE KEY-----/, # PEM
	qr/\bAKIA[0-9A-Z]{16}\b/, qr/\bgh[pousr]_\w{36}/, qr/\bxox[abp]-\w/,
	qr/\bsk_live_\w/, qr/\bnpm_\w{36}\b/, qr/^[^#\n]*:_auth(?:Token)?\s*=/m,
	qr{\b(?:postgres(?:ql)?|https?|smtp)://[^\s/:@'"]+:[^\s/@'"]+@},
);
is_deeply [grep { /\.(?:pem|key|p12|env)$|(?:^|\/)\.env|\.netrc/ } @files], [],
	'no file is of a kind that holds secrets';
for my $file (@files) {
	next if -l "$top/$file" || !-f _;
	my $mode = (stat _)[2];
	open my $in, '<', "$top/$file" or next;
	my $text = do { local $/; <$in> } // '';
	my @found = grep { $text =~ $_ } @shapes;
	ok !@found && !($mode & 0002), "$file holds no secret, nor may all write it"
		or diag @found;
	next unless $file =~ m{^etc/};
	unlike $text, qr/^OPDESK_(?:SECRET|ADMIN_KEY|LLM_KEY)=\S/m,
		'... and sets none';
}
done_testing;
