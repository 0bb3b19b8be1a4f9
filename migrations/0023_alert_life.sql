-- The life of an alert: who may take which step with what written down, as rows that only a migration changes, and a trigger that holds every step to them.
-- The rows between the marks are the program's table (src/alert); tests/unit/alert/table_test.c compares the two and writes them anew.
DROP TABLE evenhand.alert_rule;
CREATE TABLE evenhand.alert_rule (
	from_state text NOT NULL, -- '' before the alert exists
	event      text NOT NULL,
	kind       text NOT NULL CHECK (kind IN ('bias', 'data', 'governance')),
	to_state   text NOT NULL,
	people     smallint NOT NULL CHECK (people BETWEEN 0 AND 2), -- 0: judge itself
	roles      text[] NOT NULL, -- of whoever takes the step, or proposes it
	seconds    text[] NOT NULL, -- of whoever approves it
	apart      boolean NOT NULL, -- nobody who took the last step "mitigate"
	once       boolean NOT NULL, -- once in the life of an alert
	needs      text[] NOT NULL,  -- fields that stand in the body under "fields"
	PRIMARY KEY (from_state, event, kind),
	CHECK (NOT roles && seconds)
);
CREATE TABLE evenhand.alert_field (
	field   text PRIMARY KEY,
	type    text NOT NULL CHECK (type IN ('text', 'list', 'choice', 'count', 'episodes', 'instant', 'day')),
	once    boolean NOT NULL, -- set once in the life of an alert
	choices text[] NOT NULL
);

-- rows begin
INSERT INTO evenhand.alert_rule (from_state, event, kind, to_state, people, roles, seconds, apart, once, needs) VALUES
	('', 'raised', 'bias', 'raised', 0, '{}', '{}', false, false, '{}'),
	('', 'raised', 'data', 'raised', 0, '{}', '{}', false, false, '{}'),
	('', 'raised', 'governance', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'escalated', 'bias', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'escalated', 'data', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'escalated', 'governance', 'raised', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'escalated', 'bias', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'escalated', 'data', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'escalated', 'governance', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'escalated', 'bias', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'escalated', 'data', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'escalated', 'governance', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'escalated', 'bias', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'escalated', 'data', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'escalated', 'governance', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'escalated', 'bias', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'escalated', 'data', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'escalated', 'governance', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'escalated', 'bias', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'escalated', 'data', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'escalated', 'governance', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'escalated', 'bias', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'escalated', 'data', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'escalated', 'governance', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('raised', 'folded', 'bias', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'folded', 'data', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'folded', 'governance', 'raised', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'folded', 'bias', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'folded', 'data', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'folded', 'governance', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'folded', 'bias', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'folded', 'data', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'folded', 'governance', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'folded', 'bias', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'folded', 'data', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'folded', 'governance', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'folded', 'bias', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'folded', 'data', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'folded', 'governance', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'folded', 'bias', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'folded', 'data', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'folded', 'governance', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'folded', 'bias', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'folded', 'data', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'folded', 'governance', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('raised', 'recovered', 'bias', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'recovered', 'data', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'recovered', 'governance', 'raised', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'recovered', 'bias', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'recovered', 'data', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'recovered', 'governance', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'recovered', 'bias', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'recovered', 'data', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'recovered', 'governance', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'recovered', 'bias', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'recovered', 'data', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'recovered', 'governance', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'recovered', 'bias', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'recovered', 'data', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'recovered', 'governance', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'recovered', 'bias', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'recovered', 'data', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'recovered', 'governance', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'recovered', 'bias', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'recovered', 'data', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'recovered', 'governance', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('raised', 'returned', 'bias', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'returned', 'data', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'returned', 'governance', 'raised', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'returned', 'bias', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'returned', 'data', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'returned', 'governance', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'returned', 'bias', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'returned', 'data', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'returned', 'governance', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'returned', 'bias', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'returned', 'data', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'returned', 'governance', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'returned', 'bias', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'returned', 'data', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'returned', 'governance', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'returned', 'bias', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'returned', 'data', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'returned', 'governance', 'accepted-risk', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'returned', 'bias', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'returned', 'data', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'returned', 'governance', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('raised', 'deadline-missed', 'bias', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'deadline-missed', 'data', 'raised', 0, '{}', '{}', false, false, '{}'),
	('raised', 'deadline-missed', 'governance', 'raised', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'deadline-missed', 'bias', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'deadline-missed', 'data', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('acknowledged', 'deadline-missed', 'governance', 'acknowledged', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'deadline-missed', 'bias', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'deadline-missed', 'data', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('investigating', 'deadline-missed', 'governance', 'investigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'deadline-missed', 'bias', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'deadline-missed', 'data', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('mitigating', 'deadline-missed', 'governance', 'mitigating', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'deadline-missed', 'bias', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'deadline-missed', 'data', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('verifying', 'deadline-missed', 'governance', 'verifying', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'deadline-missed', 'bias', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'deadline-missed', 'data', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('reopened', 'deadline-missed', 'governance', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'expired', 'bias', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'expired', 'data', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('accepted-risk', 'expired', 'governance', 'reopened', 0, '{}', '{}', false, false, '{}'),
	('raised', 'acknowledge', 'bias', 'acknowledged', 1, '{insurer}', '{}', false, false, '{aware_at}'),
	('reopened', 'acknowledge', 'bias', 'acknowledged', 1, '{insurer}', '{}', false, false, '{aware_at}'),
	('raised', 'acknowledge', 'data', 'acknowledged', 1, '{insurer}', '{}', false, false, '{}'),
	('raised', 'acknowledge', 'governance', 'acknowledged', 1, '{insurer}', '{}', false, false, '{}'),
	('reopened', 'acknowledge', 'data', 'acknowledged', 1, '{insurer}', '{}', false, false, '{}'),
	('reopened', 'acknowledge', 'governance', 'acknowledged', 1, '{insurer}', '{}', false, false, '{}'),
	('acknowledged', 'investigate', 'bias', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses,legal_hold,clock}'),
	('reopened', 'investigate', 'bias', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses,legal_hold,clock}'),
	('acknowledged', 'investigate', 'data', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('acknowledged', 'investigate', 'governance', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('reopened', 'investigate', 'data', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('reopened', 'investigate', 'governance', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('investigating', 'mitigate', 'bias', 'mitigating', 1, '{insurer,analyst}', '{}', false, false, '{action,expected_effect,rollback,affected,hold}'),
	('investigating', 'mitigate', 'data', 'mitigating', 1, '{insurer,analyst}', '{}', false, false, '{action}'),
	('investigating', 'mitigate', 'governance', 'mitigating', 1, '{insurer,analyst}', '{}', false, false, '{action}'),
	('mitigating', 'verify', 'bias', 'verifying', 1, '{insurer,analyst}', '{}', true, false, '{metric,n_needed,epoch}'),
	('mitigating', 'verify', 'data', 'verifying', 1, '{insurer,analyst}', '{}', true, false, '{metric}'),
	('mitigating', 'verify', 'governance', 'verifying', 1, '{insurer,analyst}', '{}', true, false, '{metric}'),
	('verifying', 'investigate', 'bias', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('verifying', 'investigate', 'data', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('verifying', 'investigate', 'governance', 'investigating', 1, '{insurer,analyst}', '{}', false, false, '{hypotheses}'),
	('raised', 'note', 'bias', 'raised', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('raised', 'note', 'data', 'raised', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('raised', 'note', 'governance', 'raised', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('acknowledged', 'note', 'bias', 'acknowledged', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('acknowledged', 'note', 'data', 'acknowledged', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('acknowledged', 'note', 'governance', 'acknowledged', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('investigating', 'note', 'bias', 'investigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('investigating', 'note', 'data', 'investigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('investigating', 'note', 'governance', 'investigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('mitigating', 'note', 'bias', 'mitigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('mitigating', 'note', 'data', 'mitigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('mitigating', 'note', 'governance', 'mitigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('verifying', 'note', 'bias', 'verifying', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('verifying', 'note', 'data', 'verifying', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('verifying', 'note', 'governance', 'verifying', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('closed-fixed', 'note', 'bias', 'closed-fixed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('closed-fixed', 'note', 'data', 'closed-fixed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('closed-fixed', 'note', 'governance', 'closed-fixed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('closed-not-confirmed', 'note', 'bias', 'closed-not-confirmed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('closed-not-confirmed', 'note', 'data', 'closed-not-confirmed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('closed-not-confirmed', 'note', 'governance', 'closed-not-confirmed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('accepted-risk', 'note', 'bias', 'accepted-risk', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('accepted-risk', 'note', 'data', 'accepted-risk', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('accepted-risk', 'note', 'governance', 'accepted-risk', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('reopened', 'note', 'bias', 'reopened', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('reopened', 'note', 'data', 'reopened', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('reopened', 'note', 'governance', 'reopened', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{}'),
	('raised', 'dispute', 'bias', 'raised', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('raised', 'dispute', 'data', 'raised', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('raised', 'dispute', 'governance', 'raised', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('acknowledged', 'dispute', 'bias', 'acknowledged', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('acknowledged', 'dispute', 'data', 'acknowledged', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('acknowledged', 'dispute', 'governance', 'acknowledged', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('investigating', 'dispute', 'bias', 'investigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('investigating', 'dispute', 'data', 'investigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('investigating', 'dispute', 'governance', 'investigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('mitigating', 'dispute', 'bias', 'mitigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('mitigating', 'dispute', 'data', 'mitigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('mitigating', 'dispute', 'governance', 'mitigating', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('verifying', 'dispute', 'bias', 'verifying', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('verifying', 'dispute', 'data', 'verifying', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('verifying', 'dispute', 'governance', 'verifying', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('closed-fixed', 'dispute', 'bias', 'closed-fixed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('closed-fixed', 'dispute', 'data', 'closed-fixed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('closed-fixed', 'dispute', 'governance', 'closed-fixed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('closed-not-confirmed', 'dispute', 'bias', 'closed-not-confirmed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('closed-not-confirmed', 'dispute', 'data', 'closed-not-confirmed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('closed-not-confirmed', 'dispute', 'governance', 'closed-not-confirmed', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('accepted-risk', 'dispute', 'bias', 'accepted-risk', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('accepted-risk', 'dispute', 'data', 'accepted-risk', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('accepted-risk', 'dispute', 'governance', 'accepted-risk', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('reopened', 'dispute', 'bias', 'reopened', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('reopened', 'dispute', 'data', 'reopened', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('reopened', 'dispute', 'governance', 'reopened', 1, '{insurer,analyst,approver,counsel}', '{}', false, false, '{disputed_by}'),
	('raised', 'settle', 'bias', 'raised', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('raised', 'settle', 'data', 'raised', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('raised', 'settle', 'governance', 'raised', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('acknowledged', 'settle', 'bias', 'acknowledged', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('acknowledged', 'settle', 'data', 'acknowledged', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('acknowledged', 'settle', 'governance', 'acknowledged', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('investigating', 'settle', 'bias', 'investigating', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('investigating', 'settle', 'data', 'investigating', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('investigating', 'settle', 'governance', 'investigating', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('mitigating', 'settle', 'bias', 'mitigating', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('mitigating', 'settle', 'data', 'mitigating', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('mitigating', 'settle', 'governance', 'mitigating', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('verifying', 'settle', 'bias', 'verifying', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('verifying', 'settle', 'data', 'verifying', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('verifying', 'settle', 'governance', 'verifying', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('closed-fixed', 'settle', 'bias', 'closed-fixed', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('closed-fixed', 'settle', 'data', 'closed-fixed', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('closed-fixed', 'settle', 'governance', 'closed-fixed', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('closed-not-confirmed', 'settle', 'bias', 'closed-not-confirmed', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('closed-not-confirmed', 'settle', 'data', 'closed-not-confirmed', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('closed-not-confirmed', 'settle', 'governance', 'closed-not-confirmed', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('accepted-risk', 'settle', 'bias', 'accepted-risk', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('accepted-risk', 'settle', 'data', 'accepted-risk', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('accepted-risk', 'settle', 'governance', 'accepted-risk', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('reopened', 'settle', 'bias', 'reopened', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('reopened', 'settle', 'data', 'reopened', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('reopened', 'settle', 'governance', 'reopened', 1, '{insurer}', '{}', false, false, '{settlement}'),
	('acknowledged', 'notify-regulator', 'bias', 'acknowledged', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('acknowledged', 'notify-regulator', 'data', 'acknowledged', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('acknowledged', 'notify-regulator', 'governance', 'acknowledged', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('investigating', 'notify-regulator', 'bias', 'investigating', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('investigating', 'notify-regulator', 'data', 'investigating', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('investigating', 'notify-regulator', 'governance', 'investigating', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('mitigating', 'notify-regulator', 'bias', 'mitigating', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('mitigating', 'notify-regulator', 'data', 'mitigating', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('mitigating', 'notify-regulator', 'governance', 'mitigating', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('verifying', 'notify-regulator', 'bias', 'verifying', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('verifying', 'notify-regulator', 'data', 'verifying', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('verifying', 'notify-regulator', 'governance', 'verifying', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-fixed', 'notify-regulator', 'bias', 'closed-fixed', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-fixed', 'notify-regulator', 'data', 'closed-fixed', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-fixed', 'notify-regulator', 'governance', 'closed-fixed', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-not-confirmed', 'notify-regulator', 'bias', 'closed-not-confirmed', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-not-confirmed', 'notify-regulator', 'data', 'closed-not-confirmed', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-not-confirmed', 'notify-regulator', 'governance', 'closed-not-confirmed', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('accepted-risk', 'notify-regulator', 'bias', 'accepted-risk', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('accepted-risk', 'notify-regulator', 'data', 'accepted-risk', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('accepted-risk', 'notify-regulator', 'governance', 'accepted-risk', 1, '{insurer,counsel}', '{}', false, false, '{notified_at,authority}'),
	('closed-fixed', 'reopen', 'bias', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('closed-fixed', 'reopen', 'data', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('closed-fixed', 'reopen', 'governance', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('closed-not-confirmed', 'reopen', 'bias', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('closed-not-confirmed', 'reopen', 'data', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('closed-not-confirmed', 'reopen', 'governance', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('accepted-risk', 'reopen', 'bias', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('accepted-risk', 'reopen', 'data', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('accepted-risk', 'reopen', 'governance', 'reopened', 1, '{insurer}', '{}', false, false, '{}'),
	('acknowledged', 'causal-link', 'bias', 'acknowledged', 2, '{insurer,analyst}', '{approver,counsel}', false, true, '{causal_link_at,basis}'),
	('investigating', 'causal-link', 'bias', 'investigating', 2, '{insurer,analyst}', '{approver,counsel}', false, true, '{causal_link_at,basis}'),
	('mitigating', 'causal-link', 'bias', 'mitigating', 2, '{insurer,analyst}', '{approver,counsel}', false, true, '{causal_link_at,basis}'),
	('verifying', 'causal-link', 'bias', 'verifying', 2, '{insurer,analyst}', '{approver,counsel}', false, true, '{causal_link_at,basis}'),
	('verifying', 'close-fixed', 'bias', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,remaining_gap,redress,episodes}'),
	('acknowledged', 'close-fixed', 'data', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('acknowledged', 'close-fixed', 'governance', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('investigating', 'close-fixed', 'data', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('investigating', 'close-fixed', 'governance', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('mitigating', 'close-fixed', 'data', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('mitigating', 'close-fixed', 'governance', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('verifying', 'close-fixed', 'data', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('verifying', 'close-fixed', 'governance', 'closed-fixed', 2, '{insurer,analyst}', '{approver}', true, false, '{result,episodes}'),
	('investigating', 'close-not-confirmed', 'bias', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,evidence_link,episodes}'),
	('mitigating', 'close-not-confirmed', 'bias', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,evidence_link,episodes}'),
	('verifying', 'close-not-confirmed', 'bias', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,evidence_link,episodes}'),
	('acknowledged', 'close-not-confirmed', 'data', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('acknowledged', 'close-not-confirmed', 'governance', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('investigating', 'close-not-confirmed', 'data', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('investigating', 'close-not-confirmed', 'governance', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('mitigating', 'close-not-confirmed', 'data', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('mitigating', 'close-not-confirmed', 'governance', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('verifying', 'close-not-confirmed', 'data', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('verifying', 'close-not-confirmed', 'governance', 'closed-not-confirmed', 2, '{insurer,analyst}', '{approver}', false, false, '{why,episodes}'),
	('investigating', 'accept-risk', 'bias', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,alternatives,residual,expires_on,episodes}'),
	('mitigating', 'accept-risk', 'bias', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,alternatives,residual,expires_on,episodes}'),
	('verifying', 'accept-risk', 'bias', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,alternatives,residual,expires_on,episodes}'),
	('acknowledged', 'accept-risk', 'data', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('acknowledged', 'accept-risk', 'governance', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('investigating', 'accept-risk', 'data', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('investigating', 'accept-risk', 'governance', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('mitigating', 'accept-risk', 'data', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('mitigating', 'accept-risk', 'governance', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('verifying', 'accept-risk', 'data', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}'),
	('verifying', 'accept-risk', 'governance', 'accepted-risk', 2, '{insurer,analyst}', '{approver,counsel}', false, false, '{rationale,expires_on,episodes}');
INSERT INTO evenhand.alert_field (field, type, once, choices) VALUES
	('aware_at', 'instant', true, '{}'),
	('hypotheses', 'list', false, '{}'),
	('legal_hold', 'choice', false, '{yes,no}'),
	('clock', 'choice', false, '{none,EU15,EU10,EU2,other}'),
	('action', 'text', false, '{}'),
	('expected_effect', 'text', false, '{}'),
	('rollback', 'text', false, '{}'),
	('affected', 'count', false, '{}'),
	('hold', 'choice', false, '{yes,no}'),
	('metric', 'text', false, '{}'),
	('n_needed', 'count', false, '{}'),
	('epoch', 'text', false, '{}'),
	('result', 'text', false, '{}'),
	('remaining_gap', 'text', false, '{}'),
	('redress', 'text', false, '{}'),
	('episodes', 'episodes', false, '{}'),
	('why', 'choice', false, '{data-fault,multiplicity,population-change,other}'),
	('evidence_link', 'text', false, '{}'),
	('rationale', 'text', false, '{}'),
	('alternatives', 'text', false, '{}'),
	('residual', 'text', false, '{}'),
	('expires_on', 'day', false, '{}'),
	('causal_link_at', 'instant', true, '{}'),
	('basis', 'text', false, '{}'),
	('notified_at', 'instant', false, '{}'),
	('authority', 'text', false, '{}'),
	('disputed_by', 'text', false, '{}'),
	('settlement', 'text', false, '{}');
-- rows end

CREATE FUNCTION evenhand.alert_field_fits(f evenhand.alert_field, value jsonb, at_us bigint, episodes bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
	SELECT coalesce(CASE f.type
		WHEN 'text' THEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '[^ \t\n\r\f\v]' AND octet_length(value #>> '{}') <= 2000
		WHEN 'choice' THEN jsonb_typeof(value) = 'string' AND value #>> '{}' = ANY (f.choices)
		WHEN 'count' THEN jsonb_typeof(value) = 'number' AND value #>> '{}' ~ '^[0-9]{1,15}$'
		WHEN 'episodes' THEN jsonb_typeof(value) = 'number' AND value #>> '{}' = episodes::text
		WHEN 'list' THEN CASE WHEN jsonb_typeof(value) = 'array' THEN jsonb_array_length(value) BETWEEN 1 AND 20
			AND NOT EXISTS (SELECT FROM jsonb_array_elements(value) e WHERE jsonb_typeof(e) <> 'string'
				OR e #>> '{}' !~ '[^ \t\n\r\f\v]' OR octet_length(e #>> '{}') > 2000) END
		WHEN 'instant' THEN CASE WHEN value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'
			THEN (value #>> '{}')::timestamptz <= greatest(now(), 'epoch'::timestamptz + at_us * interval '1 microsecond') END
		WHEN 'day' THEN CASE WHEN value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN (value #>> '{}')::date
			BETWEEN (('epoch'::timestamptz + at_us * interval '1 microsecond') AT TIME ZONE 'UTC')::date + 1
			AND (('epoch'::timestamptz + at_us * interval '1 microsecond') AT TIME ZONE 'UTC')::date + interval '12 months' END
	END, false)
$$;

-- Whether a user who is not disabled has one of the roles.
CREATE FUNCTION evenhand.alert_person_may(name text, roles text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
	SELECT EXISTS (SELECT FROM evenhand.app_user u WHERE u.user_name = name AND u.role = ANY (roles) AND u.disabled_at IS NULL)
$$;

CREATE FUNCTION evenhand.alert_fields_check(rule evenhand.alert_rule, step evenhand.alert_step) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
	given jsonb := coalesce(step.body -> 'fields', '{}');
	episodes bigint;
	f evenhand.alert_field;
	was_set boolean;
	extra text;
BEGIN
	IF jsonb_typeof(given) <> 'object' THEN
		RAISE EXCEPTION 'alert %: the fields of "%" are no object', step.alert_id, step.event;
	END IF;
	SELECT k INTO extra FROM jsonb_object_keys(given) k WHERE k <> ALL (rule.needs) LIMIT 1;
	IF extra IS NOT NULL THEN
		RAISE EXCEPTION 'alert %: "%" has no field "%"', step.alert_id, step.event, extra;
	END IF;
	SELECT count(*) INTO episodes FROM evenhand.alert_step t
		WHERE t.alert_id = step.alert_id AND t.event IN ('raised', 'folded', 'returned');
	FOR f IN SELECT * FROM evenhand.alert_field WHERE field = ANY (rule.needs) LOOP
		was_set := f.once AND EXISTS (SELECT FROM evenhand.alert_step t WHERE t.alert_id = step.alert_id AND t.body -> 'fields' ? f.field);
		IF was_set AND given ? f.field THEN
			RAISE EXCEPTION 'alert %: "%" was set already, and is set once', step.alert_id, f.field;
		ELSIF NOT was_set AND NOT evenhand.alert_field_fits(f, given -> f.field, step.at_us, episodes) THEN
			RAISE EXCEPTION 'alert %: "%" needs a sound field "%"', step.alert_id, step.event, f.field;
		END IF;
	END LOOP;
END $$;

CREATE FUNCTION evenhand.alert_people_check(rule evenhand.alert_rule, step evenhand.alert_step) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
	fixer text;
BEGIN
	IF rule.people = 0 THEN
		IF num_nonnulls(step.actor, step.second_actor) > 0 OR step.body ? 'fields' THEN
			RAISE EXCEPTION 'alert %: "%" is judge''s own', step.alert_id, step.event;
		END IF;
		RETURN;
	END IF;
	IF rule.people = 2 AND (step.actor IS NULL OR step.second_actor IS NULL OR step.actor = step.second_actor) THEN
		RAISE EXCEPTION 'alert %: "%" needs two distinct people', step.alert_id, step.event;
	END IF;
	IF step.actor IS NULL OR rule.people = 1 AND step.second_actor IS NOT NULL THEN
		RAISE EXCEPTION 'alert %: "%" needs one person', step.alert_id, step.event;
	END IF;
	IF NOT evenhand.alert_person_may(step.actor, rule.roles)
		OR rule.people = 2 AND NOT evenhand.alert_person_may(step.second_actor, rule.seconds) THEN
		RAISE EXCEPTION 'alert %: who asks for "%" has not the role for it', step.alert_id, step.event;
	END IF;
	IF coalesce(step.reason, '') !~ '[^ \t\n\r\f\v]' THEN
		RAISE EXCEPTION 'alert %: "%" needs a reason', step.alert_id, step.event;
	END IF;
	IF rule.apart THEN
		SELECT t.actor INTO fixer FROM evenhand.alert_step t WHERE t.alert_id = step.alert_id AND t.event = 'mitigate'
			ORDER BY t.step_no DESC LIMIT 1;
		IF fixer IN (step.actor, step.second_actor) THEN
			RAISE EXCEPTION 'alert %: "%" is not for whoever made the change', step.alert_id, step.event;
		END IF;
	END IF;
END $$;

CREATE OR REPLACE FUNCTION evenhand.alert_step_check() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
	rule evenhand.alert_rule;
	last evenhand.alert_step;
BEGIN
	SELECT * INTO last FROM evenhand.alert_step WHERE alert_id = NEW.alert_id ORDER BY step_no DESC LIMIT 1;
	IF NEW.step_no <> coalesce(last.step_no, 0) + 1 OR NEW.from_state <> coalesce(last.to_state, '') THEN
		RAISE EXCEPTION 'alert %: step % from "%" does not follow its last step', NEW.alert_id, NEW.step_no, NEW.from_state;
	END IF;
	SELECT r.* INTO rule FROM evenhand.alert_rule r JOIN evenhand.alert a ON a.alert_id = NEW.alert_id AND a.kind = r.kind
		WHERE r.from_state = NEW.from_state AND r.event = NEW.event;
	IF rule.event IS NULL OR rule.to_state <> NEW.to_state THEN
		RAISE EXCEPTION 'alert %: no rule lets "%" lead from "%" to "%"', NEW.alert_id, NEW.event, NEW.from_state, NEW.to_state;
	END IF;
	IF NEW.at_us < last.at_us THEN
		RAISE EXCEPTION 'alert %: the clock of step % goes back', NEW.alert_id, NEW.step_no;
	END IF;
	IF rule.once AND EXISTS (SELECT FROM evenhand.alert_step t WHERE t.alert_id = NEW.alert_id AND t.event = NEW.event) THEN
		RAISE EXCEPTION 'alert %: "%" happens once', NEW.alert_id, NEW.event;
	END IF;
	PERFORM evenhand.alert_people_check(rule, NEW);
	IF rule.people > 0 THEN
		PERFORM evenhand.alert_fields_check(rule, NEW);
	END IF;
	RETURN NEW;
END $$;

-- The next deadline of every alert that is not over.
CREATE VIEW evenhand.alert_due AS
	SELECT a.alert_id, a.source_id, a.state, (a.body -> 'life' ->> 'due')::timestamptz AS due_at, a.body -> 'life' ->> 'due_what' AS due_what
	FROM evenhand.alert_now a WHERE a.body -> 'life' ? 'due';

REVOKE ALL ON FUNCTION evenhand.alert_field_fits(evenhand.alert_field, jsonb, bigint, bigint), evenhand.alert_person_may(text, text[]),
	evenhand.alert_fields_check(evenhand.alert_rule, evenhand.alert_step),
	evenhand.alert_people_check(evenhand.alert_rule, evenhand.alert_step) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evenhand.alert_field_fits(evenhand.alert_field, jsonb, bigint, bigint), evenhand.alert_person_may(text, text[]),
	evenhand.alert_fields_check(evenhand.alert_rule, evenhand.alert_step),
	evenhand.alert_people_check(evenhand.alert_rule, evenhand.alert_step) TO evenhand_writer;
GRANT SELECT ON evenhand.alert_rule, evenhand.alert_field, evenhand.alert_due TO evenhand_writer, evenhand_reader;

-- Counsel may accept a risk and put a causal link on the record, and keeps notes of its own (the next migration).
ALTER TABLE evenhand.app_user DROP CONSTRAINT app_user_role_check;
ALTER TABLE evenhand.app_user ADD CONSTRAINT app_user_role_check
	CHECK (role IN ('insurer', 'analyst', 'approver', 'counsel', 'regulator', 'regulator-admin', 'admin', 'machine'));
