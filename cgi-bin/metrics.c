/*
 * metrics.c - the counters of all workers, for Prometheus.
 *
 * They name no person and no id.  The site file lets only this machine and
 * private networks ask.
 */

#include <stdlib.h>

#include "lib/api.h"
#include "lib/metrics.h"

static enum err print(struct req *rq);

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/metrics",
		.may = PUBLIC,
		.shape = ONE,
		.handle = print,
		.tokenless = true,
		.type = "text/plain",
		.returns = "Metrics",
		.doc = "Counters, gauges and histograms (text format 0.0.4)",
	},
	END,
};

static enum err
print(struct req *rq)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		abort();
	metrics_print(out);
	fclose(out);
	arena_defer(rq->arena, free, text);
	http_add_header(&rq->http, "Cache-Control", "no-store");
	http_answer(&rq->http, 200, "text/plain; version=0.0.4; charset=utf-8",
		(struct bytes) { text, n });
	return E_OK;
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
