-- What became of the rows of a source, added up by judge as commits come: a page must not add up years of them.
-- Commits after last_commit are added by whoever reads it; without a judge that is all of them.
CREATE TABLE evenhand.source_counts (
	source_id   integer PRIMARY KEY REFERENCES evenhand.source,
	last_commit bigint NOT NULL,
	n_on_time   bigint NOT NULL,
	n_early     bigint NOT NULL,
	n_late      bigint NOT NULL,
	n_set_aside bigint NOT NULL,
	n_repeated  bigint NOT NULL,
	n_corrected bigint NOT NULL,
	n_taken     bigint NOT NULL
);

CREATE VIEW evenhand.source_fates AS
	SELECT s.source_id, coalesce(max(k.last_commit), 0) AS counted_to,
	       coalesce(max(k.n_on_time), 0) + coalesce(sum(c.n_on_time), 0)::bigint AS n_on_time,
	       coalesce(max(k.n_early), 0) + coalesce(sum(c.n_early), 0)::bigint AS n_early,
	       coalesce(max(k.n_late), 0) + coalesce(sum(c.n_late), 0)::bigint AS n_late,
	       coalesce(max(k.n_set_aside), 0) + coalesce(sum(c.n_set_aside), 0)::bigint AS n_set_aside,
	       coalesce(max(k.n_repeated), 0) + coalesce(sum(c.n_repeated), 0)::bigint AS n_repeated,
	       coalesce(max(k.n_corrected), 0) + coalesce(sum(c.n_corrected), 0)::bigint AS n_corrected,
	       coalesce(max(k.n_taken), 0) + coalesce(sum(c.n_taken), 0)::bigint AS n_taken
	FROM evenhand.source s LEFT JOIN evenhand.source_counts k USING (source_id)
	LEFT JOIN evenhand.gather_commit c ON c.source_id = s.source_id AND c.commit_no > coalesce(k.last_commit, 0)
	GROUP BY s.source_id;

GRANT SELECT, INSERT, UPDATE ON evenhand.source_counts TO evenhand_writer;
GRANT SELECT ON evenhand.source_counts, evenhand.source_fates TO evenhand_writer, evenhand_reader;
