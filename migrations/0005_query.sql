-- What the query language needs: whom a word means, when an issue was finished, and the indexes for both.

-- An issue as a list shows it, now with the time when it was finished. What was in it before stays.
CREATE OR REPLACE FUNCTION tracker_row(i issues) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', i.id, 'project_id', i.project_id,
        'key', p.key || '-' || i.number, 'title', i.title, 'status', i.status, 'severity', i.severity,
        'reporter', json_build_object('id', r.id, 'name', r.name),
        'assignee', CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id, 'name', a.name) END,
        'tags', (SELECT coalesce(json_agg(t.name ORDER BY t.name), '[]')
                 FROM issue_tags it JOIN tags t ON t.org_id = it.org_id AND t.id = it.tag_id
                 WHERE it.org_id = i.org_id AND it.issue_id = i.id),
        'comments', i.comment_count, 'created_at', i.created_at, 'updated_at', i.updated_at,
        'closed_at', i.closed_at, 'version', i.version)
    FROM projects p
    JOIN users r ON r.id = i.reporter_id
    LEFT JOIN users a ON a.id = i.assignee_id
    WHERE p.org_id = i.org_id AND p.id = i.project_id;
$$;

CREATE INDEX issues_closed ON issues (org_id, closed_at, id) WHERE closed_at IS NOT NULL;
-- The issues of one project in the usual order; without it those of a small project are searched for among all.
CREATE INDEX issues_project ON issues (org_id, project_id, updated_at, id);

-- People are named by their address, the part of it before the @, or their name, in any case.
CREATE INDEX users_local_part ON users (split_part(email, '@', 1));
CREATE INDEX users_lower_name ON users (lower(name));

-- The members of the organization that words mean, as far as the viewer may know them: a REPORTER knows themselves and
-- those who work on their own issues. `lower` is not leakproof, so under row-level security the indexes would not be
-- reached; this reads them as the owner.
CREATE FUNCTION tracker_people(words text[]) RETURNS TABLE (word text, user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT named.word, m.user_id
    FROM (
        SELECT w.word, u.id FROM unnest(words) AS w (word) JOIN users u ON u.email = w.word
        UNION
        SELECT w.word, u.id FROM unnest(words) AS w (word) JOIN users u ON split_part(u.email, '@', 1) = w.word
        UNION
        SELECT w.word, u.id FROM unnest(words) AS w (word) JOIN users u ON lower(u.name) = lower(w.word)
    ) named
    JOIN memberships m ON m.org_id = tracker_org() AND m.user_id = named.id
    WHERE current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN')
        OR m.user_id = tracker_user()
        OR EXISTS (SELECT FROM issues i
                   WHERE i.org_id = tracker_org() AND i.reporter_id = tracker_user() AND i.assignee_id = m.user_id);
$$;
REVOKE ALL ON FUNCTION tracker_people FROM public;
GRANT EXECUTE ON FUNCTION tracker_people TO tracker_app;
