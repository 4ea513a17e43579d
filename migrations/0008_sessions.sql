-- Sessions of two tokens: a signed one that is good for minutes, and one that is exchanged for the next pair.
--
-- A session is a row as before, now with a name of its own. `token_hash` is the token that may be exchanged: for the
-- program version before, and for cookies that it has set, that is the session's only token, and stays good.
ALTER TABLE sessions
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    -- From where, and by what, it was last used.
    ADD COLUMN address text NOT NULL DEFAULT '' CHECK (length(address) <= 64),
    ADD COLUMN agent text NOT NULL DEFAULT '' CHECK (length(agent) <= 300),
    -- When its token was last exchanged.
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now();
UPDATE sessions SET used_at = created_at;
ALTER TABLE sessions
    DROP CONSTRAINT sessions_pkey,
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id),
    ADD CONSTRAINT sessions_token UNIQUE (token_hash);

-- Tokens that were exchanged. The one that came after is made of the token itself, the salt, and the key of the program:
-- whoever shows the spent one again at once gets the same one after it.
CREATE TABLE spent_tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    session_id bigint      NOT NULL REFERENCES sessions ON DELETE CASCADE,
    salt       bytea       NOT NULL CHECK (length(salt) = 32),
    spent_at   timestamptz NOT NULL
);
CREATE INDEX spent_tokens_session ON spent_tokens (session_id);
CREATE INDEX spent_tokens_age ON spent_tokens (spent_at);
-- Nobody's statement reads or writes them but the function below; the system role clears them away.
GRANT SELECT, DELETE ON spent_tokens TO tracker_system;
ALTER TABLE spent_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON spent_tokens TO tracker_system USING (true);

-- What the keys are made of that sign access tokens: a salt is worth nothing without the key of the program. The newest
-- one signs; one before it is good until whatever it has signed is over.
CREATE TABLE signing_keys (
    kid        text PRIMARY KEY CHECK (length(kid) BETWEEN 8 AND 40),
    salt       bytea       NOT NULL CHECK (length(salt) = 32),
    created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON signing_keys TO tracker_system;
ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON signing_keys TO tracker_system USING (true) WITH CHECK (true);

-- Who asks, by a session: as tracker_identify, which stays for the program version before. The signature of the token that
-- names the session was checked; that it has not ended is found out here, and everything about membership and role.
CREATE FUNCTION tracker_identify_session(session bigint, account bigint, org_slug text, present timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who bigint;
    org bigint;
    org_role text;
BEGIN
    SELECT s.user_id INTO who FROM sessions s
    WHERE s.id = session AND s.user_id = account AND s.expires_at > present;
    IF who IS NOT NULL THEN
        SELECT o.id, m.role INTO org, org_role
        FROM organizations o JOIN memberships m ON m.org_id = o.id
        WHERE o.slug = org_slug AND m.user_id = who AND m.disabled_at IS NULL;
    END IF;
    PERFORM set_config('tracker.user', coalesce(who::text, ''), true),
            set_config('tracker.org', coalesce(org::text, ''), true),
            set_config('tracker.role', coalesce(org_role, ''), true);
    RETURN org_role;
END
$$;

-- Exchanges the token of a session for the next one. No row: it is nobody's, or its session is over.
--
-- KEPT: it is younger than the grace, and stays. ROTATED: the next one took its place. RACED: somebody else has exchanged
-- it just now (another tab, or an answer that was lost); the salt says what it was exchanged for. REUSED: it was spent
-- before, so two have it, and nobody knows which of them is the thief: the session is over for both, and the audit trail
-- of every organization of its account says so.
--
-- The lock makes those who race one after the other. Since no token is exchanged again within the grace, what a racer is
-- given has not been spent either.
CREATE FUNCTION tracker_refresh(
    presented bytea, successor bytea, fresh_salt bytea, present timestamptz, until timestamptz, grace interval,
    from_address text, from_agent text)
    RETURNS TABLE (session_id bigint, user_id bigint, outcome text, salt bytea)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    session sessions;
    spent spent_tokens;
BEGIN
    SELECT s.* INTO session FROM sessions s WHERE s.token_hash = presented AND s.expires_at > present FOR UPDATE;
    IF FOUND AND session.used_at >= present - grace THEN
        RETURN QUERY SELECT session.id, session.user_id, 'KEPT', NULL::bytea;
        RETURN;
    ELSIF FOUND THEN
        INSERT INTO spent_tokens (token_hash, session_id, salt, spent_at)
        VALUES (presented, session.id, fresh_salt, present);
        UPDATE sessions s
        SET token_hash = successor, used_at = present, expires_at = until,
            address = left(from_address, 64), agent = left(from_agent, 300)
        WHERE s.id = session.id;
        RETURN QUERY SELECT session.id, session.user_id, 'ROTATED', fresh_salt;
        RETURN;
    END IF;
    SELECT t.* INTO spent FROM spent_tokens t WHERE t.token_hash = presented;
    SELECT s.* INTO session FROM sessions s WHERE s.id = spent.session_id AND s.expires_at > present;
    IF NOT FOUND THEN
        RETURN;
    ELSIF spent.spent_at >= present - grace THEN
        RETURN QUERY SELECT session.id, session.user_id, 'RACED', spent.salt;
        RETURN;
    END IF;
    DELETE FROM sessions s WHERE s.id = session.id;
    IF FOUND THEN
        PERFORM tracker_audit_account(
            session.user_id, '', present, 'SESSION_REUSED', (SELECT u.email FROM users u WHERE u.id = session.user_id),
            from_address, from_agent, jsonb_build_object('session_address', session.address, 'session_agent', session.agent));
    END IF;
    RETURN QUERY SELECT session.id, session.user_id, 'REUSED', NULL::bytea;
END
$$;

REVOKE ALL ON FUNCTION tracker_identify_session, tracker_refresh FROM public;
GRANT EXECUTE ON FUNCTION tracker_identify_session, tracker_refresh TO tracker_app;
