/*
 * topic.h - the names of what can be listened to.
 *
 *   appointments:all             every visit of the clinic
 *   appointments:dentist:{id}    the visits of one doctor
 *   appointments:patient:{id}    the visits of one patient
 *   appointment:{id}             locks, cursors, presence and notes of one
 *   availability:all             free times of all doctors
 *   availability:{id}            ... of one doctor
 *   profiles                     names and roles
 *
 * Clients built on Supabase's library write "realtime:" in front; it means
 * the same topic.  Pure: who may join is the database's business.
 *
 * Source: requirements RT-1 to RT-3.
 */
#ifndef OPDESK_TOPIC_H
#define OPDESK_TOPIC_H

#include "lib/base.h"

enum topic_kind {
	TOPIC_APPOINTMENTS,
	TOPIC_DENTIST,
	TOPIC_PATIENT,
	TOPIC_APPOINTMENT,
	TOPIC_AVAILABILITY_ALL,
	TOPIC_AVAILABILITY,
	TOPIC_PROFILES
};

#define TOPIC_PREFIX "realtime:"
#define TOPIC_MAX_BYTES 64 /* with its NUL and without the prefix */

struct topic {
	enum topic_kind kind;
	char id[37];   /* lower-case UUID, or empty */
	bool prefixed; /* the client wrote "realtime:" */
};

/* False when there is no such topic: another word, no UUID, anything behind. */
bool topic_read(struct bytes name, struct topic *out) MUST_USE;

/*
 * The one spelling of a topic, without "realtime:" and with a NUL.  id may be
 * NULL where the kind has none; else it is a UUID as str_is_uuid wants it.
 */
struct bytes topic_name(enum topic_kind kind, const char *id,
	char out[TOPIC_MAX_BYTES]);

/* Whether strangers may listen. */
bool topic_is_public(enum topic_kind kind) MUST_USE;

#endif
