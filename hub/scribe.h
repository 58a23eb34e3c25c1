/*
 * scribe.h - a thread that writes down what the hub has done.
 *
 * Nothing waits for it.  What cannot be written is tried three times and then
 * told to the log.  With each report it also has edit locks recorded that have
 * run out, so that those who listen are told.
 */
#ifndef OPDESK_SCRIBE_H
#define OPDESK_SCRIBE_H

#include "hub/inbox.h"

struct scribe;

enum scribe_what {
	SCRIBE_REPORT, /* an object: how the hub is */
	SCRIBE_EVENTS  /* a list: what was sent */
};

struct scribe *scribe_start(const char *node) MUST_USE;

/* The text is copied. */
void scribe_put(struct scribe *s, enum scribe_what what, struct bytes json);

/* Writes what is left, and that this hub is no more. */
void scribe_stop(struct scribe *s);

#endif
