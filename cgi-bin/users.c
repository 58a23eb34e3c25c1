/*
 * users.c - who of the staff has an account, and as what.
 *
 * Administrators invite, change and disable; the rules are in
 * sql/api/users.sql.  Whoever is disabled or gets another role is out with the
 * next request (sql/0004-identity.sql).
 */

#include <string.h>

#include "lib/api.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/str.h"

#define LINK_PAGE "/staff/set-password#"

static enum err invite(struct req *rq);
static enum err link_anew(struct req *rq);

static const char *const roles[] = { "admin", "frontdesk", "doctor", NULL };

static const struct field invite_fields[] = {
	{ "role", IN_BODY, T_TEXT, 1, 20, .words = roles },
	{ "doctorId", IN_BODY, T_UUID, .optional = true,
		.doc = "Whose account it is; for the role doctor, and for no other." },
	{ "name", IN_BODY, T_TEXT, 1, 120, .optional = true,
		.doc = "Of everybody else; a doctor has one already." },
	{ "email", IN_BODY, T_EMAIL, .doc = "What they sign in with." },
	END,
};

static const struct field change_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The account." },
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	{ "role", IN_PART, T_TEXT, 1, 20, .optional = true, .words = roles,
		.doc = "Another one ends all sessions." },
	{ "doctorId", IN_PART, T_UUID, .optional = true,
		.doc = "With the role doctor." },
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true,
		.doc = "Not a doctor's: that stands with the doctor." },
	{ "email", IN_PART, T_EMAIL, .optional = true },
	{ "disabled", IN_PART, T_BOOL, .optional = true,
		.doc = "True ends all sessions and lets nobody sign in." },
	END,
};

static const struct field id_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The account." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/admin/users",
		.may = ADMIN,
		.sql = "SELECT * FROM api.users()",
		.shape = LIST,
		.returns = "Users",
		.doc = "The staff's accounts",
	},
	{
		.method = POST,
		.path = "/api/admin/users",
		.may = ADMIN,
		.fields = invite_fields,
		.sql = "SELECT body, refusal FROM api.user_invite($1::text, $2::uuid, $3::text, $4::text, $5::bytea)",
		.shape = BODY,
		.status = 201,
		.handle = invite,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "Invitation",
		.doc = "Gives somebody an account, and a link to set its password",
	},
	{
		.method = PATCH,
		.path = "/api/admin/users/{id}",
		.may = ADMIN,
		.fields = change_fields,
		.sql = "SELECT body, refusal FROM api.user_change($1::uuid, $2::int, $3::jsonb)",
		.shape = BODY,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT,
			E_BAD_TRANSITION),
		.versioned = true,
		.returns = "User",
		.doc = "Changes what was sent; the last administrator stays one",
	},
	{
		.method = POST,
		.path = "/api/admin/users/{id}/reset-link",
		.may = ADMIN,
		.fields = id_fields,
		.sql = "SELECT body, refusal FROM api.password_link($1::uuid, $2::bytea)",
		.shape = BODY,
		.handle = link_anew,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "PasswordLink",
		.doc = "A link to set another password; an older one is void",
	},
	{
		.method = DELETE,
		.path = "/api/admin/users/{id}/second-factor",
		.may = ADMIN,
		.fields = id_fields,
		.sql = "SELECT body, refusal FROM api.user_drop_factor($1::uuid)",
		.shape = NONE,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND, E_BAD_TRANSITION),
		.doc = "Takes away somebody's lost second factor, and signs them out",
	},
	END,
};

/*
 * The token leaves in this answer and stays nowhere; the row has its hash.  It
 * stands behind a # so that no server and no log sees it when it is opened.
 */
static enum err
answer_link(struct req *rq, int n)
{
	const char *token = crypto_random_token(rq->arena), *link;
	struct buf b = buf_new(rq->arena, 512);
	struct bytes json;
	enum err e;

	req_bind(rq, n,
		crypto_bytea_sha256(rq->arena,
			(struct bytes) { token, strlen(token) }));
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	json = str_trim(json);
	link = arena_printf(rq->arena, "%s" LINK_PAGE "%s",
		conf_text(CONF_BASE_URL), token);
	buf_puts(&b, "{\"link\":");
	json_quote(&b, (struct bytes) { link, strlen(link) });
	buf_putc(&b, ',');
	buf_add(&b, json.p + 1, json.n - 1);
	return reply_json(rq, buf_bytes(&b));
}

static enum err
invite(struct req *rq)
{
	return answer_link(rq, 5);
}

static enum err
link_anew(struct req *rq)
{
	return answer_link(rq, 2);
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
