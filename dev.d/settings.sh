# settings.sh - VAR/opdesk.conf: defaults of the demo, then what the caller's
# environment has, then every --set, which is remembered for the next time.

demo_settings() {
	cat <<-END
		OPDESK_DB=host=$RUN dbname=opdesk user=opdesk_web
		OPDESK_DB_ADMIN=host=$RUN dbname=opdesk user=postgres
		OPDESK_SECRET=$(cat "$VAR/secret")
		OPDESK_ADMIN_KEY=opdesk-demo-admin-key
		OPDESK_BASE_URL=http://127.0.0.1:$PORT
		OPDESK_CLINIC_TIME_ZONE=Asia/Kolkata
		OPDESK_DEMO=on
		OPDESK_DEVICE_APPROVAL=off
		OPDESK_ADMIN_MFA=off
		OPDESK_LIMIT_BOOKING=0
		OPDESK_LIMIT_HOLDS=0
		OPDESK_LIMIT_CODES=0
		OPDESK_LIMIT_SENSITIVE=15
		OPDESK_METRICS=$RUN/metrics
		OPDESK_NGINX_RATE=0
		OPDESK_LIVE_RATE=0
		OPDESK_LIVE_CONNECTIONS=0
		OPDESK_SQL_DIR=$TOP/sql
		OPDESK_WWW_DIR=$TOP/build/www
	END
}

# The names in lib/conf.def; anything else in the environment is not ours.
known_settings() { sed -n 's/^CONF(\([A-Z0-9_]*\),.*/OPDESK_\1/p' "$TOP/lib/conf.def"; }

environment_settings() {
	local name
	for name in $(known_settings); do
		[ -z "${!name+x}" ] || printf '%s=%s\n' "$name" "${!name}"
	done
}

keep_secret() {
	[ ! -s "$VAR/secret" ] || return 0
	(umask 077 && printf 'dev:%s\n' "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >"$VAR/secret")
}

remember() { # KEY=VALUE…
	local pair
	for pair; do
		known_settings | grep -qxF "${pair%%=*}" || die "--set ${pair%%=*}: there is no such setting"
		printf '%s\n' "$pair" >>"$VAR/set"
	done
}

# The last line of a name wins.
last_of_each() { tac | awk -F= '!seen[$1]++' | tac; }

all_settings() {
	demo_settings
	environment_settings
	[ ! -f "$VAR/set" ] || cat "$VAR/set"
}

# `opdesk key rotate` has put keys in front of what is set here: they stay.
write_settings() {
	local keys
	keys=$(setting OPDESK_SECRET) || keys=
	keep_secret
	(
		umask 077
		all_settings | last_of_each >"$VAR/opdesk.conf"
		case $keys in *" $(setting OPDESK_SECRET)")
			{
				all_settings
				printf 'OPDESK_SECRET=%s\n' "$keys"
			} | last_of_each >"$VAR/opdesk.conf"
			;;
		esac
	)
}

setting() { # NAME
	sed -n "s/^$1=//p" "$VAR/opdesk.conf" 2>/dev/null
}

# The file alone counts from here on.
forget_environment() {
	local name
	for name in $(known_settings); do
		unset "$name"
	done
	export OPDESK_CONF=$VAR/opdesk.conf
}
