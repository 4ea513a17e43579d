-- Signing in by an account elsewhere: which account there is which one here, and sign-ins that are under way.

-- When somebody showed that the account's address is theirs.
ALTER TABLE users ADD COLUMN IF NOT EXISTS verified_at timestamptz;

-- A provider is known by its name in the settings, an account of it by the issuer and the subject: a provider that is
-- pointed at another issuer knows nobody. Nothing that the provider gave to speak with it is kept.
CREATE TABLE provider_accounts (
    provider     text        NOT NULL CHECK (provider ~ '^[a-z][a-z0-9-]{0,38}$'),
    issuer       text        NOT NULL CHECK (length(issuer) BETWEEN 1 AND 300),
    subject      text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    user_id      bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
    -- What people know the account there by: its address or name.
    email        text        NOT NULL CHECK (length(email) <= 254),
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (provider, issuer, subject),
    -- Another account of the same provider with the same address may be another person's by now.
    UNIQUE (user_id, provider, issuer)
);

-- A sign-in that was sent to a provider and has not come back. Everything secret about it is in the browser's cookie:
-- the verifier and the nonce are made of it anew.
CREATE TABLE provider_logins (
    state_hash   bytea       PRIMARY KEY CHECK (length(state_hash) = 32),
    browser_hash bytea       NOT NULL CHECK (length(browser_hash) = 32),
    provider     text        NOT NULL,
    -- Who links an account, and in which organization's settings they do; nobody signs in.
    user_id      bigint      REFERENCES users ON DELETE CASCADE,
    org          text,
    expires_at   timestamptz NOT NULL,
    CHECK ((user_id IS NULL) = (org IS NULL))
);
CREATE INDEX provider_logins_expiry ON provider_logins (expires_at);

GRANT SELECT, INSERT, DELETE, UPDATE (email, last_used_at) ON provider_accounts TO tracker_app;
GRANT SELECT ON provider_accounts, provider_logins TO tracker_system;
GRANT DELETE ON provider_logins TO tracker_system;

ALTER TABLE provider_accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON provider_accounts TO tracker_app USING (user_id = (SELECT tracker_user()));
CREATE POLICY system ON provider_accounts TO tracker_system USING (true);
-- Nobody is known yet when a sign-in begins, so the functions below are the only way to these rows.
ALTER TABLE provider_logins ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON provider_logins TO tracker_system USING (true);

-- A sign-in begins; one that links an account is of the person that the transaction speaks for.
CREATE FUNCTION tracker_provider_begin(state bytea, browser bytea, at_provider text, link_in text, until timestamptz)
    RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO provider_logins (state_hash, browser_hash, provider, user_id, org, expires_at)
    VALUES (state, browser, at_provider, CASE WHEN link_in IS NOT NULL THEN tracker_user() END, link_in, until);
$$;

-- Whether one of this browser is under way.
CREATE FUNCTION tracker_provider_pending(state bytea, browser bytea, at_provider text, present timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM provider_logins l
                   WHERE l.state_hash = state AND l.browser_hash = browser AND l.provider = at_provider AND l.expires_at > present);
$$;

-- It comes back, once. No row: another browser's, too old, or used.
CREATE FUNCTION tracker_provider_take(state bytea, browser bytea, at_provider text, present timestamptz)
    RETURNS TABLE (user_id bigint, org text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM provider_logins l
    WHERE l.state_hash = state AND l.browser_hash = browser AND l.provider = at_provider AND l.expires_at > present
    RETURNING l.user_id, l.org;
$$;

-- Who has this account of a provider, and who has this address: looked up before anybody is known.
CREATE FUNCTION tracker_provider_account(at_provider text, of_issuer text, who text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.user_id FROM provider_accounts a WHERE a.provider = at_provider AND a.issuer = of_issuer AND a.subject = who;
$$;
CREATE FUNCTION tracker_provider_address(address text, at_provider text, of_issuer text)
    RETURNS TABLE (user_id bigint, verified boolean, has_another boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.verified_at IS NOT NULL,
           EXISTS (SELECT FROM provider_accounts a
                   WHERE a.user_id = u.id AND a.provider = at_provider AND a.issuer = of_issuer)
    FROM users u WHERE u.email = address;
$$;

-- A new account whose address the provider has verified, without a password; else like tracker_sign_up: the first one of
-- an organization is ADMIN. From here on the transaction speaks for it. No row: the address has an account.
CREATE FUNCTION tracker_provider_sign_up(address text, display_name text, org_slug text, wanted text, present timestamptz)
    RETURNS TABLE (user_id bigint, org_id bigint, role text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account bigint;
    org bigint;
    given text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tracker_sign_up', 0));
    INSERT INTO users (email, name, created_at, verified_at) VALUES (address, display_name, present, present)
    ON CONFLICT (email) DO NOTHING RETURNING id INTO account;
    IF account IS NULL THEN
        RETURN;
    END IF;
    SELECT o.id INTO org FROM organizations o WHERE o.slug = org_slug;
    IF org IS NULL THEN
        INSERT INTO organizations (slug, name, created_at)
        VALUES (org_slug, initcap(replace(org_slug, '-', ' ')), present) RETURNING id INTO org;
        INSERT INTO org_heads (org_id) VALUES (org);
    END IF;
    given := CASE WHEN EXISTS (SELECT FROM memberships m WHERE m.org_id = org) THEN wanted ELSE 'ADMIN' END;
    INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (org, account, given, present);
    PERFORM set_config('tracker.user', account::text, true),
            set_config('tracker.org', org::text, true),
            set_config('tracker.role', given, true);
    RETURN QUERY SELECT account, org, given;
END
$$;

-- The role that a person's groups at a provider give them. The ADMINs are locked, so that of two who are lowered at the
-- same moment one stays; the last one is never lowered. The transaction must speak for the person. A row when it changed.
CREATE FUNCTION tracker_provider_role(org_slug text, wanted text) RETURNS TABLE (org_id bigint, before text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    org bigint;
    had text;
    admins bigint;
BEGIN
    SELECT o.id INTO org FROM organizations o WHERE o.slug = org_slug;
    PERFORM FROM memberships m
    WHERE m.org_id = org AND m.disabled_at IS NULL AND (m.role = 'ADMIN' OR m.user_id = tracker_user())
    ORDER BY m.user_id FOR UPDATE;
    SELECT m.role INTO had FROM memberships m
    WHERE m.org_id = org AND m.user_id = tracker_user() AND m.disabled_at IS NULL;
    SELECT count(*) INTO admins FROM memberships m WHERE m.org_id = org AND m.role = 'ADMIN' AND m.disabled_at IS NULL;
    IF had IS NULL OR had = wanted OR (had = 'ADMIN' AND admins = 1) THEN
        RETURN;
    END IF;
    UPDATE memberships m SET role = wanted WHERE m.org_id = org AND m.user_id = tracker_user();
    PERFORM set_config('tracker.org', org::text, true), set_config('tracker.role', wanted, true);
    RETURN QUERY SELECT org, had;
END
$$;

REVOKE ALL ON FUNCTION tracker_provider_begin, tracker_provider_pending, tracker_provider_take, tracker_provider_account,
    tracker_provider_address, tracker_provider_sign_up, tracker_provider_role FROM public;
GRANT EXECUTE ON FUNCTION tracker_provider_begin, tracker_provider_pending, tracker_provider_take, tracker_provider_account,
    tracker_provider_address, tracker_provider_sign_up, tracker_provider_role TO tracker_app;
