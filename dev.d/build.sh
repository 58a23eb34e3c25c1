# build.sh - programs and pages.

# One build at a time in a checkout, whoever starts it.
locked() {
	mkdir -p "$TOP/build"
	(
		flock 8
		"$@"
	) 8>"$TOP/build/.lock"
}

build_programs() { # DIRECTORY CONFIGURE-OPTION…
	[ -f "$TOP/configure.ac" ] || die "there is nothing to build: configure.ac is missing"
	locked make_programs "$@"
}

make_programs() {
	local dir=$TOP/$1 log
	shift
	log=$dir/configure.log
	mkdir -p "$dir"
	cd "$TOP"
	if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ]; then
		say "preparing the build"
		autoreconf -fi >"$log" 2>&1 || failed "autoreconf" "$log"
	fi
	cd "$dir"
	if [ ! -f config.status ] || [ "$TOP/configure" -nt config.status ]; then
		say "configuring ${dir##*/}"
		"$TOP/configure" --quiet "$@" >"$log" 2>&1 || failed "configure" "$log"
	fi
	say "building ${dir##*/}"
	make -s -j"$(nproc)" --eval 'with-tests: all ; @$(MAKE) $(check_PROGRAMS)' "${MAKE_TARGET-all}" ||
		die "the build in ${dir##*/} failed"
}

failed() { # WHAT LOG
	tail -n 20 "$2" >&2
	die "$1 failed; all of it is in $2"
}

build_pages() {
	[ -f "$TOP/www/package.json" ] || return 0
	locked make_pages
}

make_pages() {
	local log=$TOP/build/pages.log stamp=$TOP/build/pages.stamp
	cd "$TOP/www"
	if [ -d dist ] && [ -f "$stamp" ] && [ -z "$(newer_page_sources "$stamp")" ]; then
		return 0
	fi
	if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
		say "fetching what the pages are built from"
		npm ci --no-audit --no-fund --loglevel=error >"$log" 2>&1 || failed "npm ci" "$log"
	fi
	say "building the pages"
	touch "$stamp.new"
	node build.mjs >"$log" 2>&1 || failed "the build of the pages" "$log"
	mv "$stamp.new" "$stamp"
}

newer_page_sources() { # STAMP
	find . \( -name node_modules -o -path './dist*' \) -prune -o -type f -newer "$1" -print -quit
}

program_names() {
	local file
	for file in "$TOP"/cgi-bin/*.c; do
		[ -e "$file" ] || continue
		file=${file##*/}
		echo "${file%.c}"
	done
}
