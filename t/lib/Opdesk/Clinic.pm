# Opdesk::Clinic - a whole opdesk for one test file: a database copied from
# the template, the programs, and an nginx in front of them.
package Opdesk::Clinic;

use v5.36;
use Digest::SHA qw(hmac_sha256 sha256_hex);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use Opdesk::Apache;
use Opdesk::Client;
use Opdesk::Cluster;
use Opdesk::Live;
use Opdesk::Pooler;
use Opdesk::Process;
use Opdesk::Sql;
use Opdesk::Stream;

my $TOP = $Opdesk::Cluster::TOP;
my $BUILD = $Opdesk::Cluster::BUILD;
my @alive;

# The demo's rows have fixed ids (sql/demo.sql).
my $ID = '00000000-0000-4000-8000-0000000000';
our %DEMO = (
	clinic => "${ID}01", meera => "${ID}d1", arun => "${ID}d2", consultation => "${ID}a1", followup => "${ID}a2",
	physiotherapy => "${ID}a3", asha => "${ID}b1", bilal => "${ID}b2", chitra => "${ID}b3",
);

# programs: names, all if not said; hub => 1: with the hub; set: { OPDESK_X => … }; prepare: 'off';
# workers: of each program (2); server: 'apache' for plain CGI under Apache,
# also by OPDESK_TEST_SERVER for a whole run, or 'none' for the database alone;
# pooler => 1: behind PgBouncer, also by OPDESK_TEST_POOLER;
# beside => another: a second node, on that one's database; clock => '+3600':
# by that many seconds its programs' clock is off.
sub new ($class, %o) {
	state $n = 0;
	my $cluster = Opdesk::Cluster->find;
	my $template = $cluster->template;
	my $self = bless { cluster => $cluster, database => $o{beside} ? $o{beside}{database} : join('_', 'opdesk', $$, ++$n), owner => $$,
		beside => $o{beside}, clock => $o{clock}, given => {}, processes => {} }, $class;
	$self->{dir} = tempdir('opdesk-XXXXXX', TMPDIR => 1);
	push @alive, $self;
	mkdir "$self->{dir}/$_" or die "$self->{dir}: $!" for qw(run log);
	$cluster->psql('postgres', "CREATE DATABASE $self->{database} TEMPLATE $template STRATEGY file_copy") unless $o{beside};
	$self->{programs} = $o{programs} // [ map { m{([^/]+)\.c$} } sort glob "$TOP/cgi-bin/*.c" ];
	$self->{workers} = $o{workers} // 2;
	$self->listen_on_a_free_port;
	$self->start_pooler if $o{pooler} // $ENV{OPDESK_TEST_POOLER};
	$self->write_settings(%o);
	$self->{server} = $o{server} // $ENV{OPDESK_TEST_SERVER} // 'nginx';
	if ($self->{server} eq 'apache') {
		$self->start_apache;
	} elsif ($self->{server} eq 'nginx') {
		$self->start_program($_) for @{ $self->{programs} };
		$self->start_hub if $o{hub};
		$self->start_nginx;
	}
	return $self;
}

# The kernel chooses, and nginx inherits the socket (nginx's variable NGINX),
# so nobody else can take the port in between.  It must not block: nginx leaves
# an inherited socket as it is, and a worker that comes second would wait in
# accept() with all its other connections.
sub listen_on_a_free_port ($self) {
	$self->{listener} = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 511, ReuseAddr => 1, Blocking => 0)
		or die "no free port: $@";
	$self->{port} = $self->{listener}->sockport;
	$self->{url} = "http://127.0.0.1:$self->{port}";
}

sub write_settings ($self, %o) {
	my %set = ($self->{cluster}->settings($self->{database}), OPDESK_BASE_URL => $self->{url},
		OPDESK_METRICS => "$self->{dir}/run/metrics", OPDESK_DB_PREPARE => $o{prepare} // 'on', %{ $o{set} // {} });
	my %pooled = !$self->{processes}{pooler} || $o{set}{OPDESK_DB} ? () : (OPDESK_DB_PREPARE => 'off',
		OPDESK_DB => Opdesk::Pooler->conninfo($self->{dir}, $self->{database}, 'opdesk_web'));
	$self->{set} = \%set;
	write_conf("$self->{dir}/hub.conf", %set);
	write_conf("$self->{dir}/opdesk.conf", %set, %pooled);
}

sub write_conf ($path, %set) {
	open my $out, '>', $path or die "$path: $!";
	chmod 0600, $out;
	print $out map { "$_=$set{$_}\n" } sort keys %set;
	close $out or die "$path: $!";
}

sub start_pooler ($self) {
	my ($host) = $self->conninfo =~ /host=(\S+)/;
	$self->{processes}{pooler} = Opdesk::Pooler->start(dir => $self->{dir}, host => $host, database => $self->{database},
		users => [qw(opdesk_web opdesk_signin opdesk_worker)]);
}

# Of its programs: none of our settings, and the clock that they believe.
sub environment ($self) {
	my %env = map { $_ => undef } grep { /^OPDESK_/ } keys %ENV;
	%env = (%env, LD_PRELOAD => faketime(), FAKETIME => $self->{clock}, FAKETIME_DONT_FAKE_MONOTONIC => 1) if $self->{clock};
	return %env;
}

# Of Debian's package faketime, if it is here.
sub faketime { (glob '/usr/lib/*/faketime/libfaketime.so.1')[0] }

# A program listens before it runs, so the first request waits for it.
sub start_program ($self, $name) {
	my $path = "$self->{dir}/run/$name.sock";
	unlink $path;
	my $socket = IO::Socket::UNIX->new(Local => $path, Listen => 511) or die "$path: $!";
	$self->{processes}{$name} = Opdesk::Process->start(
		command => [ '/usr/bin/multiwatch', '-f', $self->{workers}, '-r', 1_000_000, '-s', 'TERM', '--', "$BUILD/cgi-bin/$name" ],
		stdin => $socket, log => "$self->{dir}/log/$name.log", env => { $self->environment, OPDESK_CONF => "$self->{dir}/opdesk.conf" });
}

# One more under another name listens elsewhere: hub2 at run/hub2.sock.
sub start_hub ($self, $name = 'hub') {
	my $path = "$self->{dir}/run/$name.sock";
	unlink $path;
	my $socket = IO::Socket::UNIX->new(Local => $path, Listen => 511) or die "$path: $!";
	$self->{processes}{$name} = Opdesk::Process->start(command => [ "$BUILD/sbin/opdesk-hub", '-n', $name ],
		stdin => $socket, log => "$self->{dir}/log/$name.log", env => { $self->environment, OPDESK_CONF => "$self->{dir}/hub.conf" });
}

# A live connection; token, origin, cookie, query; hub: by its name, past nginx.
sub live ($self, %o) {
	my $hub = delete $o{hub};
	return Opdesk::Live->new(url => $self->{url}, $hub ? (socket => "$self->{dir}/run/$hub.sock") : (), %o);
}

sub stream ($self, $topics, %o) { Opdesk::Stream->new(url => $self->{url}, topics => $topics, %o) }

sub start_nginx ($self) {
	my $dir = $self->{dir};
	local @ENV{ grep { /^OPDESK_/ } keys %{ $self->{set} } } = @{ $self->{set} }{ grep { /^OPDESK_/ } keys %{ $self->{set} } };
	system("$TOP/nginx/render", '--own', "$dir/nginx", "127.0.0.1:$self->{port}", "$dir/run", "$dir/log", "$TOP/www/dist",
		map { "$BUILD/cgi-bin/$_" } @{ $self->{programs} }) == 0 or die "nginx/render failed\n";
	$self->{processes}{nginx} = Opdesk::Process->start(
		command => [ 'nginx', '-e', "$dir/log/nginx.log", '-p', "$dir/nginx", '-c', "$dir/nginx/nginx.conf" ],
		log => "$dir/log/nginx.log", keep => $self->{listener}, env => { NGINX => fileno($self->{listener}) . ';' });
}

sub start_apache ($self) {
	close delete $self->{listener};
	$self->{processes}{apache} = Opdesk::Apache->start(top => $TOP, build => $BUILD, map { $_ => $self->{$_} } qw(dir port programs));
}

# Stop and start again; the name is a program's or nginx.
sub stop ($self, $name) { $self->{processes}{$name}->stop }
sub process ($self, $name) { $self->{processes}{$name} }

# The process ids of a program's workers.
sub workers ($self, $name) {
	my $pid = ($self->{processes}{$name} // return)->pid;
	open my $in, '<', "/proc/$pid/task/$pid/children" or return;
	return split ' ', <$in> // '';
}

sub server ($self) { $self->{server} }
sub url ($self) { $self->{url} }
sub port ($self) { $self->{port} }
sub dir ($self) { $self->{dir} }
sub database ($self) { $self->{database} }
sub conninfo ($self, $user = 'postgres') { $self->{cluster}->conninfo($self->{database}, $user) }

# What a program or nginx (access.log) has said so far.
sub log_of ($self, $name) {
	open my $in, '<', "$self->{dir}/log/$name" . ($name =~ /\./ ? '' : '.log') or return '';
	local $/;
	return <$in> // '';
}

sub opdesk ($self, @args) { $self->{cluster}->opdesk($self->{database}, @args) }

#
# The database
#

# As superuser, who sees every row; or as somebody else.  The connection stays
# open for the next question; a forked test gets its own.
sub psql ($self, $sql, %o) {
	my $open = $self->{sql}{$$} //= {};
	my $user = $o{user} // 'postgres';
	for my $try (1, 2) {
		my $connection = $open->{$user} //= Opdesk::Sql->new($self, user => $user);
		my $text = eval { $connection->run($sql) };
		return $text if defined $text;
		die $@ if $try == 2 || !$connection->is_lost;
		delete $open->{$user};
	}
}

# The rows of a query, as hashes.
sub rows ($self, $sql, %o) {
	my $text = $self->psql("SELECT coalesce(json_agg(r), '[]') FROM ($sql) r", %o);
	return @{ JSON::PP->new->utf8->decode($text) };
}

# Time does not pass in a test; rows grow older instead.
my %aged = (
	hold => q(UPDATE core.slot SET expires_at = expires_at - %1$s WHERE state = 'hold'),
	lock => q(UPDATE core.lock SET acquired_at = acquired_at - %1$s, expires_at = expires_at - %1$s WHERE account_id IS NOT NULL),
	session => q(UPDATE auth.session SET created_at = created_at - %1$s, expires_at = expires_at - %1$s),
	refresh => q(UPDATE auth.refresh SET used_at = used_at - %1$s, expires_at = expires_at - %1$s),
);

sub age ($self, %seconds) {
	for my $what (sort keys %seconds) {
		my $sql = $aged{$what} // die "nobody knows how to age a $what\n";
		$self->psql(sprintf $sql, "make_interval(secs => $seconds{$what})");
	}
}

# The database goes away, as when its machine does, and comes back.
sub cut_database ($self) {
	$self->{cluster}->psql('postgres', "ALTER DATABASE $self->{database} ALLOW_CONNECTIONS false");
	$self->{cluster}->psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$self->{database}'");
}

sub restore_database ($self) {
	$self->{cluster}->psql('postgres', "ALTER DATABASE $self->{database} ALLOW_CONNECTIONS true");
}

#
# People
#

sub client ($self, %o) { Opdesk::Client->new(url => $self->{url}, %o) }

# A stranger; browser => 1 for one with cookies and an origin.
sub visitor ($self, %o) { $self->client(%o) }

# Signed in with the password that all staff of the demo have.
sub staff ($self, $email, %o) {
	return $self->sign_in('/api/auth/login', { email => $email, password => 'correct horse battery staple' }, %o);
}

sub admin_key ($self, %o) { $self->sign_in('/api/auth/admin-key', { adminKey => 'opdesk-demo-admin-key' }, %o) }

sub sign_in ($self, $path, $body, %o) {
	my $client = $self->client(%o);
	my $res = $client->post($path, $body);
	die 'no sign-in: ' . $res->line . "\n" if $res->status != 200;
	$client->{token} = $res->json->{accessToken} unless $client->{browser};
	return $client;
}

# A session of that role, made in the database and not by signing in: 'admin',
# 'frontdesk', 'doctor' (Meera), 'patient' (Asha), or a name: 'arun', 'bilal'.
# 'chatbot' serves Asha.
# 'none' is a stranger.
sub as ($self, $who, %o) {
	return $self->visitor(%o) if $who eq 'none';
	return $self->client(%o, token => $self->token($who));
}

sub token ($self, $who) {
	my $account = $self->account($who eq 'chatbot' ? 'patient' : $who);
	return $self->session(account => $account->{id}, $who eq 'chatbot' ? (role => 'chatbot') : ());
}

# A session of that account, as its token; role: another than the account's.
sub session ($self, %o) {
	my $secret = "secret of $o{account}";
	my ($session, $role) = split /\|/, $self->psql(sprintf q(INSERT INTO auth.session (clinic_id, account_id, role, doctor_id, patient_id, secret_hash, expires_at)
		SELECT clinic_id, id, %s, doctor_id, patient_id, '\x%s', now() + interval '2 hours' FROM auth.account WHERE id = '%s' RETURNING id, role),
		$o{role} ? "'$o{role}'" : 'role', sha256_hex($secret), $o{account});
	return $self->sign({ sub => $o{account}, sid => $session, role => $role, sec => encode_base64url($secret), iat => time, exp => time + 7200 });
}

# A token with these claims, signed as the programs sign (lib/jwt.c).
sub sign ($self, $claims, $header = undef) {
	my ($kid, $key) = $self->{set}{OPDESK_SECRET} =~ /^(\w+):(\S+)/;
	my $text = encode_base64url($header // qq({"alg":"HS256","kid":"$kid","typ":"JWT"})) . '.'
		. encode_base64url(JSON::PP->new->utf8->canonical->encode($claims));
	return "$text." . encode_base64url(hmac_sha256($text, $key));
}

my %person = (
	admin => q(email = 'admin@opdesk.test'), frontdesk => q(email = 'desk@opdesk.test'),
	doctor => "doctor_id = '$DEMO{meera}'", patient => "patient_id = '$DEMO{asha}'",
	(map { $_ => "doctor_id = '$DEMO{$_}'" } qw(meera arun)), (map { $_ => "patient_id = '$DEMO{$_}'" } qw(asha bilal chitra)),
);

# A patient of the demo has an account from the first sign-in on, or from here.
sub account ($self, $who) {
	my $which = $person{$who} // die "nobody is called $who\n";
	my ($found) = $self->rows("SELECT id, role FROM auth.account WHERE clinic_id = '$DEMO{clinic}' AND $which");
	return $found if $found;
	$self->psql("INSERT INTO auth.account (clinic_id, role, patient_id) VALUES ('$DEMO{clinic}', 'patient', '$DEMO{$who eq 'patient' ? 'asha' : $who}')");
	return $self->account($who);
}

# A time that nobody has and no earlier call gave: { doctorId, serviceId,
# startsAt }.  doctor and service by name, day as days from today (from 1 on).
sub free_slot ($self, %o) {
	my $doctor = $DEMO{ $o{doctor} // 'meera' } // $o{doctor};
	my $service = $DEMO{ $o{service} // 'consultation' } // $o{service};
	my $today = $self->psql("SELECT (now() AT TIME ZONE '$self->{set}{OPDESK_CLINIC_TIME_ZONE}')::date");
	my ($from, $to) = map { $self->psql("SELECT date '$today' + $_") } defined $o{day} ? ($o{day}) x 2 : (1, 14);
	my $res = $self->visitor->get("/api/availability/$doctor?from=$from&to=$to&serviceId=$service");
	for my $slot (@{ $res->json->{slots} // [] }) {
		next if $self->{given}{"$doctor $slot->{startsAt}"}++;
		return { doctorId => $doctor, serviceId => $service, startsAt => $slot->{startsAt} };
	}
	die "no free slot from $from to $to: " . $res->line . "\n";
}

#
# The end
#

# What a sanitizer or an assertion said; a test file with it has failed.
sub alarms ($self) {
	return map { my $name = m{([^/]+)$}; my $text = $self->log_of($1);
		$text =~ /^(.*(?:ERROR: \w+Sanitizer|runtime error:|Assertion .* failed|AddressSanitizer:).*)$/m ? "$1: $2" : () }
		glob "$self->{dir}/log/*.log";
}

sub shut ($self) {
	return if $self->{owner} != $$ || !$self->{dir};
	Opdesk::Process::end_all(values %{ $self->{processes} });
	delete $self->{sql};
	eval { $self->{cluster}->psql('postgres', "DROP DATABASE $self->{database} WITH (FORCE)") } unless $self->{beside};
	remove_tree($self->{dir});
	delete $self->{dir};
	@alive = grep { $_ != $self } @alive;
}

END {
	my $status = $?;
	for my $clinic (my @mine = grep { $_->{owner} == $$ } @alive) {
		Opdesk::Process::end_all(values %{ $clinic->{processes} });
		my @alarms = $clinic->alarms;
		print STDERR "# $_\n" for @alarms;
		$status ||= 1 if @alarms;
		$clinic->shut;
	}
	$? = $status;
}

1;
