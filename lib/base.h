/*
 * base.h - the few words that every file of opdesk uses.
 */
#ifndef OPDESK_BASE_H
#define OPDESK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(text, args) __attribute__((format(printf, text, args)))
#define NORETURN __attribute__((noreturn))

/* Bytes that somebody else owns; not NUL-terminated unless said so. */
struct bytes {
	const char *p;
	size_t n;
};

#define BYTES(literal) ((struct bytes) { (literal), sizeof(literal) - 1 })

#endif
