-- A request has bounds, so that no row can be too long for the leaf that answers it; older rows stay as they are.
ALTER TABLE evenhand.request
	ADD CONSTRAINT request_bounds CHECK (octet_length(user_name) <= 63 AND octet_length(verb) <= 40
		AND (alert_id IS NULL OR octet_length(alert_id) <= 40) AND octet_length(body::text) <= 65536) NOT VALID;
