#!/usr/bin/perl
# Who may listen to what: every role at every topic, its own, another's and
# the clinic's next door (requirements RT-3; security.md M-116).
use v5.36;
use lib 't/lib';
use Opdesk::Neighbour;
use Opdesk::Test;

my $clinic = clinic(hub => 1);
my $next_door = Opdesk::Neighbour->new($clinic);
my $missing = '9999abcd-9999-4999-8999-9999abcdef99';
my $desk = $clinic->as('frontdesk');

sub book ($patient, $doctor) {
	my $res = $desk->post('/api/appointments', { patientId => $DEMO{$patient}, %{ $clinic->free_slot(doctor => $doctor) } });
	return $res->json->{appointment}{id} // die $res->line;
}
my ($ashas, $bilals) = (book('asha', 'meera'), book('bilal', 'arun'));

# For each topic those who may: Meera's and Asha's visit, Arun's and Bilal's.
my @topics = (
	[ 'appointments:all', qw(frontdesk admin) ],
	[ "appointments:dentist:$DEMO{meera}", qw(doctor frontdesk admin) ],
	[ "appointments:dentist:$DEMO{arun}", qw(arun frontdesk admin) ],
	[ "appointments:patient:$DEMO{asha}", qw(patient chatbot frontdesk admin) ],
	[ "appointments:patient:$DEMO{bilal}", qw(bilal frontdesk admin) ],
	[ "appointment:$ashas", qw(doctor patient chatbot frontdesk admin) ],
	[ "appointment:$bilals", qw(arun bilal frontdesk admin) ],
	[ 'profiles', qw(frontdesk admin) ],
	[ 'availability:all', qw(none doctor arun patient bilal chatbot frontdesk admin) ],
	[ "availability:$DEMO{arun}", qw(none doctor arun patient bilal chatbot frontdesk admin) ],
	(map { [$_] } 'appointments:dentist:' . $next_door->id('doctor'), 'appointments:patient:' . $next_door->id('patient'),
		'appointment:' . $next_door->id('appointment'), 'availability:' . $next_door->id('doctor')),
	(map { [$_] } map { "$_:$missing" } qw(appointments:dentist appointments:patient appointment availability)),
);

for my $who (qw(none doctor arun patient bilal chatbot frontdesk admin)) {
	my $live = $clinic->live($who eq 'none' ? () : (token => $clinic->token($who)));
	my (@in, @out, @codes);
	for (@topics) {
		my ($topic, @may) = @$_;
		my $reply = $live->join($topic);
		my $may = grep { $_ eq $who } @may;
		push @{ $may ? \@in : \@out }, $topic if ($reply->{status} eq 'ok') != !!$may;
		my $code = $who eq 'none' && $topic !~ /^availability/ ? 'UNAUTHENTICATED' : 'FORBIDDEN';
		push @codes, "$topic: " . ($reply->{response}{code} // 'none') if !$may && ($reply->{response}{code} // '') ne $code;
	}
	is "@in", '', "$who is let in where they may listen";
	is "@out", '', "... and nowhere else";
	is "@codes", '', '... and is told why';
}

#
# What they get
#

my %live = map { $_ => $clinic->live(token => $clinic->token($_)) } qw(admin doctor arun patient bilal);
$live{stranger} = $clinic->live;
$live{admin}->join('appointments:all');
$live{$_}->join("appointments:dentist:$DEMO{ $_ eq 'doctor' ? 'meera' : 'arun' }") for qw(doctor arun);
$live{patient}->join("appointments:patient:$DEMO{asha}");
$live{bilal}->join("appointments:patient:$DEMO{bilal}");
$live{$_}->join("appointment:$ashas") for qw(doctor patient);
$live{stranger}->join('availability:all');
my $version = $desk->get("/api/appointments/$ashas")->json->{appointment}{version};
status_is $desk->put("/api/appointments/$ashas", { version => $version, notes => 'Between us', reason => 'Tooth' }), 200, 'a visit is changed';
for my $who (qw(admin doctor patient)) {
	my $event = $live{$who}->event('appointment-updated');
	is $event->{appointment}{reason}, 'Tooth', "$who sees it";
	is exists $event->{appointment}{notes}, $who ne 'patient', $who eq 'patient' ? '... without the notes' : '... with the notes';
}
is_deeply [ grep { $_->{event} eq 'broadcast' } map { $_->so_far } @live{qw(arun bilal stranger)} ], [], 'nobody else hears of it';

# It goes to another doctor.
my $to = $clinic->free_slot(doctor => 'arun');
status_is $desk->put("/api/appointments/$ashas", { version => $version + 1, doctorId => $to->{doctorId}, startsAt => $to->{startsAt} }), 200,
	'the visit goes to another doctor';
is_deeply [ @{ $live{doctor}->event('appointment-deleted') }{qw(id version)} ], [ $ashas, $version + 2 ], 'for the first it is gone';
is $live{arun}->event('appointment-updated')->{appointment}{id}, $ashas, 'the second has it';
is $live{doctor}->wait_for(sub ($m) { $m->{event} eq 'phx_close' })->{topic}, "appointment:$ashas", 'the first is out of its own topic';
is $live{doctor}->join("appointment:$ashas")->{response}{code}, 'FORBIDDEN', 'and does not get in again';
is $live{patient}->event('appointment-updated')->{appointment}{doctorId}, $DEMO{arun}, 'the patient stays';

#
# Tokens
#

my $token = $clinic->token('frontdesk');
my %way = (
	'the query' => sub { $clinic->live(query => "token=$token")->join('appointments:all') },
	'the query, as Supabase names it' => sub { $clinic->live(query => "apikey=$token")->join('appointments:all') },
	'the payload of the join' => sub { $clinic->live->join('appointments:all', { access_token => $token }) },
	'the cookie, from our own page' => sub { $clinic->live(cookie => $token, origin => $clinic->url)->join('appointments:all') },
	'the payload beside another key' => sub { $clinic->live(query => 'apikey=anon')->join('appointments:all', { access_token => $token }) },
);
is $way{$_}->()->{status}, 'ok', "a token comes in $_" for sort keys %way;
is $clinic->live(cookie => $token)->join('appointments:all')->{response}{code}, 'UNAUTHENTICATED', 'the cookie counts for nothing without an Origin';
my $foreign = $clinic->live(cookie => $token, origin => 'https://evil.test');
is $foreign->status, 403, 'and from another site it is refused before there is a connection';
like $foreign->{head} . $foreign->read_until('}'), qr/"code":"CSRF"/, '... in the usual form';
is $clinic->live(origin => 'https://other.test', query => "token=$token")->join('appointments:all')->{status}, 'ok',
	'a page of another site may use a token that it has';
is $clinic->live(query => 'token=a.b.c')->join('availability:all')->{response}{code}, 'UNAUTHENTICATED', 'who comes with a bad token is no stranger';
is $clinic->live(cookie => 'a.b.c', origin => $clinic->url)->join('availability:all')->{status}, 'ok', 'an old cookie does no harm to what is public';
is $clinic->live->join('availability:all', { access_token => 'a.b.c' })->{response}{code}, 'UNAUTHENTICATED', 'a bad token in a join is refused';
is $clinic->live->join('kitchen')->{response}{code}, 'NOT_FOUND', 'there is no such topic';
is $clinic->live(path => '/realtime/v1/nowhere')->status, 404, 'nor such a path';
is $clinic->live(vsn => '7')->status, 400, 'nor such a version of the protocol';

#
# The end of a session
#

my $out = $clinic->as('admin');
my $cut = $clinic->live(token => $out->token);
$cut->join('appointments:all');
my $stays = $clinic->live(token => $clinic->token('admin'));
$stays->join('appointments:all');
my $left = time;
status_is $out->post('/api/auth/logout'), 204, 'somebody signs out';
is $cut->code, 4401, 'and their connection is cut';
cmp_ok time - $left, '<=', 2, '... within two seconds';
is $clinic->live(token => $out->token)->join('appointments:all')->{response}{code}, 'UNAUTHENTICATED', 'and does not come back';
is $stays->join('profiles')->{status}, 'ok', 'another session of that account stays';

my $arun = $clinic->live(token => $clinic->token('arun'));
$arun->join("appointments:dentist:$DEMO{arun}");
$clinic->psql("UPDATE auth.account SET disabled = true WHERE doctor_id = '$DEMO{arun}'");
is $arun->code, 4401, 'who loses their account is cut off';

my %claims = (sub => $clinic->account('admin')->{id}, role => 'admin', iat => time);
my ($session) = $clinic->rows("SELECT id FROM auth.session WHERE account_id = '$claims{sub}' AND revoked_at IS NULL LIMIT 1");
my $sign = sub ($exp) { $clinic->sign({ %claims, sid => $session->{id}, sec => MIME::Base64::encode_base64url("secret of $claims{sub}"), exp => $exp }) };
my ($renews, $forgets) = map { $clinic->live(token => $sign->(time + 2)) } 1, 2;
$_->join('appointments:all') for $renews, $forgets;
is $renews->call('appointments:all', 'access_token', { access_token => $sign->(time + 600) })->{status}, 'ok', 'a token is renewed in place';
is $renews->call('appointments:all', 'access_token', { access_token => $clinic->token('frontdesk') })->{response}{code}, 'FORBIDDEN',
	'but by nobody else\'s';
is $forgets->code, 4401, 'a connection whose token runs out is closed';
is $forgets->wait_for(sub ($m) { $m->{event} eq 'phx_close' })->{topic}, 'appointments:all', '... after it was told on its topics';
is $renews->join('profiles')->{status}, 'ok', 'the renewed one goes on';

done_testing;
