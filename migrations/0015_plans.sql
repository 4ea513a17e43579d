-- A function in SQL is planned anew at each call when it cannot be inlined, which took longer than all the rest of a page;
-- one in PL/pgSQL keeps its plan. Nothing else changes.
CREATE OR REPLACE FUNCTION tracker_frame() RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT json_build_object(
        'org', o.slug,
        'org_name', o.name,
        'viewer', json_build_object('id', u.id, 'name', u.name, 'role', current_setting('tracker.role')),
        'projects', (SELECT coalesce(json_agg(json_build_object('key', p.key, 'name', p.name) ORDER BY p.key), '[]')
                     FROM projects p WHERE p.org_id = o.id),
        'seq', h.seq)
    FROM organizations o
    JOIN org_heads h ON h.org_id = o.id
    JOIN users u ON u.id = tracker_user()
    WHERE o.id = tracker_org());
END
$$;

CREATE OR REPLACE FUNCTION tracker_row(i issues) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT json_build_object(
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
    WHERE p.org_id = i.org_id AND p.id = i.project_id);
END
$$;

CREATE OR REPLACE FUNCTION tracker_says(issue bigint, needle text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(bool_and(EXISTS (
        SELECT FROM search_texts s WHERE s.org_id = tracker_org() AND s.issue_id = issue AND s.doc @@ part
            AND (current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') OR s.reporter_id = tracker_user()))), false)
    FROM unnest(tracker_parts(needle, false)) part);
END
$$;
