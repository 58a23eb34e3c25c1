# database.sh - the private PostgreSQL cluster of a VAR.

SOCKET_PATH_MOST=90 # of 107 bytes, the rest for a socket's name

# Whether VAR itself can hold the database and the sockets.
place_is_good() {
	[ ${#VAR} -le $((SOCKET_PATH_MOST - 4)) ] || return 1
	[ "$(id -u)" != 0 ] ||
		setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$VAR"
}

find_places() {
	local away
	if [ ! -e "$VAR/run" ] && ! place_is_good; then
		away=$(mktemp -d /var/tmp/opdesk.XXXXXX)
		chmod 0711 "$away"
		mkdir "$away/run" "$away/pg.new"
		ln -sfn "$away/run" "$VAR/run"
		ln -sfn "$away/pg" "$VAR/pg"
	fi
	mkdir -p "$VAR/run"
	use_var "$VAR"
	[ -d "$PGDATA" ] || {
		say "making a database cluster"
		"$TOP/dev.d/postgres" init "$PGDATA" "$RUN"
	}
}

remove_places() {
	local away
	if [ -L "$VAR/run" ]; then
		away=$(dirname "$(readlink "$VAR/run")")
		case $away in /var/tmp/opdesk.??????) rm -rf "$away" ;; esac
	fi
	rm -rf "$VAR/run" "$VAR/pg" "$VAR/pg.new"
}

psql_as_superuser() { "$PG_BIN/psql" -X -h "$RUN" -U postgres "$@"; }

wait_for_database() {
	local i
	for ((i = 0; i < 300; i++)); do
		"$PG_BIN/pg_isready" -q -h "$RUN" -U postgres -d postgres && return 0
		sleep 0.1
	done
	tail -n 5 "$VAR/log/postgres.log" >&2
	die "PostgreSQL did not start; see $VAR/log/postgres.log"
}

# Setting up and migrating change nothing the second time; the demo's rows
# come once, since people go on working with them.
prepare_database() {
	local opdesk=$TOP/build/sbin/opdesk
	[ "$(psql_as_superuser -Atc "SELECT 1 FROM pg_database WHERE datname = 'opdesk'" postgres)" = 1 ] ||
		"$PG_BIN/createdb" -h "$RUN" -U postgres opdesk
	"$opdesk" setup >>"$VAR/log/opdesk.log" || die "opdesk setup failed; ./dev up --fresh begins with a new database"
	"$opdesk" migrate >>"$VAR/log/opdesk.log" || die "opdesk migrate failed; ./dev up --fresh begins with a new database"
	[ -e "$VAR/seeded" ] || {
		say "seeding the demo clinic"
		"$opdesk" demo >>"$VAR/log/opdesk.log" || die "opdesk demo failed"
		touch "$VAR/seeded"
	}
}

psql() {
	supervisor postgres >/dev/null || die "no database runs in $VAR; ./dev up starts it"
	exec "$PG_BIN/psql" -h "$RUN" -U postgres -d opdesk "$@"
}

# Without the table there are no messages yet.
outbox() {
	supervisor postgres >/dev/null || die "no database runs in $VAR; ./dev up starts it"
	[ "$(psql_as_superuser -d opdesk -Atc "SELECT to_regclass('core.outbox') IS NOT NULL")" = t ] || return 0
	psql_as_superuser -d opdesk -At <<-'END'
		SELECT json_build_object('channel', channel, 'to', recipient, 'subject', subject,
			'body', body, 'status', status, 'createdAt', created_at)
		FROM core.outbox ORDER BY created_at, id
	END
}
