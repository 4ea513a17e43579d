-- The tenants, their people and their work, and the log that everything is read from.
--
-- Three roles: the owner of this database runs migrations and nothing else; `tracker_app` serves people, under
-- row-level security; `tracker_system` runs readers of the log and jobs, and never serves a person.
-- Roles belong to the whole cluster, so another database may have made them already, maybe at this moment.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['tracker_app', 'tracker_system'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        -- From PostgreSQL 16 on, whoever makes a role is a member of it, but may not use it.
        IF NOT pg_has_role(current_user, role_name, 'USAGE') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END
$$;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

GRANT USAGE ON SCHEMA public TO tracker_app, tracker_system;

-- Who asks: set for one transaction by tracker_identify(). Unset means nobody, and nobody sees nothing.
CREATE FUNCTION tracker_org() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('tracker.org', true), '')::bigint;
CREATE FUNCTION tracker_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('tracker.user', true), '')::bigint;

CREATE TABLE organizations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug       text        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'),
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    created_at timestamptz NOT NULL
);

-- The position counter: its row lock makes number order commit order. Nothing slow happens under it.
CREATE TABLE org_heads (
    org_id bigint PRIMARY KEY REFERENCES organizations,
    seq    bigint NOT NULL DEFAULT 0 CHECK (seq >= 0)
);

-- Accounts are not a tenant's: one person can be a member of several organizations.
CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    created_at    timestamptz NOT NULL
);

-- Apart from users, so that nothing that shows a person can come near it.
CREATE TABLE credentials (
    user_id       bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    password_hash text        NOT NULL,
    updated_at    timestamptz NOT NULL
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE memberships (
    org_id      bigint      NOT NULL REFERENCES organizations,
    user_id     bigint      NOT NULL REFERENCES users,
    role        text        NOT NULL CHECK (role IN ('REPORTER', 'MAINTAINER', 'ADMIN')),
    created_at  timestamptz NOT NULL,
    disabled_at timestamptz,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE projects (
    org_id      bigint NOT NULL REFERENCES organizations,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    key         text   NOT NULL CHECK (key ~ '^[A-Z][A-Z0-9]{1,9}$'),
    name        text   NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    next_number bigint NOT NULL DEFAULT 1 CHECK (next_number > 0),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, key)
);

CREATE TABLE issues (
    org_id           bigint      NOT NULL,
    id               bigint      GENERATED ALWAYS AS IDENTITY,
    project_id       bigint      NOT NULL,
    number           bigint      NOT NULL CHECK (number > 0),
    title            text        NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description      text        NOT NULL CHECK (octet_length(description) <= 262144),
    description_html text        NOT NULL,
    status           text        NOT NULL CHECK (status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')),
    severity         text        NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    -- Sort keys of the words, so that a list can be read off an index.
    status_rank      smallint    NOT NULL GENERATED ALWAYS AS (
        CASE status WHEN 'OPEN' THEN 0 WHEN 'TRIAGED' THEN 1 WHEN 'IN_PROGRESS' THEN 2 ELSE 3 END) STORED,
    severity_rank    smallint    NOT NULL GENERATED ALWAYS AS (
        CASE severity WHEN 'LOW' THEN 0 WHEN 'MEDIUM' THEN 1 WHEN 'HIGH' THEN 2 ELSE 3 END) STORED,
    reporter_id      bigint      NOT NULL,
    assignee_id      bigint,
    comment_count    bigint      NOT NULL DEFAULT 0 CHECK (comment_count >= 0),
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    closed_at        timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, project_id, number),
    FOREIGN KEY (org_id, project_id) REFERENCES projects,
    FOREIGN KEY (org_id, reporter_id) REFERENCES memberships,
    FOREIGN KEY (org_id, assignee_id) REFERENCES memberships,
    CHECK ((status = 'DONE') = (closed_at IS NOT NULL))
);
-- One index for each order of the list, each with the id that decides between equals …
CREATE INDEX issues_updated ON issues (org_id, updated_at, id);
CREATE INDEX issues_created ON issues (org_id, created_at, id);
CREATE INDEX issues_title ON issues (org_id, title, id);
CREATE INDEX issues_status ON issues (org_id, status_rank, id);
CREATE INDEX issues_severity ON issues (org_id, severity_rank, id);
-- … the same for a filter by status, the most common one, and for reporters, who see only their own.
CREATE INDEX issues_status_updated ON issues (org_id, status, updated_at, id);
CREATE INDEX issues_reporter ON issues (org_id, reporter_id, updated_at, id);
CREATE INDEX issues_assignee ON issues (org_id, assignee_id, updated_at, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX issues_open ON issues (org_id, reporter_id) WHERE status <> 'DONE';
CREATE INDEX issues_text ON issues USING gin ((title || ' ' || description) gin_trgm_ops);

CREATE TABLE comments (
    org_id     bigint      NOT NULL,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    issue_id   bigint      NOT NULL,
    author_id  bigint      NOT NULL,
    body       text        NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 262144),
    body_html  text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, issue_id) REFERENCES issues,
    FOREIGN KEY (org_id, author_id) REFERENCES memberships
);
CREATE INDEX comments_issue ON comments (org_id, issue_id, id);

CREATE TABLE tags (
    org_id bigint NOT NULL REFERENCES organizations,
    id     bigint GENERATED ALWAYS AS IDENTITY,
    name   text   NOT NULL CHECK (name ~ '^[^\s:,]{1,40}$'),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);

CREATE TABLE issue_tags (
    org_id   bigint NOT NULL,
    issue_id bigint NOT NULL,
    tag_id   bigint NOT NULL,
    PRIMARY KEY (org_id, issue_id, tag_id),
    FOREIGN KEY (org_id, issue_id) REFERENCES issues,
    FOREIGN KEY (org_id, tag_id) REFERENCES tags
);
CREATE INDEX issue_tags_tag ON issue_tags (org_id, tag_id, issue_id);

-- What happened. Written in the transaction of the change, numbered by org_heads, never changed.
CREATE TABLE events (
    org_id      bigint      NOT NULL REFERENCES organizations,
    seq         bigint      NOT NULL CHECK (seq > 0),
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor_id    bigint      NOT NULL REFERENCES users,
    origin      text        NOT NULL CHECK (origin IN ('PERSON', 'IMPORT', 'API', 'JOB')),
    issue_id    bigint,
    kind        text        NOT NULL CHECK (kind ~ '^[a-z_]{3,40}$'),
    version     smallint    NOT NULL CHECK (version > 0),
    payload     jsonb       NOT NULL,
    PRIMARY KEY (org_id, seq),
    FOREIGN KEY (org_id, issue_id) REFERENCES issues
);
CREATE INDEX events_issue ON events (org_id, issue_id, seq) WHERE issue_id IS NOT NULL;

-- Kept by a reader of the log; can be thrown away and built anew. See tracker_domain::insight.
CREATE TABLE daily_stats (
    org_id      bigint NOT NULL REFERENCES organizations,
    day         date   NOT NULL,
    project_id  bigint NOT NULL,
    reporter_id bigint NOT NULL,
    severity    text   NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status      text   NOT NULL CHECK (status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')),
    delta       bigint NOT NULL DEFAULT 0,
    opened      bigint NOT NULL DEFAULT 0,
    closed      bigint NOT NULL DEFAULT 0,
    reopened    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, day, project_id, reporter_id, severity, status),
    FOREIGN KEY (org_id, project_id) REFERENCES projects
);
CREATE INDEX daily_stats_reporter ON daily_stats (org_id, reporter_id, day);

-- How far each reader of the log has come.
CREATE TABLE reader_cursors (
    org_id bigint NOT NULL REFERENCES organizations,
    reader text   NOT NULL CHECK (reader ~ '^[a-z_]{3,40}$'),
    seq    bigint NOT NULL CHECK (seq >= 0),
    PRIMARY KEY (org_id, reader)
);

-- The answers of writes, by the name that the sender gave them; kept for a day. The scope is the sender: a person, or
-- the browser of somebody who has no account yet.
CREATE TABLE idempotency_keys (
    scope      text        NOT NULL,
    key        text        NOT NULL,
    endpoint   text        NOT NULL,
    request    bytea       NOT NULL,
    answer     jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What came of a form that was sent without JavaScript; read once by the browser that sent it.
CREATE TABLE flashes (
    id         text PRIMARY KEY,
    owner      bytea       NOT NULL,
    flash      jsonb       NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX flashes_age ON flashes (created_at);
