/*
 * http_request.h - what is asked for, and by whom, as the web server tells it.
 *
 * The part of http that reads CGI variables; not for anybody else.
 *
 * Source: RFC 3875; security.md C-49 to C-56.
 */
#ifndef OPDESK_HTTP_REQUEST_H
#define OPDESK_HTTP_REQUEST_H

#include "lib/http.h"

/* Fills *h for the request whose variables http_param has. */
void http_start(struct http *h, struct arena *a);

#endif
