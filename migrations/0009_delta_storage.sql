-- Packed blocks are compressed by lz4 where the server has it: its default took more time than counting the rows.
DO $$
BEGIN
	ALTER TABLE evenhand.pane_delta ALTER COLUMN block SET COMPRESSION lz4, ALTER COLUMN examples SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
	RAISE NOTICE 'this server was built without lz4: blocks are compressed by its default';
END
$$;
