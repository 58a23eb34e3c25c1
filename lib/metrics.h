/*
 * metrics.h - counters, gauges and histograms that all workers share.
 *
 * The numbers stand in a small file (OPDESK_METRICS) that every program maps;
 * adding is one atomic instruction.  Without the file (plain CGI) nothing is
 * counted.  The list is metrics.def; metrics_print writes the text that
 * Prometheus reads (exposition format 0.0.4).
 */
#ifndef OPDESK_METRICS_H
#define OPDESK_METRICS_H

#include <stdio.h>

#include "lib/base.h"

enum metric {
#define COUNTER(name, help) M_##name,
#define GAUGE(name, help) M_##name,
#define HISTOGRAM(name, help) M_##name,
#include "lib/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
	METRIC_COUNT
};

/* Maps path, made if missing; false, and nothing is counted, if it cannot. */
bool metrics_open(const char *path);

void metrics_add(enum metric m, int64_t n);      /* counter, gauge */
void metrics_set(enum metric m, int64_t n);      /* gauge */
void metrics_observe(enum metric m, int64_t us); /* histogram, microseconds */

/* Counts a request by program and status class, and its duration. */
void metrics_request(const char *program, int status, int64_t us);

void metrics_print(FILE *out);

#endif
