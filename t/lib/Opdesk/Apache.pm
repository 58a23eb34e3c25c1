# Opdesk::Apache - plain shared hosting: no daemon but Apache, the programs as
# CGI, one process a request, told what to do by etc/htaccess alone.
package Opdesk::Apache;

use v5.36;
use IO::Socket::INET;
use Opdesk::Process;
use Time::HiRes qw(sleep time);

my @modules = qw(mpm_prefork authz_core dir mime env setenvif rewrite headers cgi);

sub is_installed { -x '/usr/sbin/apache2' && -e '/usr/lib/apache2/modules/mod_cgi.so' }

# Serves dir/site on the port.  Apache does not run its programs as root, so
# then user postgres is the customer, to whom all of dir belongs: copies, since
# a checkout may be out of their reach.
sub start ($class, %o) {
	my ($dir, $top, $build) = @o{qw(dir top build)};
	mkdir "$dir/site" or die "$dir/site: $!";
	system('cp', '-r', glob("$top/www/dist/*"), "$dir/site/") if -d "$top/www/dist";
	mkdir "$dir/site/cgi-bin" or die "$dir/site/cgi-bin: $!";
	system('cp', (map { "$build/cgi-bin/$_" } @{ $o{programs} }), "$dir/site/cgi-bin/") == 0 or die "no programs\n";
	write_file("$dir/site/.htaccess", read_file("$top/etc/htaccess") =~ s{^SetEnv OPDESK_CONF \K\S+}{$dir/opdesk.conf}mr);
	write_file("$dir/apache.conf", config(%o));
	my @customer;
	if ($> == 0) {
		system('chown', '-R', 'postgres:', $dir) == 0 or die "chown $dir\n";
		@customer = qw(setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig TERM);
	}
	my $process = Opdesk::Process->start(command => [ @customer, 'apache2', '-d', $dir, '-f', "$dir/apache.conf", '-DFOREGROUND' ],
		log => "$dir/log/start.log", env => { map { $_ => undef } grep { /^OPDESK_/ } keys %ENV });
	my $deadline = time + 10;
	until (IO::Socket::INET->new(PeerAddr => "127.0.0.1:$o{port}")) {
		die 'Apache does not start: ' . read_file("$dir/log/start.log") if time > $deadline || !$process->is_running;
		sleep 0.01;
	}
	return $process;
}

# A host's server: what customers cannot change, and what it lets them.
sub config (%o) {
	return join('', map { "LoadModule ${_}_module /usr/lib/apache2/modules/mod_$_.so\n" } @modules) . <<~END;
		ServerName localhost
		Listen 127.0.0.1:$o{port}
		PidFile $o{dir}/run/apache.pid
		ErrorLog $o{dir}/log/apache.log
		LogLevel warn
		TypesConfig /etc/mime.types
		StartServers 2
		MaxRequestWorkers 16
		DocumentRoot $o{dir}/site
		<Directory />
			AllowOverride None
			Require all denied
		</Directory>
		<Directory $o{dir}/site>
			AllowOverride AuthConfig FileInfo Options=ExecCGI,Indexes
			Options FollowSymLinks
			Require all granted
		</Directory>
		END
}

sub read_file ($path) {
	open my $in, '<', $path or die "$path: $!";
	local $/;
	return <$in> // '';
}

sub write_file ($path, $text) {
	open my $out, '>', $path or die "$path: $!";
	print $out $text;
	close $out or die "$path: $!";
}

1;
