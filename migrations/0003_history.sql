-- What comes with a history from elsewhere: ties between issues, and marks of what was taken already.
--
-- A tie is kept as its issue says it, with the other issue's key as that was called where it came from. `target_id` is
-- the issue here, once there is one; a tie to something that was never imported stays a text.
CREATE TABLE issue_links (
    org_id    bigint NOT NULL,
    issue_id  bigint NOT NULL,
    relation  text   NOT NULL CHECK (relation IN (
        'RELATES', 'BLOCKS', 'BLOCKED_BY', 'DUPLICATES', 'DUPLICATED_BY', 'PARENT_OF', 'CHILD_OF')),
    target    text   NOT NULL CHECK (length(target) BETWEEN 1 AND 200),
    target_id bigint,
    -- Which import calls it so; until the issue is here, nothing else of that name is meant.
    source    text   CHECK (length(source) BETWEEN 1 AND 100),
    PRIMARY KEY (org_id, issue_id, relation, target),
    FOREIGN KEY (org_id, issue_id) REFERENCES issues,
    FOREIGN KEY (org_id, target_id) REFERENCES issues
);
CREATE INDEX issue_links_target ON issue_links (org_id, target_id) WHERE target_id IS NOT NULL;
CREATE INDEX issue_links_loose ON issue_links (org_id, source, target) WHERE target_id IS NULL AND source IS NOT NULL;

-- A tie exists for whoever sees the issue that says it: the inner query is bound by the policy of issues.
GRANT SELECT ON issue_links TO tracker_app, tracker_system;
ALTER TABLE issue_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON issue_links TO tracker_app USING (
    org_id = (SELECT tracker_org())
    AND EXISTS (SELECT FROM issues i WHERE i.org_id = issue_links.org_id AND i.id = issue_links.issue_id)
);
CREATE POLICY system ON issue_links TO tracker_system USING (true);

-- What something of a source became here, written in the transaction that made it: an import that runs twice, or goes
-- on after it was interrupted, finds here what it need not do. Only the importer, the owner of the database, reads it.
CREATE TABLE import_marks (
    org_id    bigint      NOT NULL REFERENCES organizations,
    source    text        NOT NULL CHECK (length(source) BETWEEN 1 AND 100),
    what      text        NOT NULL CHECK (what IN ('ISSUE', 'PERSON', 'DUMP')),
    -- An issue's key or a person's handle there.
    key       text        NOT NULL CHECK (length(key) <= 300),
    -- The issue or the person here.
    target_id bigint      NOT NULL,
    -- Its line in the file, and the run that took it: a second line with the same key is told from a second run.
    line      bigint      NOT NULL,
    run_at    timestamptz NOT NULL,
    PRIMARY KEY (org_id, source, what, key)
);
ALTER TABLE import_marks ENABLE ROW LEVEL SECURITY;

-- The other end of a tie: see tracker_domain::link::Relation.
CREATE FUNCTION tracker_reversed(relation text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE relation
        WHEN 'BLOCKS' THEN 'BLOCKED_BY' WHEN 'BLOCKED_BY' THEN 'BLOCKS'
        WHEN 'DUPLICATES' THEN 'DUPLICATED_BY' WHEN 'DUPLICATED_BY' THEN 'DUPLICATES'
        WHEN 'PARENT_OF' THEN 'CHILD_OF' WHEN 'CHILD_OF' THEN 'PARENT_OF'
        ELSE relation END;

-- The ties of an issue from both ends, each once: see tracker_domain::link::IssueLink. It runs as whoever asks, so an
-- issue that they may not see is a text without title, and what it says about others is not there.
CREATE FUNCTION tracker_links(i issues) RETURNS json LANGUAGE sql STABLE AS $$
    WITH both_ends AS (
        SELECT l.relation, l.target, l.target_id FROM issue_links l WHERE l.org_id = i.org_id AND l.issue_id = i.id
        UNION ALL
        SELECT tracker_reversed(l.relation), p.key || '-' || o.number, o.id
        FROM issue_links l
        JOIN issues o ON o.org_id = l.org_id AND o.id = l.issue_id
        JOIN projects p ON p.org_id = o.org_id AND p.id = o.project_id
        WHERE l.org_id = i.org_id AND l.target_id = i.id AND NOT EXISTS (
            SELECT FROM issue_links own
            WHERE own.org_id = i.org_id AND own.issue_id = i.id AND own.target_id = o.id
                AND own.relation = tracker_reversed(l.relation))
    )
    SELECT coalesce(json_agg(json_build_object(
        'relation', b.relation, 'target', b.target,
        'issue', CASE WHEN o.id IS NOT NULL AND p.id IS NOT NULL THEN json_build_object(
            'key', p.key || '-' || o.number, 'title', o.title, 'status', o.status) END)), '[]')
    FROM both_ends b
    LEFT JOIN issues o ON o.org_id = i.org_id AND o.id = b.target_id
    LEFT JOIN projects p ON p.org_id = o.org_id AND p.id = o.project_id;
$$;
REVOKE ALL ON FUNCTION tracker_links FROM public;
GRANT EXECUTE ON FUNCTION tracker_links TO tracker_app;
