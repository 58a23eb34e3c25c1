/*
 * error.h - the results of everything that can fail.
 *
 * One vocabulary for C, SQL, HTTP and the pages; it stands in error.def.
 */
#ifndef OPDESK_ERROR_H
#define OPDESK_ERROR_H

#include "lib/base.h"

enum err {
	E_OK,
#define ERR(code, status, text) E_##code,
#include "lib/error.def"
#undef ERR
	ERR_COUNT
};

int err_status(enum err e);          /* HTTP status; 200 for E_OK */
const char *err_code(enum err e);    /* "SLOT_TAKEN"; "OK" for E_OK */
const char *err_message(enum err e); /* the sentence for the client */
const char *err_title(enum err e);   /* the status in words (RFC 9110, 15) */

/*
 * The error of that name, in either case; what follows "__" is passed over.
 * E_INTERNAL_ERROR for NULL and for a name that is none.
 */
enum err err_by_code(const char *name);

#endif
