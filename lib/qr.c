/*
 * qr.c - see qr.h.
 */

#include "lib/qr.h"

#include <qrencode.h>

#include "lib/buf.h"

#define QUIET 4 /* modules around it (ISO/IEC 18004, 6.3.8) */

/* Dark modules beside each other are one stroke. */
static void
draw_row(struct buf *b, const unsigned char *row, int width, int y)
{
	for (int x = 0, n; x < width; x += n) {
		n = 1;
		if (!(row[x] & 1))
			continue;
		while (x + n < width && (row[x + n] & 1))
			n++;
		buf_printf(b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, n, n);
	}
}

enum err
qr_svg(struct arena *a, const char *text, struct bytes *svg)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	struct buf b = buf_new(a, 8192);
	int size;

	if (code == NULL)
		return E_INTERNAL_ERROR;
	size = code->width + 2 * QUIET;
	buf_printf(&b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
		"<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
		size, size, size, size);
	for (int y = 0; y < code->width; y++)
		draw_row(&b, code->data + y * code->width, code->width, y);
	buf_puts(&b, "\"/></svg>");
	QRcode_free(code);
	*svg = buf_bytes(&b);
	return E_OK;
}
