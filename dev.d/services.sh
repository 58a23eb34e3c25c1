# services.sh - what runs in the background: PostgreSQL, the programs, nginx.
# Each has a supervisor; VAR/pid/NAME holds its process id and, since ids are
# used again, the time at which that process began.

# In clock ticks since boot: field 22, and field 3 is the state, counted from
# behind the name, which may hold anything.  A zombie has ended.
began() { # PID
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
	set -- ${stat##*) }
	[ "$1" != Z ] && echo "${20}"
}

supervisor() { # NAME: its process id, if it runs
	local pid start
	read -r pid start 2>/dev/null <"$VAR/pid/$1" || return 1
	[ "$(began "$pid")" = "$start" ] && echo "$pid"
}

running_services() {
	local file
	for file in "$VAR"/pid/*; do
		[ -e "$file" ] && supervisor "${file##*/}" >/dev/null && echo "${file##*/}"
	done
	return 0
}

workers_of() { # PROGRAM
	local n
	n=$(setting OPDESK_WORKERS)
	if [ "${n:-0}" != 0 ]; then
		echo "$n"
	else
		case $1 in
		admin | appointments | availability | reservations) echo 4 ;;
		*) echo 2 ;;
		esac
	fi
}

# Sets command and signal (what ends it in good order).
describe() { # NAME
	signal=TERM
	case $1 in
	postgres)
		command=("$TOP/dev.d/postgres" run "$PGDATA")
		signal=INT
		;;
	nginx)
		command=(nginx -e "$VAR/log/nginx.log" -p "$VAR/nginx" -c "$VAR/nginx/nginx.conf")
		;;
	hub)
		command=(spawn-fcgi -s "$RUN/hub.sock" -M 0660 -b 1024 -n -- "$TOP/build/sbin/opdesk-hub")
		;;
	*)
		command=(spawn-fcgi -s "$RUN/$1.sock" -M 0660 -n -- /usr/bin/multiwatch
			-f "$(workers_of "$1")" -r 1000000 -s TERM -- "$TOP/build/cgi-bin/$1")
		;;
	esac
}

# What a service was started from: another command, program or configuration
# means that it has to be started anew.
print_of() { # NAME
	local files=()
	case $1 in
	postgres) files=("$PGDATA/postgresql.conf") ;;
	nginx) files=("$VAR"/nginx/*.conf) ;;
	hub) files=("$TOP/build/sbin/opdesk-hub" "$VAR/opdesk.conf") ;;
	*) files=("$TOP/build/cgi-bin/$1" "$VAR/opdesk.conf") ;;
	esac
	{
		echo "${command[@]}"
		cat "${files[@]}"
	} | cksum
}

start_service() { # NAME
	local command signal now pid
	describe "$1"
	now=$(print_of "$1")
	if supervisor "$1" >/dev/null; then
		[ "$now" != "$(cat "$VAR/pid/.$1.print" 2>/dev/null)" ] || return 0
		stop_service "$1"
	fi
	setsid "$TOP/dev.d/supervise" "$signal" "${command[@]}" \
		</dev/null >>"$VAR/log/$1.log" 2>&1 &
	pid=$!
	echo "$pid $(began "$pid")" >"$VAR/pid/$1"
	echo "$now" >"$VAR/pid/.$1.print"
}

stop_service() { # NAME
	local pid i
	if pid=$(supervisor "$1"); then
		kill -TERM "$pid"
		for ((i = 0; i < 200; i++)); do
			supervisor "$1" >/dev/null || break
			sleep 0.05
		done
		supervisor "$1" >/dev/null && kill -KILL "$pid"
	fi
	rm -f "$VAR/pid/$1" "$VAR/pid/.$1.print"
}

# nginx first, so that nobody is let in; the database last.
stop_all() {
	local name pids=()
	[ -d "$VAR/pid" ] || return 0
	stop_service nginx
	for name in $(running_services); do
		[ "$name" = postgres ] || pids+=("$name")
	done
	for name in "${pids[@]}"; do
		kill -TERM "$(supervisor "$name")" 2>/dev/null
	done
	for name in "${pids[@]}" postgres; do
		stop_service "$name"
	done
}
