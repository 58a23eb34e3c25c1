#!/usr/bin/perl
# Behind PgBouncer in transaction mode, whose server connections many share,
# everybody still is who they are: nothing of a request outlives it.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Opdesk::Parallel;
use Opdesk::Pooler;
use Opdesk::Test;

plan skip_all => 'PgBouncer is not installed' unless Opdesk::Pooler->is_installed;

my $clinic = clinic(pooler => 1);

my $wish = $clinic->free_slot;
my $hold = $clinic->visitor->post('/api/reservations', $wish);
status_is $hold, 201, 'a time can be held';
my $made = $clinic->visitor->post('/api/appointments', { name => 'Pooled', phone => '9800000700',
	reservationId => $hold->json->{id}, reservationToken => $hold->json->{token} });
status_is $made, 201, 'and booked';
my $id = $made->json->{appointment}{id};
my %total = map { $_ => $clinic->psql("SELECT count(*) FROM core.appointment WHERE NOT is_deleted" .
	($_ eq 'doctor' ? " AND doctor_id = '$DEMO{meera}'" : '')) } qw(admin doctor);

my %token = map { $_ => $clinic->token($_) } qw(admin doctor patient);
my @told = at_once(8, sub ($n) {
	my %wrong;
	for my $k (1 .. 12) {
		my $who = (qw(admin doctor patient nobody))[ ($n + $k) % 4 ];
		my $client = $who eq 'nobody' ? $clinic->visitor : $clinic->client(token => $token{$who});
		if ($who eq 'nobody') {
			$wrong{nobody}++ if $client->get("/api/appointments/$id")->status != 401;
		} elsif ($who eq 'patient') {
			$wrong{patient}++ if $client->get("/api/appointments/$id")->status != 404;
		} else {
			my $res = $client->post('/api/admin/appointments/sync', { knownVersions => {}, clientGlobalHash => '' });
			$wrong{$who}++ if ($res->json->{count} // -1) != $total{$who};
		}
	}
	return \%wrong;
});
is_deeply \@told, [ map { {} } 1 .. 8 ], 'on shared connections everybody sees their own rows and no others';
is $clinic->log_of('pgbouncer') =~ /prepared statement/ ? 1 : 0, 0, 'and nothing was prepared';
done_testing;
