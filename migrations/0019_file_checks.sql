-- Files that are looked at by a scanner before anybody gets them. Compatible with the program before it, which keeps every
-- file as clean.

-- Lets a file be checked when this transaction is committed: the queue is another schema, where the program has no rights.
CREATE FUNCTION tracker_queue_check(file bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM tracker_jobs.add_job('check_file', json_build_object('org', tracker_org(), 'file', file),
        max_attempts => 25, job_key => 'check:' || file);
END
$$;

-- What a scanner found: the state of the file, an event of its issue by the tracker's own job, and for the ADMINs an entry
-- in the audit trail. False: the file was not to be checked any more. The position is taken last, as always.
CREATE FUNCTION tracker_file_checked(org bigint, file bigint, verdict text, what text, present timestamptz) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    checked attachments;
    facts jsonb;
    last bigint;
BEGIN
    UPDATE attachments a SET state = verdict, finding = left(nullif(what, ''), 200)
    WHERE a.org_id = org AND a.id = file AND a.state = 'CHECKING' RETURNING a.* INTO checked;
    IF checked.id IS NULL THEN
        RETURN false;
    END IF;
    IF verdict = 'INFECTED' THEN
        INSERT INTO audit (org_id, at, actor_id, action, target, address, agent, details)
        VALUES (org, present, checked.uploader_id, 'FILE_INFECTED', checked.name, '', '',
                jsonb_build_object('found', left(what, 200)));
    END IF;
    IF checked.issue_id IS NOT NULL AND checked.removed_at IS NULL THEN
        SELECT jsonb_build_object('project', i.project_id, 'reporter', i.reporter_id, 'severity', i.severity, 'status', i.status)
        INTO facts FROM issues i WHERE i.org_id = org AND i.id = checked.issue_id;
        UPDATE org_heads h SET seq = h.seq + 1 WHERE h.org_id = org RETURNING h.seq INTO last;
        INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
        VALUES (org, last, present, clock_timestamp(), checked.uploader_id, 'JOB', checked.issue_id, 'attachment_checked', 1,
                jsonb_build_object('data', jsonb_build_object('attachment', file, 'state', verdict), 'facts', facts));
    END IF;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION tracker_queue_check, tracker_file_checked FROM public;
GRANT EXECUTE ON FUNCTION tracker_queue_check TO tracker_app;
GRANT EXECUTE ON FUNCTION tracker_file_checked TO tracker_system;
