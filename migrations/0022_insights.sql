-- The insights: spells of issues, and cells, which are sums of them. Kept by a reader of the log, and built anew from it by
-- `tracker rebuild insights`. See docs/adr/0022-insights.md and tracker_domain::insight.

-- Pieces of the lives of issues in which nothing that is counted changed.
CREATE TABLE spells (
    org_id      bigint      NOT NULL REFERENCES organizations,
    issue_id    bigint      NOT NULL,
    number      integer     NOT NULL CHECK (number > 0),
    began       text        NOT NULL CHECK (began IN ('REPORTED', 'MOVED', 'CLOSED', 'REOPENED', 'EDITED')),
    -- When it was so.
    at          timestamptz NOT NULL,
    until       timestamptz CHECK (until >= at),
    -- From which position of the log on that is known, and from which on its end.
    seq         bigint      NOT NULL,
    until_seq   bigint      CHECK (until_seq > seq),
    -- Of one that began with DONE: from which position on it is known that this was not the end.
    undone_seq  bigint      CHECK (undone_seq > seq),
    project_id  bigint      NOT NULL,
    reporter_id bigint      NOT NULL,
    assignee_id bigint,
    severity    text        NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status      text        NOT NULL CHECK (status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')),
    tags        text[]      NOT NULL,
    created_at  timestamptz NOT NULL,
    triaged_at  timestamptz,
    started_at  timestamptz,
    status_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, issue_id, number),
    FOREIGN KEY (org_id, issue_id) REFERENCES issues,
    FOREIGN KEY (org_id, project_id) REFERENCES projects
);
-- What happened between two instants; who sees all reads it from here, a reporter from the next.
CREATE INDEX spells_at ON spells (org_id, began, at);
CREATE INDEX spells_reporter ON spells (org_id, reporter_id, at);
-- What came to be known after a position.
CREATE INDEX spells_seq ON spells (org_id, seq);
-- What is open now, and for how long: with all that is asked of it but the tags, so that the table is not read.
CREATE INDEX spells_open ON spells (org_id, created_at, issue_id)
    INCLUDE (status, status_at, at, seq, project_id, reporter_id, assignee_id, severity)
    WHERE until IS NULL AND status <> 'DONE';

-- Of one UTC day and slice: what was counted, packed (tracker_domain::insight::pack: numbers of a few bytes, where an array has eight
-- for each cell, and a page reads many thousands), in the layer DAY. MONTH has a month's changes of the stock, on its first day: the
-- stock at the beginning of a day is the sum of the months before and of the days since. AGES has what is open now, on the day since
-- when it is so.
CREATE TABLE cells (
    org_id bigint   NOT NULL REFERENCES organizations,
    kind   text     NOT NULL CHECK (kind IN ('ALL', 'PROJECT', 'ASSIGNEE', 'TAG', 'REPORTER')),
    -- The id or the name that the kind goes by; empty for ALL, and for issues that nobody works on.
    name   text     NOT NULL,
    layer  text     NOT NULL CHECK (layer IN ('DAY', 'MONTH', 'AGES')),
    day    date     NOT NULL,
    body   bytea    NOT NULL,
    PRIMARY KEY (org_id, kind, name, layer, day)
);
-- What is packed cannot be compressed further, and is read with its row.
ALTER TABLE cells ALTER body SET STORAGE EXTERNAL;
ALTER TABLE cells SET (toast_tuple_target = 8160);
-- What is looked at when a day is counted again.
CREATE INDEX cells_day ON cells (org_id, day) WHERE layer <> 'MONTH';

ALTER TABLE spells ENABLE ROW LEVEL SECURITY;
ALTER TABLE cells ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON spells, cells TO tracker_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON spells, cells TO tracker_system;
CREATE POLICY system ON spells TO tracker_system USING (true);
CREATE POLICY system ON cells TO tracker_system USING (true);
CREATE POLICY tenant ON spells TO tracker_app USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT tracker_projects()) IS NULL THEN true
             ELSE project_id = ANY ((SELECT tracker_projects())::bigint[]) END
);
-- A token of some projects has their sums and no others, for the others are of all projects.
CREATE POLICY tenant ON cells TO tracker_app USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT tracker_projects()) IS NULL THEN true
             ELSE kind = 'PROJECT' AND name = ANY ((SELECT tracker_projects())::text[]) END
);
CREATE POLICY reporter ON spells AS RESTRICTIVE FOR SELECT TO tracker_app USING (
    CASE WHEN (SELECT current_setting('tracker.role', true)) IN ('MAINTAINER', 'ADMIN') THEN true
         ELSE reporter_id = (SELECT tracker_user()) END
);
CREATE POLICY reporter ON cells AS RESTRICTIVE FOR SELECT TO tracker_app USING (
    CASE WHEN (SELECT current_setting('tracker.role', true)) IN ('MAINTAINER', 'ADMIN') THEN true
         ELSE kind = 'REPORTER' AND name = (SELECT tracker_user()::text) END
);

-- Whose days the charts are of, unless their reader says otherwise: an IANA time zone.
ALTER TABLE users ADD COLUMN zone text CHECK (length(zone) BETWEEN 1 AND 64);
GRANT UPDATE (zone) ON users TO tracker_app;
ALTER TABLE organizations ADD COLUMN zone text CHECK (length(zone) BETWEEN 1 AND 64);
