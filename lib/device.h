/*
 * device.h - whether somebody of the staff may sign in from where they are.
 *
 * A device is a random id, in a cookie of its own or, for clients without
 * cookies, in the body; its hash is a row (sql/0015-device.sql).  For programs
 * that connect as opdesk_signin, and only after a right password: who has none
 * learns nothing here and leaves nothing.
 *
 * Source: requirements AUTH-5; security.md A-20.
 */
#ifndef OPDESK_DEVICE_H
#define OPDESK_DEVICE_H

#include "lib/signin.h"

#define DEVICE_COOKIE "__Host-opdesk-device"
#define DEVICE_DAYS 400

/*
 * Records the device that *who signs in from, in a transaction that ends here,
 * and gives it its cookie.  Where OPDESK_DEVICE_APPROVAL is off, and for
 * patients, it does nothing.
 *
 * E_OK                  who->device is its row, for signin_open; NULL: none
 * E_DEVICE_NOT_APPROVED not approved, or revoked; the answer says the deviceId
 * E_VALIDATION_ERROR    the cookie came twice
 *
 * The route has .keep set, or the cookie would not go out with a refusal.
 */
enum err device_admit(struct req *rq, struct account *who) MUST_USE;

#endif
