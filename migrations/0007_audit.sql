-- Who did what to accounts, members and settings, from where. It is apart from the log of issues: other people read it
-- (ADMINs only), it has addresses of machines in it, and what is in it is kept when an account goes.
CREATE TABLE audit (
    org_id     bigint      NOT NULL REFERENCES organizations,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL,
    -- Nobody for what somebody did who was not known: a wrong password.
    actor_id   bigint      REFERENCES users,
    action     text        NOT NULL CHECK (action ~ '^[A-Z_]{3,40}$'),
    -- What it was done to, in words that stay readable: an address, a name, a key.
    target     text        NOT NULL CHECK (length(target) <= 300),
    address    text        NOT NULL CHECK (length(address) <= 64),
    agent      text        NOT NULL CHECK (length(agent) <= 300),
    details    jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (org_id, id)
);
CREATE INDEX audit_at ON audit (org_id, at, id);
CREATE INDEX audit_action ON audit (org_id, action, at, id);
CREATE INDEX audit_actor ON audit (org_id, actor_id, at, id) WHERE actor_id IS NOT NULL;

-- Read by ADMINs, written by nobody's own statement, changed and deleted by no role of the program.
GRANT SELECT ON audit TO tracker_app, tracker_system;
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit FOR SELECT TO tracker_app
    USING (org_id = (SELECT tracker_org()) AND (SELECT current_setting('tracker.role', true)) = 'ADMIN');
CREATE POLICY system ON audit TO tracker_system USING (true);

-- Something that happened in the organization of the transaction, by the person it speaks for.
CREATE FUNCTION tracker_audit(present timestamptz, what text, whom text, from_address text, from_agent text, more jsonb)
    RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit (org_id, at, actor_id, action, target, address, agent, details)
    SELECT tracker_org(), present, tracker_user(), what, left(whom, 300), left(from_address, 64), left(from_agent, 300), more
    WHERE tracker_org() IS NOT NULL;
$$;

-- Something that happened to an account: every organization that it belongs to has a row. An address that has no account
-- (somebody guesses) stands in the organization that one signs in to.
CREATE FUNCTION tracker_audit_account(
    account bigint, org_slug text, present timestamptz, what text, whom text, from_address text, from_agent text, more jsonb)
    RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit (org_id, at, actor_id, action, target, address, agent, details)
    SELECT o.id, present, account, what, left(whom, 300), left(from_address, 64), left(from_agent, 300), more
    FROM organizations o
    WHERE CASE WHEN account IS NULL THEN o.slug = org_slug
               ELSE o.id IN (SELECT m.org_id FROM memberships m WHERE m.user_id = account) END;
$$;
REVOKE ALL ON FUNCTION tracker_audit, tracker_audit_account FROM public;
GRANT EXECUTE ON FUNCTION tracker_audit, tracker_audit_account TO tracker_app, tracker_system;
