-- The second wall: what the program may touch, and which rows exist for whom.
--
-- Only leakproof operators reach an index under row-level security, so enumerations are text, and the settings are
-- read once a statement (the sub-select), not once a row.
GRANT SELECT ON organizations, org_heads, memberships, projects, users, sessions TO tracker_app;
GRANT SELECT, INSERT, UPDATE ON issues, org_heads TO tracker_app;
GRANT SELECT, INSERT ON comments, tags, events TO tracker_app;
GRANT SELECT, INSERT, DELETE ON issue_tags TO tracker_app;
GRANT SELECT, UPDATE (next_number) ON projects TO tracker_app;
GRANT SELECT ON daily_stats, reader_cursors TO tracker_app;
GRANT SELECT, UPDATE (password_hash, updated_at) ON credentials TO tracker_app;
GRANT SELECT, INSERT, DELETE ON sessions, flashes TO tracker_app;
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO tracker_app;
GRANT INSERT ON projects TO tracker_app;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO tracker_system;
REVOKE ALL ON credentials FROM tracker_system;
GRANT INSERT, UPDATE, DELETE ON daily_stats, reader_cursors TO tracker_system;
GRANT DELETE ON sessions, flashes, idempotency_keys TO tracker_system;

-- Every tenant table: the rows of the organization that the transaction speaks for; the system role sees all.
DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['org_heads', 'projects', 'comments', 'tags', 'issue_tags', 'events', 'daily_stats', 'reader_cursors'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY tenant ON %I TO tracker_app USING (org_id = (SELECT tracker_org()))', tenant);
        EXECUTE format('CREATE POLICY system ON %I TO tracker_system USING (true)', tenant);
    END LOOP;
END
$$;

-- Issues: of those, a REPORTER has only their own.
ALTER TABLE issues ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON issues TO tracker_app USING (
    org_id = (SELECT tracker_org())
    AND ((SELECT current_setting('tracker.role', true)) IN ('MAINTAINER', 'ADMIN') OR reporter_id = (SELECT tracker_user()))
);
CREATE POLICY system ON issues TO tracker_system USING (true);

-- Memberships: those of the organization, and one's own everywhere.
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON memberships TO tracker_app
    USING (org_id = (SELECT tracker_org()) OR user_id = (SELECT tracker_user()))
    WITH CHECK (org_id = (SELECT tracker_org()));
CREATE POLICY system ON memberships TO tracker_system USING (true);

-- Accounts: oneself, and whom one shares the organization with.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON users TO tracker_app USING (
    id = (SELECT tracker_user())
    OR id IN (SELECT m.user_id FROM memberships m WHERE m.org_id = (SELECT tracker_org()))
);
CREATE POLICY system ON users TO tracker_system USING (true);

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organizations TO tracker_app USING (
    id = (SELECT tracker_org())
    OR id IN (SELECT m.org_id FROM memberships m WHERE m.user_id = (SELECT tracker_user()))
);
CREATE POLICY system ON organizations TO tracker_system USING (true);

-- A password and a session belong to the person alone.
ALTER TABLE credentials ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON credentials TO tracker_app USING (user_id = (SELECT tracker_user()));
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sessions TO tracker_app USING (user_id = (SELECT tracker_user()));
CREATE POLICY system ON sessions TO tracker_system USING (true);

-- Who asks, found out and set for this transaction. It never fails and its answer is not needed: whoever is not found
-- is nobody. It runs as the owner, because before it nobody may read a session.
CREATE FUNCTION tracker_identify(session_hash bytea, org_slug text, present timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who bigint;
    org bigint;
    org_role text;
BEGIN
    SELECT s.user_id INTO who FROM sessions s WHERE s.token_hash = session_hash AND s.expires_at > present;
    IF who IS NOT NULL THEN
        SELECT o.id, m.role INTO org, org_role
        FROM organizations o JOIN memberships m ON m.org_id = o.id
        WHERE o.slug = org_slug AND m.user_id = who AND m.disabled_at IS NULL;
    END IF;
    PERFORM set_config('tracker.user', coalesce(who::text, ''), true),
            set_config('tracker.org', coalesce(org::text, ''), true),
            set_config('tracker.role', coalesce(org_role, ''), true);
END
$$;

-- Signing in: the account of an address, before anybody is known. One row or none.
CREATE FUNCTION tracker_account(address text) RETURNS TABLE (user_id bigint, name text, password_hash text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.name, c.password_hash FROM users u JOIN credentials c ON c.user_id = u.id WHERE u.email = address;
$$;

-- The pages before sign-in: what the organization is called, and whether anybody has an account.
CREATE FUNCTION tracker_door(org_slug text) RETURNS TABLE (org_name text, has_accounts boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT o.name FROM organizations o WHERE o.slug = org_slug), EXISTS (SELECT FROM memberships);
$$;

-- A new account in the organization, which the first one makes; under a lock, so that of two who sign up at the same
-- moment one is first. From here on the transaction speaks for the new account. No row: the address has an account.
CREATE FUNCTION tracker_sign_up(address text, display_name text, hash text, org_slug text, present timestamptz)
    RETURNS TABLE (user_id bigint, org_id bigint, role text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account bigint;
    org bigint;
    first_role text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tracker_sign_up', 0));
    INSERT INTO users (email, name, created_at) VALUES (address, display_name, present)
    ON CONFLICT (email) DO NOTHING RETURNING id INTO account;
    IF account IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO credentials (user_id, password_hash, updated_at) VALUES (account, hash, present);
    SELECT o.id INTO org FROM organizations o WHERE o.slug = org_slug;
    IF org IS NULL THEN
        INSERT INTO organizations (slug, name, created_at)
        VALUES (org_slug, initcap(replace(org_slug, '-', ' ')), present) RETURNING id INTO org;
        INSERT INTO org_heads (org_id) VALUES (org);
    END IF;
    first_role := CASE WHEN EXISTS (SELECT FROM memberships m WHERE m.org_id = org) THEN 'REPORTER' ELSE 'ADMIN' END;
    INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (org, account, first_role, present);
    PERFORM set_config('tracker.user', account::text, true),
            set_config('tracker.org', org::text, true),
            set_config('tracker.role', first_role, true);
    RETURN QUERY SELECT account, org, first_role;
END
$$;

-- Text search for the list: title and description, an issue's key, or a project's. Containment in a text is not leakproof, so a plain query under row-level security would
-- read every row; this reads the index and gives ids of one organization, which the caller joins to rows it may see.
CREATE FUNCTION tracker_search(needle text) RETURNS TABLE (id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id FROM issues i
    WHERE i.org_id = tracker_org() AND (i.title || ' ' || i.description) ILIKE '%' || needle || '%'
    UNION
    SELECT i.id FROM issues i JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
    WHERE p.org_id = tracker_org() AND p.key = upper(needle)
    UNION
    SELECT i.id FROM issues i JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
    WHERE p.org_id = tracker_org() AND p.key = upper(split_part(needle, '-', 1))
        AND needle ~ '^[A-Za-z][A-Za-z0-9]+-[0-9]{1,15}$' AND i.number = (substring(needle FROM '-([0-9]{1,15})$'))::bigint;
$$;

-- PostgreSQL lets everybody execute a new function; these are the program's alone.
REVOKE ALL ON FUNCTION tracker_identify, tracker_account, tracker_door, tracker_sign_up, tracker_search FROM public;
GRANT EXECUTE ON FUNCTION tracker_identify, tracker_account, tracker_door, tracker_sign_up, tracker_search TO tracker_app;

-- What stands around every page, in one column of the page's one statement: see tracker_domain::org::Frame.
-- NULL when the transaction speaks for nobody in this organization.
CREATE FUNCTION tracker_frame() RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'org', o.slug,
        'org_name', o.name,
        'viewer', json_build_object('id', u.id, 'name', u.name, 'role', current_setting('tracker.role')),
        'projects', (SELECT coalesce(json_agg(json_build_object('key', p.key, 'name', p.name) ORDER BY p.key), '[]')
                     FROM projects p WHERE p.org_id = o.id),
        'seq', h.seq)
    FROM organizations o
    JOIN org_heads h ON h.org_id = o.id
    JOIN users u ON u.id = tracker_user()
    WHERE o.id = tracker_org();
$$;
REVOKE ALL ON FUNCTION tracker_frame FROM public;
GRANT EXECUTE ON FUNCTION tracker_frame TO tracker_app;

-- An issue as a list shows it: see tracker_domain::issue::IssueRow; with the ids that a cursor needs.
CREATE FUNCTION tracker_row(i issues) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', i.id, 'project_id', i.project_id,
        'key', p.key || '-' || i.number, 'title', i.title, 'status', i.status, 'severity', i.severity,
        'reporter', json_build_object('id', r.id, 'name', r.name),
        'assignee', CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id, 'name', a.name) END,
        'tags', (SELECT coalesce(json_agg(t.name ORDER BY t.name), '[]')
                 FROM issue_tags it JOIN tags t ON t.org_id = it.org_id AND t.id = it.tag_id
                 WHERE it.org_id = i.org_id AND it.issue_id = i.id),
        'comments', i.comment_count, 'created_at', i.created_at, 'updated_at', i.updated_at, 'version', i.version)
    FROM projects p
    JOIN users r ON r.id = i.reporter_id
    LEFT JOIN users a ON a.id = i.assignee_id
    WHERE p.org_id = i.org_id AND p.id = i.project_id;
$$;
REVOKE ALL ON FUNCTION tracker_row FROM public;
GRANT EXECUTE ON FUNCTION tracker_row TO tracker_app, tracker_system;

-- Microseconds since 1970 as an instant, exactly.
CREATE FUNCTION tracker_micros(micros bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN timestamptz 'epoch' + micros * interval '1 microsecond';
