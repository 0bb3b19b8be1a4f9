/*
 * number_fuzz.c - any bytes as a decimal number: what is taken keeps its value through its own text, and what has no more
 * decimals than the scale is the number that the C library reads.
 *
 * The first byte is the scale.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_text(const char *text, size_t n, int scale)
{
	int64_t q = 0, again = 0;
	enum eh_fixed got = eh_fixed_parse(text, n, scale, &q);
	char own[32];

	if (got != EH_FIXED_EXACT && got != EH_FIXED_ROUNDED)
		return;
	EH_ASSERT(q < EH_FIXED_LIMIT && q > -EH_FIXED_LIMIT);
	eh_fixed_format(q, scale, own);
	EH_ASSERT(eh_fixed_parse(own, strlen(own), scale, &again) == EH_FIXED_EXACT && again == q);
	char ended[256];
	if (n >= sizeof ended)
		return;
	memcpy(ended, text, n);
	ended[n] = '\0';
	double theirs = strtod(ended, NULL) * pow(10, scale);
	EH_ASSERT(fabs(theirs - (double)q) <= 0.5 + fabs(theirs) * 1e-14);
}

static void check_double(const uint8_t *bytes, int scale)
{
	int64_t q;
	double x;

	memcpy(&x, bytes, sizeof x);
	enum eh_fixed got = eh_fixed_of_double(x, scale, &q);
	if (got == EH_FIXED_EXACT || got == EH_FIXED_ROUNDED) {
		EH_ASSERT(isfinite(x) && q < EH_FIXED_LIMIT && q > -EH_FIXED_LIMIT);
		EH_ASSERT(fabs(eh_fixed_to_double(q, scale) - x) <= 0.5000001 * pow(10, -scale) + fabs(x) * 1e-14);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 1)
		return 0;
	int scale = data[0] % 13;
	char *text = malloc(n);
	EH_ASSERT(text != NULL);
	memcpy(text, data + 1, n - 1);
	check_text(text, n - 1, scale);
	if (n >= 9)
		check_double(data + 1, scale);
	free(text);
	return 0;
}
