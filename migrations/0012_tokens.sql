-- Tokens: how programs come in. A personal token acts as the person who made it; a service is an account of its own,
-- without a password, that an ADMIN made. The database has only a keyed hash of a token, and no role of the program reads
-- even that: it is found by the functions below.
ALTER TABLE users ADD COLUMN service_of bigint REFERENCES organizations;

CREATE TABLE tokens (
    org_id       bigint      NOT NULL REFERENCES organizations,
    id           bigint      GENERATED ALWAYS AS IDENTITY,
    -- As whom it acts, whether that is a service, and who made it.
    user_id      bigint      NOT NULL,
    service      boolean     NOT NULL,
    made_by      bigint      NOT NULL REFERENCES users,
    hash         bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    -- Its last characters, so that people can tell which one it is.
    ending       text        NOT NULL CHECK (length(ending) = 4),
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    scopes       text[]      NOT NULL CHECK (scopes <@ ARRAY['READ', 'WRITE', 'ADMIN'] AND cardinality(scopes) > 0),
    -- The only projects that exist for it; NULL: all.
    projects     bigint[]    CHECK (cardinality(projects) > 0),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at <= created_at + interval '366 days'),
    last_used_at timestamptz,
    revoked_at   timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES memberships,
    CHECK (projects IS NULL OR NOT 'ADMIN' = ANY (scopes))
);
CREATE INDEX tokens_user ON tokens (org_id, user_id);

GRANT SELECT (org_id, id, user_id, service, made_by, ending, name, scopes, projects, created_at, expires_at, last_used_at, revoked_at),
    INSERT (org_id, user_id, service, made_by, hash, ending, name, scopes, projects, created_at, expires_at),
    UPDATE (revoked_at) ON tokens TO tracker_app;
GRANT SELECT (org_id, id, user_id, service, created_at, expires_at, last_used_at, revoked_at) ON tokens TO tracker_system;
ALTER TABLE tokens ENABLE ROW LEVEL SECURITY;
-- One's own, and those of services for ADMINs. None exists for whoever came in by a token: a token makes no tokens.
CREATE POLICY tenant ON tokens TO tracker_app USING (
    org_id = (SELECT tracker_org())
    AND (SELECT coalesce(current_setting('tracker.token', true), '')) = ''
    AND CASE WHEN service THEN (SELECT current_setting('tracker.role', true)) = 'ADMIN'
             ELSE user_id = (SELECT tracker_user()) END
);
CREATE POLICY system ON tokens TO tracker_system USING (true);

-- The projects that the transaction's token is limited to; NULL: no limit.
CREATE FUNCTION tracker_projects() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('tracker.projects', true), '')::bigint[];
-- Whether every issue of the organization exists for the transaction's person.
CREATE FUNCTION tracker_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') AND tracker_projects() IS NULL;

-- A token at the door: what it may do, if it is one. Its use is written down at most once a minute.
CREATE FUNCTION tracker_token(token_hash bytea, present timestamptz)
    RETURNS TABLE (org_id bigint, id bigint, scopes text[])
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found tokens;
BEGIN
    SELECT k.* INTO found FROM tokens k
    JOIN memberships m ON m.org_id = k.org_id AND m.user_id = k.user_id AND m.disabled_at IS NULL
    WHERE k.hash = token_hash AND k.revoked_at IS NULL AND k.expires_at > present;
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF coalesce(found.last_used_at < present - interval '1 minute', true) THEN
        UPDATE tokens k SET last_used_at = present WHERE k.org_id = found.org_id AND k.id = found.id;
    END IF;
    RETURN QUERY SELECT found.org_id, found.id, found.scopes;
END
$$;

-- Who asks, when it is a token: like tracker_identify. Without the scope ADMIN nobody is more than a MAINTAINER, and
-- without WRITE nothing can be written, whatever the program tries.
CREATE FUNCTION tracker_identify_token(token_hash bytea, org_slug text, present timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found tokens;
    org bigint;
    org_role text;
    kept_out text;
BEGIN
    SELECT k.* INTO found FROM tokens k WHERE k.hash = token_hash AND k.revoked_at IS NULL AND k.expires_at > present;
    SELECT m.org_id, CASE WHEN m.role = 'ADMIN' AND NOT 'ADMIN' = ANY (found.scopes) THEN 'MAINTAINER' ELSE m.role END, m.blocked
    INTO org, org_role, kept_out
    FROM tracker_member(found.user_id, org_slug) m WHERE m.org_id = found.org_id;
    IF kept_out IS NOT NULL THEN
        org := NULL;
        org_role := NULL;
    END IF;
    PERFORM set_config('tracker.user', coalesce(found.user_id::text, ''), true),
            set_config('tracker.org', coalesce(org::text, ''), true),
            set_config('tracker.role', coalesce(org_role, ''), true),
            set_config('tracker.blocked', coalesce(kept_out, ''), true),
            set_config('tracker.token', coalesce(found.id::text, ''), true),
            set_config('tracker.projects', coalesce(found.projects::text, ''), true);
    IF NOT coalesce(found.scopes && ARRAY['WRITE', 'ADMIN'], false) THEN
        PERFORM set_config('transaction_read_only', 'on', true);
    END IF;
    RETURN org_role;
END
$$;

-- A service in the organization of the transaction, whose person must be an ADMIN of it. NULL: they are not.
CREATE FUNCTION tracker_make_service(display_name text, service_role text, present timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    account bigint;
BEGIN
    IF current_setting('tracker.role', true) IS DISTINCT FROM 'ADMIN' OR tracker_org() IS NULL
        OR coalesce(current_setting('tracker.token', true), '') <> '' THEN
        RETURN NULL;
    END IF;
    INSERT INTO users (email, name, created_at, service_of)
    VALUES (replace(gen_random_uuid()::text, '-', '') || '@services.invalid', display_name, present, tracker_org())
    RETURNING id INTO account;
    INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (tracker_org(), account, service_role, present);
    RETURN account;
END
$$;

-- The end of a service: it is shut out and its tokens are revoked. What it did stays. The name of the service, or NULL.
CREATE FUNCTION tracker_end_service(account bigint, present timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    called text;
BEGIN
    IF current_setting('tracker.role', true) IS DISTINCT FROM 'ADMIN'
        OR coalesce(current_setting('tracker.token', true), '') <> '' THEN
        RETURN NULL;
    END IF;
    SELECT u.name INTO called FROM users u WHERE u.id = account AND u.service_of = tracker_org();
    IF called IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE memberships m SET disabled_at = coalesce(m.disabled_at, present)
    WHERE m.org_id = tracker_org() AND m.user_id = account;
    UPDATE tokens k SET revoked_at = coalesce(k.revoked_at, present)
    WHERE k.org_id = tracker_org() AND k.user_id = account;
    RETURN called;
END
$$;

-- What exists for a token that is limited to projects. For everybody else these are the policies as they were: the
-- limit is looked at once a statement, and a CASE is guessed at a half whatever stands in it, so no plan changes.
ALTER POLICY tenant ON issues USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT tracker_sees_all()) THEN true
             WHEN (SELECT tracker_projects()) IS NULL THEN reporter_id = (SELECT tracker_user())
             ELSE project_id = ANY ((SELECT tracker_projects())::bigint[])
                  AND ((SELECT current_setting('tracker.role', true)) IN ('MAINTAINER', 'ADMIN')
                       OR reporter_id = (SELECT tracker_user())) END
);
-- The count of open issues is read off this index alone, which the policy must not spoil.
DROP INDEX issues_open;
CREATE INDEX issues_open ON issues (org_id, reporter_id) INCLUDE (project_id) WHERE status <> 'DONE';
ALTER POLICY tenant ON projects USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT tracker_projects()) IS NULL THEN true
             ELSE id = ANY ((SELECT tracker_projects())::bigint[]) END
);
ALTER POLICY tenant ON daily_stats USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT tracker_projects()) IS NULL THEN true
             ELSE project_id = ANY ((SELECT tracker_projects())::bigint[]) END
);
-- These sums are of all projects.
ALTER POLICY tenant ON stock USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT tracker_projects()) IS NULL THEN true ELSE false END
);
-- What is about an issue asks for it, and only when there is a limit: a function, so that nobody else's plans know of it.
CREATE FUNCTION tracker_shows(org bigint, issue bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM issues i WHERE i.org_id = org AND i.id = issue);
END
$$;
REVOKE ALL ON FUNCTION tracker_shows FROM public;
GRANT EXECUTE ON FUNCTION tracker_shows TO tracker_app;
DO $$
DECLARE
    of_issues text;
BEGIN
    FOREACH of_issues IN ARRAY ARRAY['comments', 'issue_tags', 'events'] LOOP
        EXECUTE format(
            'ALTER POLICY tenant ON %I USING (
                 org_id = (SELECT tracker_org())
                 AND CASE WHEN (SELECT tracker_projects()) IS NULL THEN true ELSE tracker_shows(org_id, issue_id) END)',
            of_issues);
    END LOOP;
END
$$;

-- The search, as before, and for a limited token what of it is in its projects: from more texts, since those of others
-- count towards the most that are ranked.
ALTER FUNCTION tracker_search(text, int) RENAME TO tracker_search_all;
REVOKE ALL ON FUNCTION tracker_search_all FROM tracker_app;
CREATE FUNCTION tracker_search(needle text, cap int DEFAULT 500) RETURNS TABLE (id bigint, rank real, comment_id bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 500 AS $$
#variable_conflict use_column
BEGIN
    IF tracker_projects() IS NULL THEN
        RETURN QUERY SELECT s.id, s.rank, s.comment_id FROM tracker_search_all(needle, cap) s;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT s.id, s.rank, s.comment_id FROM tracker_search_all(needle, 10 * cap) s
        JOIN issues i ON i.org_id = tracker_org() AND i.id = s.id AND i.project_id = ANY (tracker_projects())
        ORDER BY s.rank DESC, s.id DESC LIMIT cap;
END
$$;

-- The present numbers of a limited token, from the days: see tracker_domain::insight::Stock.
CREATE FUNCTION tracker_stock_of_projects() RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(json_agg(n), '[]') FROM (
            SELECT s.severity, s.status, sum(s.delta)::bigint AS count
            FROM daily_stats s
            WHERE s.org_id = tracker_org()
                AND (current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') OR s.reporter_id = tracker_user())
            GROUP BY s.severity, s.status HAVING sum(s.delta) <> 0) n);
END
$$;

-- The audit trail says by which token.
CREATE OR REPLACE FUNCTION tracker_audit(present timestamptz, what text, whom text, from_address text, from_agent text, more jsonb)
    RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit (org_id, at, actor_id, action, target, address, agent, details)
    SELECT tracker_org(), present, tracker_user(), what, left(whom, 300), left(from_address, 64), left(from_agent, 300),
           more || CASE WHEN coalesce(current_setting('tracker.token', true), '') = '' THEN '{}'
                        ELSE jsonb_build_object('token', current_setting('tracker.token', true)::bigint) END
    WHERE tracker_org() IS NOT NULL;
$$;

-- Proofs that were tried and not yet found right: the growing delay. A subject is a keyed hash of what was tried on,
-- alone or with the network that it was tried from, so that the table names nobody. Shared by all processes.
CREATE TABLE attempts (
    subject bytea       PRIMARY KEY CHECK (length(subject) = 32),
    count   integer     NOT NULL,
    last_at timestamptz NOT NULL,
    until   timestamptz NOT NULL
);
CREATE INDEX attempts_age ON attempts (last_at);
GRANT SELECT, DELETE ON attempts TO tracker_system;

-- Begins an attempt: 0, or the seconds until there may be one. It counts before it is known whether the proof is right,
-- so that many at once are not more than one after the other. The delay belongs to the account as tried from one
-- network: nobody is kept out by what others do elsewhere. What is tried on the account from anywhere only takes the
-- free attempts of each network down to one and makes its delays begin longer.
CREATE FUNCTION tracker_attempt(pair bytea, account bytea, present timestamptz) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    day CONSTANT interval := interval '1 day';
    longest CONSTANT integer := 900;
    mine attempts;
    everywhere integer;
    tries integer;
    free integer := 5;
    first_delay integer := 1;
    delay integer := 0;
BEGIN
    SELECT a.* INTO mine FROM attempts a WHERE a.subject = pair;
    IF mine.until > present THEN
        RETURN ceil(extract(epoch FROM mine.until - present));
    END IF;
    INSERT INTO attempts AS a (subject, count, last_at, until) VALUES (pair, 0, present, present)
    ON CONFLICT (subject) DO UPDATE SET count = CASE WHEN a.last_at < present - day THEN 0 ELSE a.count END
    RETURNING a.* INTO mine;
    IF mine.until > present THEN
        RETURN ceil(extract(epoch FROM mine.until - present));
    END IF;
    INSERT INTO attempts AS a (subject, count, last_at, until) VALUES (account, 1, present, present)
    ON CONFLICT (subject) DO UPDATE
        SET count = CASE WHEN a.last_at < present - day THEN 1 ELSE least(a.count, 1000000) + 1 END, last_at = present
    RETURNING a.count INTO everywhere;
    tries := least(mine.count, 1000000) + 1;
    IF everywhere > 50 THEN
        free := 1;
        first_delay := 30;
    END IF;
    IF tries >= free THEN
        delay := least(longest, first_delay * 2 ^ least(tries - free, 20));
    END IF;
    UPDATE attempts a SET count = tries, last_at = present, until = present + make_interval(secs => delay)
    WHERE a.subject = pair;
    RETURN 0;
END
$$;

-- The proof was right: the network begins anew, and what it tried no longer counts for the account.
CREATE FUNCTION tracker_attempt_right(pair bytea, account bytea) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tries integer;
BEGIN
    DELETE FROM attempts a WHERE a.subject = pair RETURNING a.count INTO tries;
    UPDATE attempts a SET count = greatest(0, a.count - tries) WHERE a.subject = account AND tries IS NOT NULL;
END
$$;

REVOKE ALL ON FUNCTION tracker_token, tracker_identify_token, tracker_make_service, tracker_end_service, tracker_search,
    tracker_stock_of_projects, tracker_attempt, tracker_attempt_right FROM public;
GRANT EXECUTE ON FUNCTION tracker_token, tracker_identify_token, tracker_make_service, tracker_end_service, tracker_search,
    tracker_stock_of_projects, tracker_attempt, tracker_attempt_right TO tracker_app;

-- The tokens of an account that were not revoked: see tracker_domain::token::TokenView.
CREATE FUNCTION tracker_tokens(account bigint, present timestamptz) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_build_object(
        'id', k.id, 'name', k.name,
        'shape', CASE WHEN k.service THEN 'trk_svc_…' ELSE 'trk_pat_…' END || k.ending,
        'scopes', k.scopes,
        'projects', (SELECT coalesce(json_agg(p.key ORDER BY p.key), '[]')
                     FROM projects p WHERE p.org_id = k.org_id AND p.id = ANY (k.projects)),
        'expires_at', k.expires_at, 'expired', k.expires_at <= present, 'last_used_at', k.last_used_at)
        ORDER BY k.id DESC), '[]')
    FROM tokens k WHERE k.org_id = tracker_org() AND k.user_id = account AND k.revoked_at IS NULL);
END
$$;
REVOKE ALL ON FUNCTION tracker_tokens FROM public;
GRANT EXECUTE ON FUNCTION tracker_tokens TO tracker_app;
