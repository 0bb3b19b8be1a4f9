-- Whoever may be counsel, and nothing else of Evenhand, asks for a note to stand on the record and for nothing more.
CREATE FUNCTION evenhand.request_of_counsel() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
	counsel oid := to_regrole('evenhand_counsel'); -- a store may be older than the role
BEGIN
	-- counsel names an author by os_user, which judge takes for proof: so no verb but this one may come that way
	IF NEW.verb <> 'counsel-note' AND pg_has_role(current_user, counsel, 'USAGE')
		AND NOT pg_has_role(current_user, 'evenhand_reader', 'USAGE') AND NOT pg_has_role(current_user, 'evenhand_writer', 'USAGE') THEN
		RAISE EXCEPTION 'the role of counsel asks for notes only, not for "%"', NEW.verb USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER request_of_counsel BEFORE INSERT ON evenhand.request FOR EACH ROW EXECUTE FUNCTION evenhand.request_of_counsel();
