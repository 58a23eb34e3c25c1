/*
 * error.c - see error.h.
 */

#include "lib/error.h"

#include <string.h>
#include <strings.h>

static const struct {
	int status;
	const char *code, *message;
} errors[] = {
	{ 200, "OK", "" },
#define ERR(code, status, text) { status, #code, text },
#include "lib/error.def"
#undef ERR
};

static const struct {
	int status;
	const char *title;
} titles[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 423, "Locked" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

int
err_status(enum err e)
{
	return errors[e].status;
}

const char *
err_code(enum err e)
{
	return errors[e].code;
}

const char *
err_message(enum err e)
{
	return errors[e].message;
}

const char *
err_title(enum err e)
{
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (titles[i].status == errors[e].status)
			return titles[i].title;
	return "Error";
}

enum err
err_by_code(const char *name)
{
	const char *end;
	size_t n;

	if (name == NULL)
		return E_INTERNAL_ERROR;
	end = strstr(name, "__");
	n = end != NULL ? (size_t)(end - name) : strlen(name);
	for (size_t i = E_OK + 1; i < ERR_COUNT; i++)
		if (strlen(errors[i].code) == n &&
			strncasecmp(errors[i].code, name, n) == 0)
			return (enum err)i;
	return E_INTERNAL_ERROR;
}
