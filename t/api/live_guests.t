#!/usr/bin/perl
# Two people with one appointment open see each other: who is there, and where
# the other's cursor is (LOCK-7, RT-9).
use v5.36;
use lib 't/lib';
use Opdesk::Test;

my $clinic = clinic(hub => 1);
my $desk = $clinic->as('frontdesk');
my $id = $desk->post('/api/appointments', { patientId => $DEMO{asha}, %{ $clinic->free_slot } })->json->{appointment}{id};
my $topic = "appointment:$id";
my %account = map { $_ => $clinic->account($_)->{id} } qw(admin frontdesk doctor);
my ($admin, $doctor) = map { $clinic->live(token => $clinic->token($_)) } qw(admin doctor);
my $old = $clinic->live(token => $clinic->token('frontdesk'), vsn => '1.0.0');
my $prefixed = $clinic->live(token => $clinic->token('frontdesk'));

sub cursor ($x, $y = 7) { ({ type => 'broadcast', event => 'cursor-position', payload => { position => { x => $x, y => $y } } }) }
sub presence ($live, $kind) { $live->wait_for(sub ($m) { $m->{event} eq "presence_$kind" })->{payload} }

#
# Presence
#

$_->join($topic) for $admin, $doctor, $old;
$prefixed->join("realtime:$topic");
is_deeply presence($_, 'state'), {}, 'at first nobody shows themselves' for $admin, $doctor, $old, $prefixed;
is $admin->call($topic, 'presence', { type => 'presence', event => 'track', payload => { page => 'panel', userInfo => { name => 'Somebody else' } } })
	->{status}, 'ok', 'one does';
for my $live ($admin, $doctor, $old, $prefixed) {
	my $diff = presence($live, 'diff');
	my ($meta) = @{ $diff->{joins}{ $account{admin} }{metas} };
	is_deeply [ $meta->{page}, $meta->{userInfo}{email}, $diff->{leaves} ], [ 'panel', 'admin@opdesk.test', {} ],
		'and everybody hears who it is, from us';
}
my $late = $clinic->live(token => $clinic->token('admin'));
$late->join($topic);
is_deeply [ keys %{ presence($late, 'state') } ], [ $account{admin} ], 'who comes later is told who is there';
$late->call($topic, 'presence', { type => 'presence', event => 'track', payload => { page => 'list' } });
is_deeply [ keys %{ presence($doctor, 'diff')->{joins} } ], [ $account{admin} ], 'the same person a second time';
my $third = $clinic->live(token => $clinic->token('doctor'));
$third->join($topic);
is scalar @{ presence($third, 'state')->{ $account{admin} }{metas} }, 2, '... is one with two places';
$late->close;
is presence($doctor, 'diff')->{leaves}{ $account{admin} }{metas}[0]{page}, 'list', 'whose connection ends is gone';
$admin->call($topic, 'presence', { type => 'presence', event => 'untrack' });
is presence($doctor, 'diff')->{leaves}{ $account{admin} }{metas}[0]{page}, 'panel', 'and so is who says so';

#
# Cursors
#

$doctor->so_far;
$admin->tell($topic, 'broadcast', cursor(1));
my $seen = $doctor->event('cursor-position', $topic);
is_deeply [ @$seen{qw(appointmentId userId position)} ], [ $id, $account{admin}, { x => 1, y => 7 } ], 'a cursor is seen by the others';
is $seen->{userInfo}{name}, 'Asmita Kulkarni', '... with its owner\'s name';
like $seen->{color}, qr/^#[0-9a-f]{6}$/, '... and a colour';
is_deeply $prefixed->event('cursor-position', "realtime:$topic")->{position}, { x => 1, y => 7 }, '... whatever they call the topic';
is_deeply $old->event('cursor-position', $topic)->{position}, { x => 1, y => 7 }, '... and whatever version they speak';
is scalar(grep { $_->{event} eq 'broadcast' } $admin->so_far), 0, 'its owner is not told';

$admin->tell($topic, 'broadcast', cursor($_)) for 2 .. 12;
my @seen;
do { push @seen, $doctor->event('cursor-position')->{position}{x} } until $seen[-1] == 12;
cmp_ok scalar @seen, '<', 6, 'a hand that moves fast is shown now and then' or diag "@seen";
is $seen[-1], 12, '... and where it came to rest';

is $admin->call($topic, 'broadcast', { %{ +cursor(1) }, payload => { position => $_->[1] } })->{response}{code}, 'VALIDATION_ERROR', $_->[0] . ' is no position'
	for [ 'a word', 'here' ], [ 'half of one', { x => 1 } ], [ 'three numbers', { x => 1, y => 2, z => 3 } ], [ 'text', { x => '1', y => '2' } ];
is $admin->call($topic, 'broadcast', { type => 'broadcast', event => 'appointment-deleted', payload => { id => $id } })->{response}{code}, 'FORBIDDEN',
	'clients tell nothing but cursors';
is $clinic->live(token => $clinic->token('admin'))->call($topic, 'broadcast', cursor(1))->{response}{code}, 'NOT_FOUND', 'and only where they are';
my $hours = $clinic->live;
$hours->join('availability:all');
is $hours->call('availability:all', 'broadcast', cursor(1))->{response}{code}, 'FORBIDDEN', 'not on a topic that is public';
is $hours->call('availability:all', 'presence', { type => 'presence', event => 'track', payload => {} })->{response}{code}, 'FORBIDDEN',
	'nor does anybody show themselves there';

$doctor->tell($topic, 'broadcast', cursor(5));
$admin->event('cursor-position');
$doctor->leave($topic);
is $admin->event('cursor-position')->{position}, undef, 'who leaves takes the cursor along';
$third->tell($topic, 'broadcast', cursor(9));
$admin->event('cursor-position');
is $admin->event('cursor-position', $topic, 15)->{position}, undef, 'one that rests for ten seconds is gone';

done_testing;
