/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the walk over the two files and docker's rules of precedence between their rows. */
#include "launch/passwd.h"

#include "base/num.h"
#include "os/fd.h"
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_BUFFER = 32 * 1024, ID_MAX = INT32_MAX };

typedef bool (*row_parser)(struct str_slice line, struct passwd_row *ret);

/* False ends the walk. */
typedef bool (*row_fn)(void *ctx, const struct passwd_row *row);

static bool number(struct str_slice s, uint32_t *ret)
{
	return num_parse_u32(s, ID_MAX, ret) == 0;
}

bool passwd_parse_user(struct str_slice line, struct passwd_row *ret)
{
	struct str_slice field[7];
	size_t n = 0;

	while (n < ELEMENTS(field) && str_next(&line, ':', &field[n]))
		n++;
	if (n < 4 || field[0].len == 0)
		return false;
	ret->name = field[0];
	ret->home = n > 5 ? field[5] : STR_EMPTY;
	return number(field[2], &ret->uid) && number(field[3], &ret->gid);
}

bool passwd_parse_group(struct str_slice line, struct passwd_row *ret)
{
	struct str_slice field[4];
	size_t n = 0;

	while (n < ELEMENTS(field) && str_next(&line, ':', &field[n]))
		n++;
	if (n < 3 || field[0].len == 0)
		return false;
	ret->name = field[0];
	ret->members = n > 3 ? field[3] : STR_EMPTY;
	return number(field[2], &ret->gid);
}

static bool give_line(struct str_slice line, row_parser parse, row_fn each, void *ctx)
{
	struct passwd_row row = { .home = STR_EMPTY };

	line = str_trim(line);
	if (line.len == 0 || line.ptr[0] == '#' || !parse(line, &row))
		return true;
	return each(ctx, &row);
}

/* Static: no stack of 32 kB in a helper, and the pages are touched only by a child that needs them.
 */
static char buffer[LINE_BUFFER];

static int walk_fd(int fd, row_parser parse, row_fn each, void *ctx)
{
	size_t have = 0, total = 0;
	bool skipping = false; /* inside a line that did not fit */
	struct str_slice rest = STR_EMPTY, line;
	ssize_t n;

	while ((n = fd_read(fd, buffer + have, sizeof(buffer) - have)) > 0) {
		if ((total += n) > PASSWD_FILE_MAX)
			return -EFBIG;
		rest = (struct str_slice){ buffer, have + n };
		while (str_cut(&rest, '\n', &line)) {
			if (!skipping && !give_line(line, parse, each, ctx))
				return 0;
			skipping = false;
		}
		if (rest.len == sizeof(buffer)) {
			skipping = true;
			rest.len = 0;
		}
		memmove(buffer, rest.ptr, rest.len);
		have = rest.len;
	}
	if (n == 0 && !skipping) /* a last line without its newline */
		give_line((struct str_slice){ buffer, have }, parse, each, ctx);
	return (int)n;
}

/* An image without the file has no rows. A device, a pipe or a directory is none either. */
static int walk(int root, const char *path, row_parser parse, row_fn each, void *ctx)
{
	auto_fd int fd = path_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP ? 0 : fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_size > PASSWD_FILE_MAX)
		return -EFBIG;
	return walk_fd(fd, parse, each, ctx);
}

static void copy(char *to, size_t size, struct str_slice from)
{
	size_t n = MIN(from.len, size - 1);

	memcpy(to, from.ptr, n);
	to[n] = '\0';
}

/* What --user says, cut at the colon. */
struct question {
	struct str_slice user, group;
	bool user_is_number, group_is_number, found;
	uint32_t uid, gid;
	struct passwd_identity *answer;
};

static bool match_user(void *ctx, const struct passwd_row *row)
{
	struct question *q = ctx;
	bool same = q->user_is_number ? row->uid == q->uid : str_eq(row->name, q->user);

	if (!same)
		return true;
	q->found = true;
	q->answer->uid = row->uid;
	q->answer->gid = row->gid;
	copy(q->answer->name, sizeof(q->answer->name), row->name);
	if (row->home.len > 0 && row->home.len < PASSWD_HOME_MAX)
		copy(q->answer->home, sizeof(q->answer->home), row->home);
	return false;
}

static bool add_group(struct passwd_identity *id, uint32_t gid)
{
	for (size_t i = 0; i < id->group_count; i++)
		if (id->groups[i] == gid)
			return true;
	if (id->group_count == PASSWD_GROUPS_MAX)
		return false;
	id->groups[id->group_count++] = gid;
	return true;
}

static bool match_group(void *ctx, const struct passwd_row *row)
{
	struct question *q = ctx;

	if (!str_eq(row->name, q->group))
		return true;
	q->found = true;
	q->gid = row->gid;
	return false;
}

static bool collect_membership(void *ctx, const struct passwd_row *row)
{
	struct question *q = ctx;
	struct str_slice members = row->members, member;

	while (members.len > 0 && str_next(&members, ',', &member))
		if (str_is(member, q->answer->name))
			return add_group(q->answer, row->gid);
	return true;
}

static int out_of_range(struct err *e, struct str_slice text)
{
	return err_set(e, ERR_BAD_PARAMETER, "uids and gids must be in range 0-2147483647: '%.*s'",
		       STR_ARG(text));
}

static int cannot_read(struct err *e, int r, const char *file)
{
	return err_sys(e, -r, "cannot read %s of the container", file);
}

/* Digits alone are a number, however large: they are never a name. */
static int read_id(struct str_slice text, bool *ret_is_number, uint32_t *ret, struct err *e)
{
	size_t digits = 0;

	while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
		digits++;
	*ret_is_number = text.len > 0 && digits == text.len;
	if (*ret_is_number && !number(text, ret))
		return out_of_range(e, text);
	if (text.len > 1 && (text.ptr[0] == '-' || text.ptr[0] == '+') && text.ptr[1] >= '0' &&
	    text.ptr[1] <= '9')
		return out_of_range(e, text);
	return 0;
}

static int resolve_user(int root, struct question *q, struct err *e)
{
	int r;

	if (q->user.len == 0) {
		q->user_is_number = true;
		q->uid = 0;
	} else if ((r = read_id(q->user, &q->user_is_number, &q->uid, e)) < 0) {
		return r;
	}
	q->answer->uid = q->uid;
	r = walk(root, "etc/passwd", passwd_parse_user, match_user, q);
	if (r < 0)
		return cannot_read(e, r, "/etc/passwd");
	if (!q->found && !q->user_is_number)
		return err_set(e, ERR_BAD_PARAMETER,
			       "unable to find user %.*s: no matching entries in passwd file",
			       STR_ARG(q->user));
	return 0;
}

/* A group by name or number. */
static int find_group(int root, struct question *q, const char *failure, struct err *e)
{
	int r;

	if ((r = read_id(q->group, &q->group_is_number, &q->gid, e)) < 0 || q->group_is_number)
		return r;
	q->found = false;
	r = walk(root, "etc/group", passwd_parse_group, match_group, q);
	if (r < 0)
		return cannot_read(e, r, "/etc/group");
	if (!q->found)
		return err_set(e, ERR_BAD_PARAMETER, failure, STR_ARG(q->group));
	return 0;
}

/* The groups: the one that was named, or else all that list the user as a member. */
static int resolve_groups(int root, struct question *q, struct err *e)
{
	struct passwd_identity *id = q->answer;
	int r;

	if (q->group.len > 0) {
		r = find_group(root, q,
			       "unable to find group %.*s: no matching entries in group file", e);
		if (r < 0)
			return r;
		id->gid = q->gid;
		add_group(id, id->gid);
		return 0;
	}
	add_group(id, id->gid);
	if (!id->name[0])
		return 0;
	r = walk(root, "etc/group", passwd_parse_group, collect_membership, q);
	return r < 0 ? cannot_read(e, r, "/etc/group") : 0;
}

int passwd_resolve(int root, const char *user, const char *extra, size_t extra_count,
		   struct passwd_identity *ret, struct err *e)
{
	struct question q = { .user = str_slice(user), .group = STR_EMPTY, .answer = ret };
	struct str_slice head;
	int r;

	ret->uid = ret->gid = 0;
	ret->group_count = 0;
	ret->name[0] = '\0';
	strcpy(ret->home, "/");
	if (str_cut(&q.user, ':', &head)) {
		q.group = q.user;
		q.user = head;
	}
	if ((r = resolve_user(root, &q, e)) < 0 || (r = resolve_groups(root, &q, e)) < 0)
		return r;
	for (size_t i = 0; i < extra_count; i++, extra += strlen(extra) + 1) {
		q.group = str_slice(extra);
		r = find_group(root, &q,
			       "Unable to find group %.*s: no matching entries in group file", e);
		if (r < 0)
			return r;
		if (!add_group(ret, q.gid))
			return err_set(e, ERR_BAD_PARAMETER, "cannot join more than %d groups",
				       PASSWD_GROUPS_MAX);
	}
	return 0;
}
