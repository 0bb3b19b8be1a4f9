-- Versions of the policy by layer and instant, with who proposed and who approved them; what was proposed is kept for good.
CREATE TABLE evenhand.policy_proposal (
	proposal_id  bigint PRIMARY KEY REFERENCES evenhand.request,
	layer        text NOT NULL CHECK (layer IN ('house', 'floor')),
	sha256       bytea NOT NULL CHECK (length(sha256) = 32),
	canonical    text NOT NULL,
	effective_us bigint NOT NULL,
	proposer     text NOT NULL REFERENCES evenhand.app_user,
	reason       text NOT NULL,
	lab_sha256   bytea CHECK (length(lab_sha256) = 32), -- what a lab run gave for it, where one was named
	leaf_index   bigint NOT NULL,                      -- of the answer to the request
	proposed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE evenhand.policy_decision (
	proposal_id bigint PRIMARY KEY REFERENCES evenhand.policy_proposal,
	approved    boolean NOT NULL,
	decided_by  text NOT NULL REFERENCES evenhand.app_user,
	reason      text,
	leaf_index  bigint NOT NULL,
	decided_at  timestamptz NOT NULL DEFAULT now()
);

-- The same policy may be put in force again later, or as the floor: a version is known by its leaf.
ALTER TABLE evenhand.policy_version
	DROP CONSTRAINT policy_version_pkey,
	DROP CONSTRAINT policy_version_leaf_index_key,
	ADD CONSTRAINT policy_version_pkey PRIMARY KEY (leaf_index),
	ADD COLUMN layer text NOT NULL DEFAULT 'house' CHECK (layer IN ('house', 'floor')),
	ADD COLUMN proposal_id bigint UNIQUE REFERENCES evenhand.policy_proposal,
	ADD COLUMN proposer text REFERENCES evenhand.app_user,
	ADD COLUMN approver text REFERENCES evenhand.app_user,
	ADD COLUMN lab_sha256 bytea CHECK (length(lab_sha256) = 32),
	ADD CONSTRAINT policy_version_two_people CHECK (
		CASE WHEN effective_us IS NULL THEN layer = 'house' AND proposal_id IS NULL
		ELSE proposal_id IS NOT NULL AND coalesce(proposer <> approver, false) END);

GRANT SELECT, INSERT ON evenhand.policy_proposal, evenhand.policy_decision TO evenhand_writer;
GRANT SELECT ON evenhand.policy_proposal, evenhand.policy_decision TO evenhand_reader;

-- Who sets the floor is of the regulator's side, and is not the regulator's reader.
ALTER TABLE evenhand.app_user
	DROP CONSTRAINT app_user_role_check,
	ADD CONSTRAINT app_user_role_check CHECK (role IN ('insurer', 'analyst', 'approver', 'regulator', 'regulator-admin',
		'admin', 'machine'));

-- The regulator's side sees every version of both layers, and of people only those of its own.
CREATE VIEW evenhand_regulator.policy AS
	SELECT v.leaf_index, v.layer, v.sha256, v.canonical, v.effective_us, v.proposal_id,
	       CASE WHEN v.layer = 'floor' THEN v.proposer END AS proposer, CASE WHEN v.layer = 'floor' THEN v.approver END AS approver,
	       v.lab_sha256
	FROM evenhand.policy_version v;
CREATE VIEW evenhand_regulator.policy_proposal AS
	SELECT p.proposal_id, p.layer, p.sha256, p.canonical, p.effective_us, CASE WHEN p.layer = 'floor' THEN p.proposer END AS proposer,
	       CASE WHEN p.layer = 'floor' THEN p.reason END AS reason, p.lab_sha256, p.proposed_at, d.approved,
	       CASE WHEN p.layer = 'floor' THEN d.decided_by END AS decided_by, CASE WHEN p.layer = 'floor' THEN d.reason END AS decided_why,
	       d.decided_at
	FROM evenhand.policy_proposal p LEFT JOIN evenhand.policy_decision d USING (proposal_id);
GRANT SELECT ON evenhand_regulator.policy, evenhand_regulator.policy_proposal TO evenhand_regulator;
