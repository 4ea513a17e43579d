-- Members, teams and projects as an ADMIN keeps them; people who belong to several organizations.
--
-- A team is people, and the projects that are theirs. A project belongs to one team or to none.
CREATE TABLE teams (
    org_id     bigint      NOT NULL REFERENCES organizations,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    slug       text        NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]*[a-z0-9]$' AND length(slug) <= 40),
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, slug)
);
CREATE TABLE team_members (
    org_id  bigint NOT NULL,
    team_id bigint NOT NULL,
    user_id bigint NOT NULL,
    PRIMARY KEY (org_id, team_id, user_id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES memberships
);
CREATE INDEX team_members_user ON team_members (org_id, user_id);
ALTER TABLE projects
    ADD COLUMN team_id bigint,
    ADD FOREIGN KEY (org_id, team_id) REFERENCES teams ON DELETE SET NULL (team_id);
CREATE INDEX projects_team ON projects (org_id, team_id) WHERE team_id IS NOT NULL;

-- Every member may know the teams, as they know the projects; only an ADMIN changes them.
GRANT SELECT, INSERT, DELETE ON teams, team_members TO tracker_app;
GRANT UPDATE (slug, name) ON teams TO tracker_app;
GRANT UPDATE (name, team_id) ON projects TO tracker_app;
GRANT SELECT ON teams, team_members TO tracker_system;
DO $$
DECLARE
    tenant text;
    admin text := 'org_id = (SELECT tracker_org()) AND (SELECT current_setting(''tracker.role'', true)) = ''ADMIN''';
BEGIN
    FOREACH tenant IN ARRAY ARRAY['teams', 'team_members'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY tenant ON %I FOR SELECT TO tracker_app USING (org_id = (SELECT tracker_org()))', tenant);
        EXECUTE format('CREATE POLICY admin_adds ON %I FOR INSERT TO tracker_app WITH CHECK (%s)', tenant, admin);
        EXECUTE format('CREATE POLICY admin_changes ON %I FOR UPDATE TO tracker_app USING (%s)', tenant, admin);
        EXECUTE format('CREATE POLICY admin_removes ON %I FOR DELETE TO tracker_app USING (%s)', tenant, admin);
        EXECUTE format('CREATE POLICY system ON %I TO tracker_system USING (true)', tenant);
    END LOOP;
END
$$;

-- Which of their organizations somebody was in last: that is where they are taken to.
ALTER TABLE memberships ADD COLUMN used_at timestamptz;

CREATE FUNCTION tracker_use_org(present timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE memberships SET used_at = present WHERE org_id = tracker_org() AND user_id = tracker_user();
$$;

-- The one way in which a role or an access changes, for the page and for `tracker admin` alike. NULL leaves a thing as it
-- is. The admins are locked, so that of two who demote each other at once one is refused; issues that are being written
-- meanwhile do not wait, for only the key of a membership matters to them. `asker` is the ADMIN who wants it, and must
-- still be one when it is their turn; the operator is NULL.
CREATE FUNCTION tracker_change_member(
    org bigint, whom bigint, asker bigint, to_role text, to_shut boolean, present timestamptz)
    RETURNS TABLE (outcome text, role_before text, address text)
    LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    before record;
    other_admins boolean;
BEGIN
    PERFORM FROM memberships m
    WHERE m.org_id = org AND (m.user_id = whom OR (m.role = 'ADMIN' AND m.disabled_at IS NULL))
    ORDER BY m.user_id FOR NO KEY UPDATE;
    SELECT m.role, m.disabled_at IS NOT NULL AS shut, u.email INTO before
    FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = org AND m.user_id = whom;
    role_before := before.role;
    address := before.email;
    other_admins := EXISTS (
        SELECT FROM memberships m
        WHERE m.org_id = org AND m.user_id <> whom AND m.role = 'ADMIN' AND m.disabled_at IS NULL);
    outcome := CASE
        WHEN asker IS NOT NULL AND NOT EXISTS (
            SELECT FROM memberships m
            WHERE m.org_id = org AND m.user_id = asker AND m.role = 'ADMIN' AND m.disabled_at IS NULL) THEN 'NOT_ADMIN'
        WHEN before.role IS NULL THEN 'NO_MEMBER'
        WHEN coalesce(to_role, before.role) = before.role AND coalesce(to_shut, before.shut) = before.shut THEN 'SAME'
        WHEN before.role = 'ADMIN' AND NOT before.shut AND NOT other_admins THEN 'LAST_ADMIN'
        ELSE 'DONE' END;
    IF outcome = 'DONE' THEN
        UPDATE memberships m
        SET role = coalesce(to_role, m.role),
            disabled_at = CASE WHEN to_shut IS NULL THEN m.disabled_at WHEN to_shut THEN coalesce(m.disabled_at, present) END
        WHERE m.org_id = org AND m.user_id = whom;
    END IF;
    RETURN NEXT;
END
$$;

-- The same for the person that the transaction speaks for, in its organization.
CREATE FUNCTION tracker_set_member(whom bigint, to_role text, to_shut boolean, present timestamptz)
    RETURNS TABLE (outcome text, role_before text, address text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.* FROM tracker_change_member(tracker_org(), whom, coalesce(tracker_user(), 0), to_role, to_shut, present) c;
$$;

-- Who of these members has never been here: imported, and not claimed by anybody. Asked by an ADMIN about their own
-- organization, for nobody may read the passwords of others.
CREATE FUNCTION tracker_unclaimed(asked bigint[]) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.user_id FROM memberships m
    WHERE m.org_id = tracker_org() AND m.user_id = ANY (asked)
        AND current_setting('tracker.role', true) = 'ADMIN'
        AND NOT EXISTS (SELECT FROM credentials c WHERE c.user_id = m.user_id)
        AND NOT EXISTS (SELECT FROM audit a
                        WHERE a.org_id = m.org_id AND a.actor_id = m.user_id AND a.action IN ('SIGNED_IN', 'SIGNED_UP'));
$$;
REVOKE ALL ON FUNCTION tracker_use_org, tracker_change_member, tracker_set_member, tracker_unclaimed FROM public;
GRANT EXECUTE ON FUNCTION tracker_use_org, tracker_set_member, tracker_unclaimed TO tracker_app;

-- What stands around every page, now with the viewer's organizations if they have more than one. In plpgsql, because
-- that keeps its plans for the connection: planning under row-level security takes longer than the rest.
CREATE OR REPLACE FUNCTION tracker_frame() RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- What keeps somebody out of an organization that they belong to.
    IF current_setting('tracker.blocked', true) <> '' THEN
        RETURN json_build_object('blocked', current_setting('tracker.blocked', true));
    END IF;
    RETURN (
        SELECT json_build_object(
            'org', o.slug,
            'org_name', o.name,
            'orgs', (SELECT CASE WHEN count(*) > 1
                         THEN json_agg(json_build_object('slug', mine.slug, 'name', mine.name) ORDER BY mine.name, mine.slug)
                         ELSE '[]' END
                     FROM memberships m JOIN organizations mine ON mine.id = m.org_id
                     WHERE m.user_id = tracker_user() AND m.disabled_at IS NULL),
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
