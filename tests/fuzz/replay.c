/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the way a fuzz target runs in the ordinary tests: every file of its corpus, every beginning
 * of that file (input that was cut), and a number of small mutations drawn from a fixed seed, so
 * that a run means the same everywhere. The search for new inputs is libFuzzer's (make fuzz).
 *
 *	NAME-replay FILE_OR_DIRECTORY…
 */
#include "base/buf.h"
#include "base/own.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PREFIXES = 512, MUTATIONS = 2000, INPUT_MAX = 1 << 20 };

static uint64_t seed;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* A heap block of exactly this size, so that the address sanitizer sees the first byte beyond. */
static void run(const char *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert(copy);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_beginnings(struct str_slice input)
{
	size_t step = input.len / PREFIXES + 1;

	for (size_t n = 0; n < input.len; n += step)
		run(input.ptr, n);
}

static void mutate(struct buf *b)
{
	size_t at = b->len ? next_random() % b->len : 0;

	switch (b->len ? next_random() % 4 : 3) {
	case 0:
		b->data[at] ^= (char)(1 << next_random() % 8);
		break;
	case 1:
		b->data[at] = (char)next_random();
		break;
	case 2: /* a piece is doubled, or drops out */
		if (next_random() % 2)
			buf_append(b, b->data, at);
		else
			buf_consume(b, at % 16);
		break;
	default:
		buf_char(b, (char)next_random());
	}
}

static void run_mutations(struct str_slice input)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	for (size_t i = 0; i < MUTATIONS && input.len < 16384; i++) {
		buf_clear(&b);
		buf_slice(&b, input);
		if (!buf_room(&b, input.len + 16)) /* doubling must not move what it reads */
			return;
		for (size_t n = next_random() % 4 + 1; n > 0; n--)
			if (b.cap - b.len > b.len + 16)
				mutate(&b);
		run(buf_cstr(&b), b.len);
	}
}

static void replay_file(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	auto_(buf_done) struct buf b = BUF_INIT_MAX(INPUT_MAX);
	char *room;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && (room = buf_room(&b, 4096)))
		if ((n = read(fd, room, 4096)) > 0)
			buf_added(&b, (size_t)n);
	if (n < 0 || buf_error(&b)) {
		fprintf(stderr, "cannot read '%s'\n", path);
		exit(1);
	}
	seed = 0x9e3779b97f4a7c15;
	run(buf_cstr(&b), b.len);
	run_beginnings(buf_view(&b));
	run_mutations(buf_view(&b));
}

static int replay(const char *path)
{
	char file[4096];
	struct dirent *entry;
	DIR *dir = opendir(path);
	int count = 0;

	if (!dir) {
		replay_file(path);
		return 1;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		count += replay(file);
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	printf("%d inputs replayed\n", count);
	return count ? 0 : 1;
}
