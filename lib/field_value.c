/*
 * field_value.c - see field_value.h.
 */

#include "lib/field_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto.h"
#include "lib/str.h"
#include "lib/utf8.h"

#define LONG_TEXT 200 /* characters from which on line ends are welcome */
#define TOKEN_CHARS 200

/* Days since 1970-01-01 of a date that str_is_date has passed. */
static int64_t
day_number(const char *date)
{
	int64_t y = strtol(date, NULL, 10), m = strtol(date + 5, NULL, 10);
	int64_t d = strtol(date + 8, NULL, 10), era, yoe, doy;

	/* Howard Hinnant, "chrono-compatible low-level date algorithms". */
	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static const char *
check_days(struct arena *a, const struct field *f, const char *date,
	const char *first)
{
	int64_t days;

	if (first == NULL)
		return arena_printf(a, "It needs %s beside it.", f->since);
	days = day_number(date) - day_number(first);
	if (days < f->min)
		return arena_printf(a, "It lies before %s.", f->since);
	if (days > f->max)
		return arena_printf(a, "At most %" PRId64 " days at once.",
			f->max + 1);
	return NULL;
}

static bool
is_word(const char *const *words, struct bytes text)
{
	for (; *words != NULL; words++)
		if (str_equal(text, *words))
			return true;
	return false;
}

static const char *
words_of(struct arena *a, const char *const *words)
{
	struct buf b = buf_new(a, 128);

	buf_puts(&b, "One of");
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(&b, "%s %s", i > 0 ? "," : "", words[i]);
	buf_putc(&b, '.');
	return b.p;
}

static const char *
check_text(struct arena *a, const struct field *f, struct bytes text,
	const char **out)
{
	size_t n;

	if (f->type != T_SECRET)
		text = str_trim(text);
	*out = arena_strndup(a, text.p, text.n);
	if (!utf8_valid(text) ||
		utf8_has_control(text, f->max > LONG_TEXT ? "\n\r\t" : ""))
		return "It has characters that cannot be printed.";
	n = utf8_length(text);
	if ((int64_t)n < f->min)
		return n == 0 ?
			"It is empty." :
			arena_printf(a, "At least %" PRId64 " characters.",
				f->min);
	if (f->max > 0 && (int64_t)n > f->max)
		return arena_printf(a, "At most %" PRId64 " characters.",
			f->max);
	if (f->words != NULL && !is_word(f->words, text))
		return words_of(a, f->words);
	return NULL;
}

/* The shape only: whether anybody reads mail there, nobody knows. */
static const char *
check_email(struct arena *a, struct bytes text, const char **out)
{
	const char *at, *dot;

	text = str_trim(text);
	*out = arena_strndup(a, text.p, text.n);
	at = strchr(*out, '@');
	dot = strrchr(*out, '.');
	if (text.n > 254 || !utf8_valid(text) || utf8_has_control(text, "") ||
		strlen(*out) != text.n || at == NULL || at == *out ||
		strchr(at + 1, '@') != NULL || strpbrk(*out, " ,;<>\"") ||
		dot == NULL || dot < at + 2 || dot[1] == '\0')
		return "An e-mail address looks like name@example.org.";
	return NULL;
}

static const char *
check_phone(struct arena *a, struct bytes text, const char **out)
{
	size_t digits = 0;

	text = str_trim(text);
	*out = arena_strndup(a, text.p, text.n);
	for (size_t i = 0; i < text.n; i++) {
		digits += text.p[i] >= '0' && text.p[i] <= '9';
		if (strchr("0123456789+-(). /", text.p[i]) == NULL ||
			text.p[i] == '\0')
			return "A phone number has digits only.";
	}
	if (digits < 7 || digits > 15 || text.n > 32)
		return "A phone number has 7 to 15 digits.";
	return NULL;
}

static const char *
check_int(struct arena *a, const struct field *f, const struct field_given *g,
	const char **out)
{
	int64_t v;

	if (g->json != NULL ? json_type(g->json) != JSON_INT ||
				!json_int(g->json, &v) :
			      !str_int(g->text, &v))
		return "It must be a whole number.";
	*out = arena_printf(a, "%" PRId64, v);
	if (v < f->min || v > f->max)
		return arena_printf(a, "It must be %" PRId64 " to %" PRId64 ".",
			f->min, f->max);
	return NULL;
}

static const char *
check_set(struct arena *a, const struct field *f, struct bytes text,
	const char **out)
{
	struct buf b = buf_new(a, text.n + 2);
	struct bytes word;

	buf_putc(&b, '{');
	for (bool first = true; str_split(&text, ',', &word); first = false) {
		if (!is_word(f->words, word))
			return words_of(a, f->words);
		if (!first)
			buf_putc(&b, ',');
		buf_add(&b, word.p, word.n);
	}
	buf_putc(&b, '}');
	*out = b.p;
	return NULL;
}

const char *
field_value(struct arena *a, const struct field *f, const struct field_given *g,
	const char *since, const char **out)
{
	enum json_type type = g->json ? json_type(g->json) : JSON_TEXT;

	if (f->type == T_INT)
		return check_int(a, f, g, out);
	if (f->type == T_BOOL) {
		if (type != JSON_BOOL)
			return "It must be true or false.";
		*out = json_bool(g->json) ? "true" : "false";
		return NULL;
	}
	if (type != JSON_TEXT || g->text.p == NULL)
		return "It must be text.";
	*out = arena_strndup(a, g->text.p, g->text.n);
	if (strlen(*out) != g->text.n)
		return "It has characters that cannot be printed.";
	switch (f->type) {
	case T_TEXT:
	case T_SECRET:
		return check_text(a, f, g->text, out);
	case T_EMAIL:
		return check_email(a, g->text, out);
	case T_PHONE:
		return check_phone(a, g->text, out);
	case T_UUID:
		return str_is_uuid(g->text) ?
			NULL :
			"It must be an id (a lower-case UUID).";
	case T_DATE:
		if (!str_is_date(g->text))
			return "A date looks like 2026-11-20.";
		return f->since != NULL ? check_days(a, f, *out, since) : NULL;
	case T_TIME:
		return str_is_time(g->text) ?
			NULL :
			"A time looks like 2026-11-20T09:15:00+05:30.";
	case T_CLOCK:
		return str_is_clock(g->text) ?
			NULL :
			"A time of day looks like 09:15.";
	case T_TOKEN:
		if (g->text.n > TOKEN_CHARS)
			return "It is too long.";
		*out = crypto_bytea_sha256(a, g->text);
		return NULL;
	case T_SET:
		return check_set(a, f, g->text, out);
	case T_INT:
	case T_BOOL:
	case T_LIST:
	case T_VERSIONS:
	case T_UNREAD:
		break;
	}
	abort();
}
