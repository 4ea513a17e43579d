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
-- issue that they may not see is a text without title, and what it says about others is not there. In plpgsql, because
-- that keeps its plan for the connection: planning under row-level security takes longer than the rest.
CREATE FUNCTION tracker_links(org bigint, issue bigint) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH both_ends AS (
            SELECT DISTINCT ON (e.relation, coalesce(e.target_id::text, e.target)) e.relation, e.target, e.target_id
            FROM (
                SELECT 0 AS turn, l.relation, l.target, l.target_id
                FROM issue_links l WHERE l.org_id = org AND l.issue_id = issue
                UNION ALL
                SELECT 1, tracker_reversed(l.relation), NULL, l.issue_id
                FROM issue_links l WHERE l.org_id = org AND l.target_id = issue
            ) e
            ORDER BY e.relation, coalesce(e.target_id::text, e.target), e.turn
        )
        SELECT coalesce(json_agg(json_build_object(
            'relation', b.relation, 'target', coalesce(b.target, p.key || '-' || o.number),
            'issue', CASE WHEN p.id IS NOT NULL THEN json_build_object(
                'key', p.key || '-' || o.number, 'title', o.title, 'status', o.status) END)), '[]')
        FROM both_ends b
        LEFT JOIN issues o ON o.org_id = org AND o.id = b.target_id
        LEFT JOIN projects p ON p.org_id = o.org_id AND p.id = o.project_id);
END
$$;
REVOKE ALL ON FUNCTION tracker_links FROM public;
GRANT EXECUTE ON FUNCTION tracker_links TO tracker_app;
