-- Files that people attach. The bytes are in a store outside of the database (a folder or S3); a row says what they are,
-- whose, and where. A file is uploaded first and belongs to nobody but its uploader until it is attached, in the
-- transaction of the issue or the comment that it comes with.
--
-- Compatible with the program before it, which does not know of files.
CREATE TABLE attachments (
    org_id      bigint      NOT NULL REFERENCES organizations,
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    -- NULL: uploaded, and not attached to anything yet.
    issue_id    bigint,
    comment_id  bigint,
    uploader_id bigint      NOT NULL,
    name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 150),
    -- By its content, never by its name.
    media_type  text        NOT NULL CHECK (media_type ~ '^[a-z]+/[a-z0-9.+-]{1,100}$'),
    size        bigint      NOT NULL CHECK (size > 0),
    -- Of what is kept: a picture has lost its metadata by then.
    sha256      bytea       NOT NULL CHECK (length(sha256) = 32),
    width       integer     CHECK (width > 0),
    height      integer     CHECK (height > 0),
    state       text        NOT NULL CHECK (state IN ('CHECKING', 'CLEAN', 'INFECTED')),
    -- What the scanner found in it.
    finding     text        CHECK (length(finding) <= 200),
    -- Where the store has it; a thumbnail stands beside it.
    object      text        NOT NULL UNIQUE CHECK (length(object) BETWEEN 1 AND 200),
    thumbnail   boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    removed_at  timestamptz,
    hidden_at   timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, issue_id) REFERENCES issues,
    FOREIGN KEY (org_id, comment_id) REFERENCES comments,
    FOREIGN KEY (org_id, uploader_id) REFERENCES memberships,
    CHECK (comment_id IS NULL OR issue_id IS NOT NULL),
    CHECK ((width IS NULL) = (height IS NULL))
);
CREATE INDEX attachments_issue ON attachments (org_id, issue_id, id) WHERE issue_id IS NOT NULL AND removed_at IS NULL;
CREATE INDEX attachments_comment ON attachments (org_id, comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX attachments_uploader ON attachments (org_id, uploader_id);
-- What is to be checked, and what was never attached.
CREATE INDEX attachments_checking ON attachments (created_at) WHERE state = 'CHECKING' AND removed_at IS NULL;
CREATE INDEX attachments_loose ON attachments (created_at) WHERE issue_id IS NULL;
-- The quota of an organization is read off this index alone.
CREATE INDEX attachments_size ON attachments (org_id) INCLUDE (size) WHERE removed_at IS NULL;

GRANT SELECT,
    INSERT (org_id, issue_id, uploader_id, name, media_type, size, sha256, width, height, state, object, thumbnail, created_at),
    UPDATE (issue_id, comment_id, removed_at, hidden_at) ON attachments TO tracker_app;
GRANT SELECT, UPDATE (removed_at), DELETE ON attachments TO tracker_system;
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
-- What is not attached yet exists for its uploader alone; what is attached, for a token that is limited to projects as
-- far as the issue does.
CREATE POLICY tenant ON attachments TO tracker_app USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN issue_id IS NULL THEN uploader_id = (SELECT tracker_user())
             WHEN (SELECT tracker_projects()) IS NULL THEN true
             ELSE tracker_shows(org_id, issue_id) END
);
-- A reporter has the files of their own issues, as far as no maintainer has hidden them.
CREATE POLICY reporter ON attachments AS RESTRICTIVE FOR SELECT TO tracker_app USING (
    CASE WHEN (SELECT current_setting('tracker.role', true)) IN ('MAINTAINER', 'ADMIN') THEN true
         WHEN issue_id IS NULL THEN true
         ELSE hidden_at IS NULL
              AND EXISTS (SELECT FROM issues i WHERE i.org_id = attachments.org_id AND i.id = attachments.issue_id) END
);
CREATE POLICY system ON attachments TO tracker_system USING (true);

-- How many bytes the organization of the transaction has. A person does not see all of its files, so this looks as the
-- owner. Writers of one organization do it one after the other, so that together they do not take more than there is.
CREATE FUNCTION tracker_file_bytes() RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tracker_files', coalesce(tracker_org(), 0)));
    RETURN (SELECT coalesce(sum(a.size), 0) FROM attachments a WHERE a.org_id = tracker_org() AND a.removed_at IS NULL);
END
$$;

-- The files of an issue, oldest first: see tracker_domain::attachment::FileRow. As whoever asks; those that are hidden
-- are left out by the policy of the program for the live path, which reads as the system.
CREATE FUNCTION tracker_files(org bigint, issue bigint) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_build_object(
        'id', a.id, 'comment', a.comment_id, 'name', a.name, 'media_type', a.media_type, 'size', a.size,
        'width', a.width, 'height', a.height, 'state', a.state, 'thumbnail', a.thumbnail,
        'hidden', a.hidden_at IS NOT NULL, 'uploader', a.uploader_id, 'created_at', a.created_at) ORDER BY a.id), '[]')
    FROM attachments a WHERE a.org_id = org AND a.issue_id = issue AND a.removed_at IS NULL);
END
$$;
REVOKE ALL ON FUNCTION tracker_file_bytes, tracker_files FROM public;
GRANT EXECUTE ON FUNCTION tracker_file_bytes TO tracker_app;
GRANT EXECUTE ON FUNCTION tracker_files TO tracker_app, tracker_system;
