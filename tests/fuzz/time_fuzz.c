/*
 * time_fuzz.c - any bytes as an instant: what is taken is a day of the calendar, and its own text is the same instant.
 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n + 1), own[EH_TIME_TEXT];
	int64_t us = 0, again = 0, length;

	EH_ASSERT(text != NULL);
	memcpy(text, data, n);
	text[n] = '\0';
	if (eh_time_parse(text, n, &us)) {
		struct eh_date date = eh_date_of_us(us);

		/* A zone may carry an instant of the first or last day over its year. */
		EH_ASSERT(date.year >= 0 && date.year <= 10000 && date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31);
		EH_ASSERT(eh_date_to_days(eh_date_of_days(eh_date_to_days(date))) == eh_date_to_days(date));
		eh_time_format(us, own);
		if (date.year >= 1 && date.year <= 9999)
			EH_ASSERT(eh_time_parse(own, strlen(own), &again) && again == us);
	}
	if (memchr(text, '\0', n) == NULL && eh_duration_parse(text, &length))
		EH_ASSERT(length > 0);
	free(text);
	return 0;
}
