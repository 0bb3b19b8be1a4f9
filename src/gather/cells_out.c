/*
 * cells_out.c - see cells_out.h.
 */
#include "gather/cells_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "source/panes.h"
#include "source/shape.h"

/* A cell with its names in the order of the columns. */
struct line {
	const char *const *name; /* attributes, strata, roles; NULL: missing */
	bool other;              /* the stratum is `other` */
	uint64_t n, favourable;
	struct eh_cube_outcomes outcomes; /* where the shape has them */
};

struct run {
	const struct eh_cells_out *out;
	const struct eh_source *source;
	struct eh_cube_names *names;
	struct eh_cube_shape shape;
	const char **column; /* protected.NAME, strata.NAME, lineage.ROLE */
	size_t columns;
	struct eh_buf text;
};

static size_t columns_now; /* of the lines that qsort() compares */

static int compare_lines(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;

	for (size_t i = 0; i < columns_now; i++) {
		int by = a->name[i] == NULL || b->name[i] == NULL ? (a->name[i] != NULL) - (b->name[i] != NULL)
		                                                  : strcmp(a->name[i], b->name[i]);

		if (by != 0)
			return by;
	}
	return a->other - b->other;
}

static void name_cell(const struct run *run, const struct eh_cube_cell *cell, const char **name)
{
	const struct eh_cube_names *names = run->names;

	for (uint32_t a = 0; a < run->shape.attributes; a++)
		*name++ = eh_cube_group_label(names, a, cell->group[a]);
	for (uint32_t s = 0; s < run->shape.strata; s++)
		*name++ = eh_cube_tuple_is_other(names, EH_CUBE_STRATUM, cell->stratum)
		                  ? EH_CELLS_OTHER
		                  : eh_cube_tuple_field(names, EH_CUBE_STRATUM, cell->stratum, s);
	for (uint32_t r = 0; r < run->shape.roles; r++)
		*name++ = eh_cube_tuple_field(names, EH_CUBE_LINEAGE, cell->lineage, r);
}

#define OUTCOMES 4
static const char *const outcome_names[OUTCOMES] = {"favourable_outcome_benign", "favourable_outcome_adverse",
                                                    "adverse_outcome_benign", "adverse_outcome_adverse"};

/* In the order of the names: what is known of what became of the decisions. */
static uint64_t outcome_of(const struct line *line, int i)
{
	const struct eh_cube_fates *f = &line->outcomes.of[i < 2];

	return i % 2 == 0 ? f->benign : f->adverse;
}

/* ---- the two forms ------------------------------------------------------------------ */

/* Quoted where it must be; missing is nothing between the commas, an empty value cannot occur. */
static void put_csv(struct eh_buf *out, const char *text)
{
	if (text == NULL)
		return;
	if (strpbrk(text, ",\"\r\n") == NULL) {
		eh_buf_puts(out, text);
		return;
	}
	eh_buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			eh_buf_putc(out, '"');
		eh_buf_putc(out, *text);
	}
	eh_buf_putc(out, '"');
}

static void put_csv_head(struct run *run)
{
	eh_buf_puts(&run->text, "pane_start");
	for (size_t i = 0; i < run->columns; i++) {
		eh_buf_putc(&run->text, ',');
		put_csv(&run->text, run->column[i]);
	}
	eh_buf_puts(&run->text, ",n,favourable,adverse");
	for (int i = 0; run->shape.outcome && i < OUTCOMES; i++)
		eh_buf_printf(&run->text, ",%s", outcome_names[i]);
	eh_buf_putc(&run->text, '\n');
}

static void put_csv_line(struct run *run, const char *start, const struct line *line)
{
	eh_buf_puts(&run->text, start);
	for (size_t i = 0; i < run->columns; i++) {
		eh_buf_putc(&run->text, ',');
		put_csv(&run->text, line->name[i]);
	}
	eh_buf_printf(&run->text, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, line->n, line->favourable, line->n - line->favourable);
	for (int i = 0; run->shape.outcome && i < OUTCOMES; i++)
		eh_buf_printf(&run->text, ",%" PRIu64, outcome_of(line, i));
	eh_buf_putc(&run->text, '\n');
}

static void put_json_text(struct eh_buf *out, const char *text)
{
	if (text == NULL)
		eh_buf_puts(out, "null");
	else
		eh_json_string(out, text, strlen(text));
}

static void put_json_line(struct run *run, const char *start, const struct line *line)
{
	eh_buf_puts(&run->text, "{\"source\":");
	put_json_text(&run->text, run->source->name);
	eh_buf_printf(&run->text, ",\"pane_start\":\"%s\"", start);
	for (size_t i = 0; i < run->columns; i++) {
		eh_buf_putc(&run->text, ',');
		put_json_text(&run->text, run->column[i]);
		eh_buf_putc(&run->text, ':');
		put_json_text(&run->text, line->name[i]);
	}
	eh_buf_printf(&run->text, ",\"n\":%" PRIu64 ",\"favourable\":%" PRIu64 ",\"adverse\":%" PRIu64, line->n,
	              line->favourable, line->n - line->favourable);
	for (int i = 0; run->shape.outcome && i < OUTCOMES; i++)
		eh_buf_printf(&run->text, ",\"%s\":%" PRIu64, outcome_names[i], outcome_of(line, i));
	eh_buf_puts(&run->text, "}\n");
}

static enum eh_rc flush(struct run *run, struct eh_err *err)
{
	if (fwrite(run->text.data, 1, run->text.len, run->out->file) != run->text.len)
		return eh_fail(err, EH_AGAIN, "cannot write the cells: the output is full or closed");
	eh_buf_reset(&run->text);
	return EH_OK;
}

static enum eh_rc write_pane(void *ctx, const struct eh_panes_pane *pane, struct eh_err *err)
{
	struct run *run = ctx;
	EH_ARENA_AUTO arena = eh_arena_new();
	size_t n = eh_cube_cells(pane->cube);
	struct line *lines = eh_arena_zalloc(arena, n + 1, sizeof *lines);
	char start[EH_TIME_TEXT];

	eh_time_format(pane->pane_us, start);
	for (size_t i = 0; i < n; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(pane->cube, i);
		const char **name = eh_arena_zalloc(arena, run->columns + 1, sizeof *name);

		name_cell(run, &cell, name);
		lines[i] = (struct line){.name = name,
		                         .other = eh_cube_tuple_is_other(run->names, EH_CUBE_STRATUM, cell.stratum),
		                         .n = cell.n,
		                         .favourable = cell.favourable,
		                         .outcomes = eh_cube_outcomes_at(pane->cube, i)};
	}
	columns_now = run->columns;
	if (n > 0)
		qsort(lines, n, sizeof *lines, compare_lines);
	for (size_t i = 0; i < n; i++) {
		if (run->out->csv)
			put_csv_line(run, start, &lines[i]);
		else
			put_json_line(run, start, &lines[i]);
	}
	return flush(run, err);
}

static void name_columns(struct run *run, struct eh_arena *arena)
{
	const struct eh_map *map = run->source->map;
	const char **column;

	run->columns = run->shape.attributes + run->shape.strata + run->shape.roles;
	run->column = column = eh_arena_zalloc(arena, run->columns + 1, sizeof *column);
	for (size_t a = 0; a < map->protect_n; a++)
		*column++ = eh_arena_printf(arena, "protected.%s", map->protect[a].name);
	for (size_t s = 0; s < map->strata_n; s++)
		*column++ = eh_arena_printf(arena, "strata.%s", map->strata[s].name);
	for (uint32_t r = 0; r < run->shape.roles; r++)
		*column++ = eh_arena_printf(arena, "lineage.%s", map->lineage[eh_source_role(map, r)].role);
}

enum eh_rc eh_cells_write(struct eh_pg *store, const struct eh_source *source, const struct eh_cells_out *out,
                          struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cells *cells = eh_cells_new(arena, source->map);
	struct run run = {.out = out, .source = source, .names = eh_cells_names(cells), .shape = eh_source_shape(source->map)};

	name_columns(&run, arena);
	if (out->csv)
		put_csv_head(&run);
	enum eh_rc rc = out->csv ? flush(&run, err) : EH_OK;
	if (rc == EH_OK)
		rc = eh_panes_read(store, source->id, out->from_us, out->to_us, run.names, true, write_pane, &run, err);
	eh_buf_free(&run.text);
	return rc;
}
