# check.sh - all tests, by one prove with one verdict.

# Wherever a test lies, its path names it; a pattern is such a path or a word
# in it.  C tests are programs in the build.
test_files() { # BUILD
	(
		cd "$TOP"
		find "$1/t/unit" -name '*.t' -type f -perm -u+x 2>/dev/null
		find t -name '*.t' -type f
	) | sort -u
}

wanted() { # [PATTERN]
	local file
	while read -r file; do
		case $file in
		t/storm/*) [ -n "$LONG" ] || [ -n "${1-}" ] || continue ;;
		esac
		case $file in
		"${1-}" | *"${1-}"*) echo "$file" ;;
		esac
	done
}

# The same API tests once more, against the sanitized programs, and behind a
# pooler, without prepared statements.  prove wants a file each, so each gets
# one that says so.
sanitized_tests() {
	local file copy
	rm -rf "$TOP/build-asan/t/api"
	mkdir -p "$TOP/build-asan/t/api"
	for file in "$TOP"/t/api/*.t; do
		[ -e "$file" ] || continue
		copy=build-asan/t/api/${file##*/}
		printf '%s\n' '#!/usr/bin/perl' "\$ENV{OPDESK_BUILD} = '$TOP/build-asan';" \
			"\$ENV{OPDESK_TEST_POOLER} = 1;" \
			"exec \$^X, '-I$TOP/t/lib', '$file' or die;" >"$TOP/$copy"
		echo "$copy"
	done
	find "$TOP/build-asan/t/unit" -name '*.t' -type f -perm -u+x 2>/dev/null | sed "s|^$TOP/||"
}

check() {
	local pattern='' files
	LONG=
	while [ $# -gt 0 ]; do
		case $1 in
		--long) LONG=1 ;;
		-*) die "check does not know $1" ;;
		*) pattern=${1#./} ;;
		esac
		shift
	done
	have_packages up pages check
	MAKE_TARGET=with-tests build_programs build
	files=$(test_files build | wanted "$pattern")
	case $files in *t/web/*) build_pages ;; esac
	if [ -z "$pattern" ]; then
		MAKE_TARGET=with-tests build_programs build-asan --enable-sanitizers --enable-werror --enable-debug
		files+=$'\n'$(sanitized_tests)
	fi
	[ -n "$files" ] || die "no test's path has $pattern in it"
	forget_environment
	unset OPDESK_CONF
	cd "$TOP"
	export TZ=America/St_Johns OPDESK_SRCDIR=$TOP OPDESK_BUILD=$TOP/build OPDESK_LONG=$LONG
	export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
	set -- prove -j3 -It/lib $files
	case $files in # a cluster for all of them, if one of them wants it
	*t/sql/* | *t/api/* | *t/fault/* | *t/storm/* | *t/web/*)
		set -- perl -It/lib -MOpdesk::Cluster -e 'exit Opdesk::Cluster->run(@ARGV)' "$@"
		;;
	esac
	exec "$@"
}
