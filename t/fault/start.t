#!/usr/bin/perl
# A program that cannot serve says so in one line, and does not start.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Test;
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use Time::HiRes qw(time);

my $clinic = clinic(server => 'none');
my $program = "$Opdesk::Cluster::BUILD/cgi-bin/clinic";
my %good = (%{ $clinic->{set} }, PATH => $ENV{PATH}, OPDESK_CONF => '/dev/null',
	REQUEST_METHOD => 'GET', REQUEST_URI => '/api/clinic', REMOTE_ADDR => '127.0.0.1', HTTP_HOST => 'localhost');

# What it says on standard error, its answer, and its exit status.
sub start (%set) {
	my %env = (%good, %set);
	my @env = map { "$_=$env{$_}" } grep { defined $env{$_} } keys %env;
	my $errors = $clinic->dir . '/errors';
	open my $out, '-|', 'env', '-i', @env, 'sh', '-c', "exec $program 2>$errors </dev/null" or die "env: $!";
	my $answer = do { local $/; <$out> } // '';
	close $out;
	my $status = $? >> 8;
	open my $in, '<', $errors or die "$errors: $!";
	return ([ <$in> ], $answer, $status);
}

sub refused_is ($name, $pattern, %set) {
	my ($said, $answer, $status) = start(%set);
	is $status, 1, "$name: it does not start";
	is scalar(@$said), 1, '... says so in one line' or diag @$said;
	like $said->[0] // '', $pattern, '... that names the cause';
	is $answer, '', '... and answers nothing';
}

my ($said, $answer, $status) = start();
is $status, 0, 'with all it needs it serves';
like $answer, qr/^Status: 200/, '... an answer';

refused_is 'no secret', qr/^clinic: OPDESK_SECRET must be set$/, OPDESK_SECRET => undef;
refused_is 'a short secret outside the demo', qr/OPDESK_SECRET is too short/, OPDESK_SECRET => 'k:short', OPDESK_DEMO => 'off', OPDESK_ADMIN_KEY => '';
refused_is 'the demo\'s admin key outside the demo', qr/OPDESK_ADMIN_KEY is too short/, OPDESK_DEMO => 'off';
refused_is 'a switch that is none', qr/OPDESK_DEMO must be on or off/, OPDESK_DEMO => 'maybe';
refused_is 'a file of settings that is not there', qr{/no/such/file}, OPDESK_CONF => '/no/such/file';

$clinic->psql(q(DELETE FROM core.migration WHERE name > '0006'));
refused_is 'a schema that is older than it needs', qr/schema 5, this release needs \d+: run opdesk migrate/;

# Whoever supervises it starts it again at once; that must not fill a disk.
socketpair(my $its, my $ours, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
my $began = time;
my $pid = fork // die "fork: $!";
if (!$pid) {
	open STDIN, '<&', $its or die;
	open STDERR, '>', '/dev/null' or die;
	exec 'env', '-i', "OPDESK_CONF=/no/such/file", $program;
}
waitpid $pid, 0;
cmp_ok time - $began, '>=', 1, 'on a socket it takes its time to refuse';
done_testing;

