/*
 * body.h - what a request brings in its body: JSON, or nothing.
 */
#ifndef OPDESK_BODY_H
#define OPDESK_BODY_H

#include "lib/json.h"
#include "lib/req.h"

/*
 * Fills rq->body, which stays empty where nothing is to change.
 *
 * E_OK
 * E_UNSUPPORTED_MEDIA_TYPE  it says that it is something else than JSON
 * E_PAYLOAD_TOO_LARGE       it is longer than the route allows; not read
 * E_VALIDATION_ERROR        it is shorter than announced
 */
enum err body_read(struct req *rq) MUST_USE;

/*
 * *out is the object that it holds, in the arena, or NULL when it is empty.
 * The value of a T_VERSIONS field is left out of it: its text is rq->versions.
 * E_VALIDATION_ERROR, with the fault noted, for anything but an object within
 * the route's limits.
 */
enum err body_json(struct req *rq, struct json **out) MUST_USE;

#endif
