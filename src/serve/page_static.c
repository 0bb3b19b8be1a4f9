/*
 * page_static.c - the style sheet, the module and the mark, from inside the program.
 */
#include <string.h>

#include "base/asset.h"
#include "serve/daemon.h"
#include "serve/pages.h"

static const struct static_file {
	const char *name, *type;
} files[] = {
	{"app.css", "text/css; charset=utf-8"},
	{"app.js", "text/javascript; charset=utf-8"},
	{"mark.svg", "image/svg+xml"},
};

static const struct eh_asset *asset_of(struct eh_arena *arena, const char *name)
{
	return eh_asset_find(eh_arena_printf(arena, "dashboards/%s", name));
}

static const char *version_of(struct eh_arena *arena, const struct eh_asset *asset)
{
	struct eh_sha256 digest = eh_sha256_of(asset->data, (size_t)(asset->end - asset->data));
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&digest, hex);
	return eh_arena_strndup(arena, hex, 12);
}

const char *eh_serve_static_url(struct eh_arena *arena, const char *name)
{
	const struct eh_asset *asset = asset_of(arena, name);

	EH_ASSERT(asset);
	return eh_arena_printf(arena, "/static/%s?v=%s", name, version_of(arena, asset));
}

enum eh_rc eh_serve_page_static(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                struct eh_err *err)
{
	const char *version = eh_serve_form_get(&rq->args, "v");

	(void)err;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (strcmp(files[i].name, rq->tail) != 0)
			continue;
		const struct eh_asset *asset = asset_of(rq->arena, files[i].name);
		EH_ASSERT(asset);
		rp->type = files[i].type;
		rp->keep = version && strcmp(version, version_of(rq->arena, asset)) == 0;
		eh_buf_put(&rp->body, asset->data, (size_t)(asset->end - asset->data));
		return EH_OK;
	}
	eh_serve_answer_error(worker->serve, rq, rp, 404, "there is no such file", NULL);
	return EH_OK;
}
