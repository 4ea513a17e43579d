-- Edits of teams and projects say which version they saw, as those of issues do. A program of the version before this one
-- does not count; then two edits of the same time are as they were.
ALTER TABLE teams ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE projects ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
GRANT UPDATE (version) ON teams, projects TO tracker_app;
