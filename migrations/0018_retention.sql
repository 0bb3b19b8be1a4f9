-- Rows that were set aside are kept for a while only: their ids are personal data.  The counts of them stay.
CREATE FUNCTION evenhand.drop_set_aside(of_source integer, older_ms bigint, OUT dropped bigint, OUT last_commit bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
	SELECT max(c.commit_no) INTO last_commit FROM evenhand.gather_commit c WHERE c.source_id = of_source
		AND c.committed_at < now() - greatest(older_ms, 86400000) * interval '1 millisecond';
	DELETE FROM evenhand.set_aside a WHERE a.source_id = of_source AND a.commit_no <= last_commit;
	GET DIAGNOSTICS dropped = ROW_COUNT;
END $$;

REVOKE ALL ON FUNCTION evenhand.drop_set_aside(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evenhand.drop_set_aside(integer, bigint) TO evenhand_writer;
