# packages.sh - what opdesk is built from and runs on, and how to get it.
#
# A line: what for, how to see that it is there, which Debian package has it.
# What for: up (build and run), pages (what build_pages needs), check (all tests),
# bench.

needed() {
	cat <<-END
		up    command autoconf                autoconf
		up    command automake                automake
		up    command gcc                     build-essential
		up    command make                    build-essential
		up    command pkg-config              pkg-config
		up    library fcgi                    libfcgi-dev
		up    library libpq                   libpq-dev
		up    library json-c                  libjson-c-dev
		up    library openssl                 libssl-dev
		up    library libcurl                 libcurl4-openssl-dev
		up    file    /usr/include/argon2.h   libargon2-dev
		up    library liboath                 liboath-dev
		up    library libqrencode             libqrencode-dev
		up    library libical                 libical-dev
		up    library libwebsockets           libwebsockets-dev
		up    file    /usr/include/ev.h       libev-dev
		up    file    $PG_BIN/postgres        postgresql-15
		up    command nginx                   nginx-light
		up    command spawn-fcgi              spawn-fcgi
		up    command multiwatch              multiwatch
		up    command setpriv                 util-linux
		pages command node                    nodejs
		pages command npm                     npm
		pages file    /etc/ssl/certs/ca-certificates.crt ca-certificates
		bench command wrk                     wrk
		bench file    /usr/lib/nginx/modules/ngx_nchan_module.so libnginx-mod-nchan
		check command prove                   perl
		check file    /usr/share/postgresql/15/extension/pgtap.control postgresql-15-pgtap
		check command clang                   clang
		check file    /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux libclang-rt-14-dev
		check command clang-format            clang-format
		check command mandoc                  mandoc
		check command git                     git
		check command pgbouncer               pgbouncer
		check command faketime                faketime
		check command chromium                chromium
		check file    /usr/lib/apache2/modules/mod_cgi.so apache2-bin
		check file    /etc/mime.types         media-types
	END
}

is_there() { # KIND WHAT
	case $1 in
	command) command -v "$2" >/dev/null || [ -x "/usr/sbin/$2" ] ;;
	library) pkg-config --exists "$2" 2>/dev/null ;;
	file) [ -e "$2" ] ;;
	esac
}

missing_packages() { # PURPOSE…
	local purpose kind what package
	needed | while read -r purpose kind what package; do
		case " $* " in *" $purpose "*) ;; *) continue ;; esac
		is_there "$kind" "$what" || echo "$package"
	done | sort -u
}

# New packages must not start services of their own beside ours, nor make a
# database cluster that nobody asked for.
without_services() {
	local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf
	local made=() status=0
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made+=("$policy")
	fi
	if [ ! -e "$cluster" ]; then
		mkdir -p "${cluster%/*}"
		echo 'create_main_cluster = false' >"$cluster"
	fi
	"$@" || status=$?
	[ ${#made[@]} = 0 ] || rm -f "${made[@]}"
	return $status
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 \
		-o Dpkg::Options::=--force-confold "$@" </dev/null
}

install_packages() { # PACKAGE…
	local log
	log=$(mktemp /tmp/opdesk-packages.XXXXXX)
	say "installing $# packages and what they need: $*"
	if apt update >"$log" 2>&1 &&
		without_services apt install --no-install-recommends "$@" 2>&1 | tee -a "$log" |
		awk '/^Unpacking/ && ++n % 50 == 0 { print "  " n " packages unpacked"; fflush() }
			/^Setting up/ && ++m % 50 == 0 { print "  " m " packages set up"; fflush() }' >&2; then
		rm -f "$log"
	else
		die "the packages could not be installed; what apt said is in $log"
	fi
}

# Nothing to do is the usual case and costs some milliseconds.
have_packages() { # PURPOSE…
	local missing
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	missing=$(echo $missing)
	command -v apt-get >/dev/null ||
		die "missing: $missing (opdesk is developed on Debian 12)"
	[ "$(id -u)" = 0 ] ||
		die "missing packages; as root: apt-get install $missing"
	install_packages $missing
	missing=$(missing_packages "$@")
	[ -z "$missing" ] || die "still missing after installing: $missing"
}
