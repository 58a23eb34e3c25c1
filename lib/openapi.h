/*
 * openapi.h - a program's routes as the "paths" of OpenAPI 3.1.
 *
 * All programs' fragments, merged with www/schemas.json, are
 * www/dist/openapi.json.
 */
#ifndef OPDESK_OPENAPI_H
#define OPDESK_OPENAPI_H

#include <stdio.h>

#include "lib/route.h"

/* One JSON object: {"/api/things":{"get":{…}}}. */
void openapi_print(FILE *out, const struct route *routes, const char *program);

#endif
