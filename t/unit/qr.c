/*
 * qr.c - what lib/qr.h promises.
 */

#include "lib/qr.h"

#include "t/unit/tap.h"

/* Reads the drawing back, "MxyhNv1h-Nz" by stroke; the modules that are dark. */
static int
read_back(const char *svg, bool dark[200][200])
{
	const char *p = strstr(svg, "<path d=\"");
	int n = 0, used;
	char *end;

	p = p != NULL ? p + strlen("<path d=\"") : "";
	for (; *p == 'M'; p += used) {
		long x = strtol(p + 1, &end, 10), y = strtol(end, &end, 10);
		long wide = *end == 'h' ? strtol(end + 1, &end, 10) : 0;
		char rest[40];

		used = (int)(end - p) +
			snprintf(rest, sizeof rest, "v1h-%ldz", wide);
		if (strncmp(end, rest, strlen(rest)) != 0)
			return -1;
		for (long i = 0; i < wide && x + i < 200 && y < 200; i++, n++)
			dark[y][x + i] = true;
	}
	return strcmp(p, "\"/></svg>") == 0 ? n : -1;
}

/* The square of seven that a scanner looks for (ISO/IEC 18004, 6.3.3). */
static bool
is_finder(bool dark[200][200], int x, int y)
{
	static const char *const shape[] = { "#######", "#     #", "# ### #",
		"# ### #", "# ### #", "#     #", "#######" };

	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7; j++)
			if (dark[y + i][x + j] != (shape[i][j] == '#'))
				return false;
	return true;
}

static void
test_drawing(struct arena *a)
{
	static bool dark[200][200];
	struct bytes svg;
	bool quiet = true;
	int n;

	is_int(qr_svg(a, "opdesk", &svg), E_OK, "a text becomes a drawing");
	ok(strstr(svg.p, "viewBox=\"0 0 29 29\"") != NULL,
		"of 21 modules and the quiet zone");
	ok(strstr(svg.p, "<path fill=\"#fff\" d=\"M0 0h29v29H0z\"/>") != NULL,
		"on white, also on a dark page");
	n = read_back(svg.p, dark);
	ok(n > 21 * 21 / 3 && n < 21 * 21 * 2 / 3, "half of them are dark");
	ok(is_finder(dark, 4, 4) && is_finder(dark, 18, 4) &&
			is_finder(dark, 4, 18),
		"with the three squares that a scanner looks for");
	for (int i = 0; i < 29; i++)
		quiet = quiet && !dark[3][i] && !dark[i][3] && !dark[25][i] &&
			!dark[i][25];
	ok(quiet, "and nothing around it");
}

static void
test_length(struct arena *a)
{
	char text[2333];
	struct bytes svg;

	memset(text, 'x', sizeof text);
	text[2331] = '\0';
	is_int(qr_svg(a, text, &svg), E_OK, "2331 bytes fit");
	text[2331] = 'x';
	text[2332] = '\0';
	is_int(qr_svg(a, text, &svg), E_INTERNAL_ERROR, "one more does not");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_drawing(a);
	test_length(a);
	arena_free(a);
	return done_testing();
}
