/*
 * qr.h - a text as a QR code, drawn as SVG.
 *
 * Dark on white with the quiet zone of four modules that scanners need, also
 * on a dark page.  The only file that knows libqrencode.
 */
#ifndef OPDESK_QR_H
#define OPDESK_QR_H

#include "lib/arena.h"
#include "lib/error.h"

/* *svg lives in the arena.  E_INTERNAL_ERROR when the text is too long (2331 bytes). */
enum err qr_svg(struct arena *a, const char *text, struct bytes *svg) MUST_USE;

#endif
