/*
 * docs.c - the OpenAPI document that all programs' tables make at build time.
 */

#include <stdio.h>
#include <stdlib.h>

#include "lib/api.h"
#include "lib/conf.h"
#include "lib/log.h"

static enum err send_document(struct req *rq);

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/openapi.json",
		.may = PUBLIC,
		.handle = send_document,
		.tokenless = true,
		.cached = true,
		.status = 200,
		.returns = "OpenApi",
		.doc = "This document",
	},
	END,
};

static enum err
send_document(struct req *rq)
{
	const char *path = arena_printf(rq->arena, "%s/openapi.json",
		conf_text(CONF_WWW_DIR));
	struct buf b = buf_new(rq->arena, 64 * 1024);
	FILE *in = fopen(path, "re");
	size_t n;

	if (in == NULL) {
		log_error("event=no-document path=%s", path);
		return E_INTERNAL_ERROR;
	}
	while ((n = fread(buf_room(&b, 8192), 1, 8192, in)) > 0)
		b.n += n;
	fclose(in);
	b.p[b.n] = '\0';
	return reply_json(rq, buf_bytes(&b));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
