/*
 * stat_fuzz.c - any bytes as a line of `evenhand stat`: always one answer, which is JSON.
 *
 * Where the first byte is below 128 and no brace, it chooses a test and the rest is its inputs, so that the bytes
 * reach the tests and not only the reader of lines.
 */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "stat/stat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t tests_n(void)
{
	const char *name, *inputs, *result;
	size_t n = 0;

	while (eh_stat_test_at(n, &name, &inputs, &result))
		n++;
	return n;
}

static void make_line(struct eh_buf *line, const uint8_t *data, size_t n)
{
	const char *name, *inputs, *result;

	if (n == 0 || data[0] >= 128 || data[0] == '{') {
		eh_buf_put(line, data, n);
		return;
	}
	EH_ASSERT(eh_stat_test_at(data[0] % tests_n(), &name, &inputs, &result));
	eh_buf_printf(line, "{\"id\":1,\"test\":\"%s\",\"inputs\":", name);
	eh_buf_put(line, data + 1, n - 1);
	eh_buf_putc(line, '}');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	EH_STAT_AUTO stat = eh_stat_new();
	EH_BUF_AUTO line = {0}, out = {0};

	make_line(&line, data, n);
	eh_stat_answer(stat, line.data != NULL ? line.data : "", line.len, &out);
	EH_ASSERT(out.len > 0 && memchr(out.data, '\n', out.len) == out.data + out.len - 1);
	EH_JSON_AUTO answer = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	EH_ASSERT(json_is_string(json_object_get(answer, "status")));
	EH_ASSERT(json_is_object(json_object_get(answer, "result")));
	bool invalid = strcmp(json_string_value(json_object_get(answer, "status")), "invalid") == 0;
	EH_ASSERT(invalid == (json_object_get(answer, "reason") != NULL));
	return 0;
}
