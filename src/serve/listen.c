/*
 * listen.c - which address is served: loopback, and no other, as long as there is no TLS.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "serve/daemon.h"

static bool read_port(const char *text, uint16_t *port)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	unsigned long value = strtoul(text, &end, 10);
	*port = (uint16_t)value;
	return *end == '\0' && value <= 65535;
}

static bool read_host(const char *host, uint16_t port, struct sockaddr_storage *out, socklen_t *n)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &v4.sin_addr) == 1) {
		memcpy(out, &v4, sizeof v4);
		*n = sizeof v4;
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
		memcpy(out, &v6, sizeof v6);
		*n = sizeof v6;
		return true;
	}
	return false;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(&v4, address, sizeof v4);
	memcpy(&v6, address, sizeof v6);
	return address->ss_family == AF_INET ? ntohl(v4.sin_addr.s_addr) >> 24 == 127
	                                     : IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

enum eh_rc eh_serve_listen_address(const char *text, struct sockaddr_storage *out, socklen_t *n, struct eh_err *err)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	uint16_t port;

	if (!colon || (size_t)(colon - text) >= sizeof host || !read_port(colon + 1, &port)) {
		eh_fail(err, EH_BAD_INPUT, "\"%s\" is not host:port", text);
		return eh_hint(err, "Write it as 127.0.0.1:8787 or [::1]:8787.");
	}
	size_t length = (size_t)(colon - text);
	memcpy(host, text, length);
	host[length] = '\0';
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		memmove(host, host + 1, length - 1);
	}
	if (!read_host(host, port, out, n)) {
		eh_fail(err, EH_BAD_INPUT, "\"%s\" is not an address", host);
		return eh_hint(err, "Write it as 127.0.0.1:8787 or [::1]:8787.");
	}
	if (!is_loopback(out)) {
		eh_fail(err, EH_REFUSED, "%s can be reached from other machines, and the dashboard speaks plain HTTP",
		        text);
		return eh_hint(err,
		               "Listen on 127.0.0.1 and come through an SSH tunnel: ssh -L 8787:127.0.0.1:8787 HOST.");
	}
	return EH_OK;
}
