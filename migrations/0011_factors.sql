-- What somebody has beside a password: an authenticator's codes, recovery codes, passkeys; and organizations that ask for
-- one of them. A factor belongs to a person, whatever they are a member of.

-- The secret that the authenticator's codes are made of, sealed under a key that follows from SECRET_KEY.
CREATE TABLE totp (
    user_id      bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret       bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    -- When the first code proved that the authenticator has it; before that it counts for nothing.
    confirmed_at timestamptz,
    -- The step of the last code that was taken: no code is taken twice.
    last_step    bigint      NOT NULL DEFAULT 0
);

CREATE TABLE recovery_codes (
    user_id   bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    code_hash bytea  NOT NULL CHECK (length(code_hash) = 32),
    used_at   timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

-- New recovery codes until their owner has kept them, for some minutes at most; sealed like the secret above.
CREATE TABLE recovery_sheets (
    user_id    bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    codes      bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE passkeys (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id       bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    credential_id bytea       NOT NULL UNIQUE,
    -- The public key and what the authenticator said about itself; see webauthn_rs::prelude::Passkey.
    credential    jsonb       NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX passkeys_user ON passkeys (user_id, id);

-- Wrong codes since the last right one: each makes the next wait longer.
CREATE TABLE factor_tries (
    user_id bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    wrong   integer     NOT NULL,
    last_at timestamptz NOT NULL
);

-- What is under way: a sign-in that waits for its second step, a passkey that was asked for. Its token is in the browser.
CREATE TABLE factor_challenges (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    -- Nobody: an address without an account was given, and its owner shall not notice a difference.
    user_id    bigint REFERENCES users ON DELETE CASCADE,
    purpose    text        NOT NULL CHECK (purpose IN ('SECOND_STEP', 'SIGN_IN', 'ADD_PASSKEY')),
    state      jsonb       NOT NULL,
    tries      smallint    NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX factor_challenges_expiry ON factor_challenges (expires_at);
CREATE INDEX factor_challenges_user ON factor_challenges (user_id);

-- All of it is one's own.
GRANT SELECT, INSERT, UPDATE, DELETE ON totp, recovery_codes, recovery_sheets, passkeys, factor_tries TO tracker_app;
GRANT SELECT, INSERT, DELETE ON factor_challenges TO tracker_app;
GRANT SELECT (expires_at), DELETE ON recovery_sheets, factor_challenges TO tracker_system;
DO $$
DECLARE
    own text;
BEGIN
    FOREACH own IN ARRAY ARRAY['totp', 'recovery_codes', 'recovery_sheets', 'passkeys', 'factor_tries', 'factor_challenges'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', own);
        EXECUTE format('CREATE POLICY own ON %I TO tracker_app USING (user_id = (SELECT tracker_user()))', own);
    END LOOP;
END
$$;
CREATE POLICY nobodys ON factor_challenges FOR INSERT TO tracker_app WITH CHECK (user_id IS NULL);
CREATE POLICY system ON recovery_sheets TO tracker_system USING (true);
CREATE POLICY system ON factor_challenges TO tracker_system USING (true);

-- Whether an account has a second factor. In PL/pgSQL, like what is asked in every transaction, for the sake of its plan.
CREATE FUNCTION tracker_has_factor(who bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM totp t WHERE t.user_id = who AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM passkeys p WHERE p.user_id = who);
END
$$;

-- The passkeys of the account of an address, or of a sign-in that waits for its second step, before anybody is known.
CREATE FUNCTION tracker_passkeys(address text, pending bytea, present timestamptz)
    RETURNS TABLE (user_id bigint, credentials jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, (SELECT jsonb_agg(p.credential ORDER BY p.id) FROM passkeys p WHERE p.user_id = u.id)
    FROM users u
    WHERE CASE WHEN address <> '' THEN u.email = address
               ELSE u.id = (SELECT c.user_id FROM factor_challenges c
                            WHERE c.token_hash = pending AND c.purpose = 'SECOND_STEP' AND c.expires_at > present
                                AND c.tries < 10) END;
$$;

-- Which factors a waiting sign-in can go on with; no row: it waits no longer.
CREATE FUNCTION tracker_second_step(pending bytea, present timestamptz) RETURNS TABLE (totp boolean, passkeys boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM totp t WHERE t.user_id = c.user_id AND t.confirmed_at IS NOT NULL),
        EXISTS (SELECT FROM passkeys p WHERE p.user_id = c.user_id)
    FROM factor_challenges c
    WHERE c.token_hash = pending AND c.purpose = 'SECOND_STEP' AND c.expires_at > present AND c.tries < 10;
$$;

-- One try at what is under way. From here on the transaction speaks for its person, in no organization: the tables
-- above are all that it reaches. No row: it is over, or ten tries were wrong.
CREATE FUNCTION tracker_challenge(token bytea, what text, present timestamptz)
    RETURNS TABLE (user_id bigint, email text, state jsonb)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who bigint;
    found_state jsonb;
BEGIN
    UPDATE factor_challenges SET tries = tries + 1
    WHERE token_hash = token AND purpose = what AND expires_at > present AND tries < 10
    RETURNING user_id, state INTO who, found_state;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('tracker.user', coalesce(who::text, ''), true),
            set_config('tracker.org', '', true),
            set_config('tracker.role', '', true);
    RETURN QUERY SELECT who, (SELECT u.email FROM users u WHERE u.id = who), found_state;
END
$$;

-- What is under way ends with its first answer; a row of nobody is out of reach of the policy above.
CREATE FUNCTION tracker_challenge_over(token bytea) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM factor_challenges c WHERE c.token_hash = token;
$$;

-- An organization can ask its members for a second factor.
ALTER TABLE organizations ADD COLUMN require_factor boolean NOT NULL DEFAULT false;
GRANT UPDATE (require_factor) ON organizations TO tracker_app;
CREATE POLICY change ON organizations AS RESTRICTIVE FOR UPDATE TO tracker_app
    USING (id = (SELECT tracker_org()) AND (SELECT current_setting('tracker.role', true)) = 'ADMIN');

-- Whom that lets in: who has a factor, and who has no password. The latter come in by a provider only, which asks for
-- its own.
CREATE FUNCTION tracker_secured(who bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN tracker_has_factor(who) OR NOT EXISTS (SELECT FROM credentials c WHERE c.user_id = who);
END
$$;

-- THE decision who is in an organization, in which role, and what keeps them out of it although they are: whatever finds
-- out who asks calls this. No row: a stranger, or shut out.
CREATE FUNCTION tracker_member(who bigint, org_slug text) RETURNS TABLE (org_id bigint, role text, blocked text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT o.id, m.role, CASE WHEN o.require_factor AND NOT tracker_secured(who) THEN 'factor' END
    FROM organizations o JOIN memberships m ON m.org_id = o.id
    WHERE o.slug = org_slug AND m.user_id = who AND m.disabled_at IS NULL;
END
$$;

-- Who asks, as before; whoever is kept out is a stranger to the organization who can be told why, by tracker.blocked.
CREATE OR REPLACE FUNCTION tracker_identify(session_hash bytea, org_slug text, present timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who bigint;
    org bigint;
    org_role text;
    kept_out text;
BEGIN
    SELECT s.user_id INTO who FROM sessions s WHERE s.token_hash = session_hash AND s.expires_at > present;
    IF who IS NOT NULL THEN
        SELECT m.org_id, m.role, m.blocked INTO org, org_role, kept_out FROM tracker_member(who, org_slug) m;
        IF kept_out IS NOT NULL THEN
            org := NULL;
            org_role := NULL;
        END IF;
    END IF;
    PERFORM set_config('tracker.user', coalesce(who::text, ''), true),
            set_config('tracker.org', coalesce(org::text, ''), true),
            set_config('tracker.role', coalesce(org_role, ''), true),
            set_config('tracker.blocked', coalesce(kept_out, ''), true);
    RETURN org_role;
END
$$;

-- The same for whoever shows a session of two tokens.
CREATE OR REPLACE FUNCTION tracker_identify_session(session bigint, account bigint, org_slug text, present timestamptz)
    RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who bigint;
    org bigint;
    org_role text;
    kept_out text;
BEGIN
    SELECT s.user_id INTO who FROM sessions s
    WHERE s.id = session AND s.user_id = account AND s.expires_at > present;
    IF who IS NOT NULL THEN
        SELECT m.org_id, m.role, m.blocked INTO org, org_role, kept_out FROM tracker_member(who, org_slug) m;
        IF kept_out IS NOT NULL THEN
            org := NULL;
            org_role := NULL;
        END IF;
    END IF;
    PERFORM set_config('tracker.user', coalesce(who::text, ''), true),
            set_config('tracker.org', coalesce(org::text, ''), true),
            set_config('tracker.role', coalesce(org_role, ''), true),
            set_config('tracker.blocked', coalesce(kept_out, ''), true);
    RETURN org_role;
END
$$;

-- For ADMINs: how many members an organization would keep out.
CREATE FUNCTION tracker_unsecured() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM memberships m
    WHERE m.org_id = tracker_org() AND current_setting('tracker.role', true) = 'ADMIN' AND m.disabled_at IS NULL
        AND EXISTS (SELECT FROM credentials c WHERE c.user_id = m.user_id) AND NOT tracker_has_factor(m.user_id);
$$;

REVOKE ALL ON FUNCTION tracker_has_factor, tracker_passkeys, tracker_second_step, tracker_challenge,
    tracker_challenge_over, tracker_secured, tracker_member, tracker_unsecured FROM public;
GRANT EXECUTE ON FUNCTION tracker_has_factor, tracker_passkeys, tracker_second_step, tracker_challenge,
    tracker_challenge_over, tracker_unsecured TO tracker_app;
GRANT EXECUTE ON FUNCTION tracker_secured, tracker_member TO tracker_system;
