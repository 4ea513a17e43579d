-- Search over key, title, description and comments: see docs/search.md.
--
-- Expands only: the program before this one goes on calling tracker_search(needle) for its column id. Filling the new
-- table reads every text once, about three minutes for 300,000 issues with 1,000,000 comments on two cores and 1 GB of
-- disk; writes of issues and comments wait meanwhile, reads do not. The big tables are not rewritten.

-- Whose text it is, and in which runs of 4,096, 32,768 and so on texts it stands. An index on this and the words together
-- finds "the newest with this word" without the older ones, and a reporter's own without those of others.
CREATE FUNCTION tracker_scope(org bigint, reporter bigint, n bigint) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY['o' || org::text, 'r' || org::text || '.' || reporter::text,
        org::text || '.12.' || (n >> 12)::text, org::text || '.15.' || (n >> 15)::text,
        org::text || '.18.' || (n >> 18)::text, org::text || '.21.' || (n >> 21)::text];

-- One row a text: the title and description of an issue (comment_id 0), or one comment. Apart from the issues, because
-- an index entry a word would be written anew with every change of a status. Derived: triggers keep it, and it may be
-- emptied and filled again.
CREATE TABLE search_texts (
    org_id      bigint   NOT NULL,
    issue_id    bigint   NOT NULL,
    comment_id  bigint   NOT NULL DEFAULT 0,
    reporter_id bigint   NOT NULL,
    -- The order in which texts came; the newest have the largest.
    n           bigint   NOT NULL GENERATED ALWAYS AS IDENTITY,
    title       text,
    doc         tsvector NOT NULL,
    scope       text[]   NOT NULL GENERATED ALWAYS AS (tracker_scope(org_id, reporter_id, n)) STORED,
    PRIMARY KEY (org_id, issue_id, comment_id)
);
ALTER TABLE search_texts ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON search_texts TO tracker_system USING (true);
GRANT SELECT ON search_texts TO tracker_system;

-- A tsvector is at most 1 MB, and to exceed that is an error that would fail the write. 64,000 characters cannot: each
-- word costs at most its bytes and a few more. Words stand stemmed; those of titles as written too, for beginnings.
CREATE FUNCTION tracker_doc(title text, description text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('english', title) || to_tsvector('simple', title), 'A')
        || setweight(to_tsvector('english', left(description, 64000)), 'B');
CREATE FUNCTION tracker_doc(comment text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('english', left(comment, 64000)), 'C');

-- A word that is too long for an index is left out, and nobody needs a notice about it.
CREATE FUNCTION tracker_text_of_issue() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET client_min_messages = warning AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM search_texts s WHERE s.org_id = OLD.org_id AND s.issue_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO search_texts (org_id, issue_id, reporter_id, title, doc)
    VALUES (NEW.org_id, NEW.id, NEW.reporter_id, NEW.title, tracker_doc(NEW.title, NEW.description))
    ON CONFLICT (org_id, issue_id, comment_id) DO UPDATE SET title = excluded.title, doc = excluded.doc;
    RETURN NULL;
END
$$;
CREATE FUNCTION tracker_text_of_comment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET client_min_messages = warning AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM search_texts s
        WHERE s.org_id = OLD.org_id AND s.issue_id = OLD.issue_id AND s.comment_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO search_texts (org_id, issue_id, comment_id, reporter_id, doc)
    SELECT NEW.org_id, NEW.issue_id, NEW.id, i.reporter_id, tracker_doc(NEW.body)
    FROM issues i WHERE i.org_id = NEW.org_id AND i.id = NEW.issue_id
    ON CONFLICT (org_id, issue_id, comment_id) DO UPDATE SET doc = excluded.doc;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_text AFTER INSERT OR DELETE OR UPDATE OF title, description ON issues
    FOR EACH ROW EXECUTE FUNCTION tracker_text_of_issue();
CREATE TRIGGER search_text AFTER INSERT OR DELETE OR UPDATE OF body ON comments
    FOR EACH ROW EXECUTE FUNCTION tracker_text_of_comment();

SET LOCAL client_min_messages = warning;
INSERT INTO search_texts (org_id, issue_id, comment_id, reporter_id, title, doc)
SELECT t.org_id, t.issue_id, t.comment_id, t.reporter_id, t.title, t.doc FROM (
    SELECT i.org_id, i.id AS issue_id, 0 AS comment_id, i.reporter_id, i.title, i.created_at,
           tracker_doc(i.title, i.description) AS doc
    FROM issues i
    UNION ALL
    SELECT c.org_id, c.issue_id, c.id, i.reporter_id, NULL, c.created_at, tracker_doc(c.body)
    FROM comments c JOIN issues i ON i.org_id = c.org_id AND i.id = c.issue_id) t
ORDER BY t.created_at;

CREATE INDEX search_texts_n ON search_texts (org_id, n);
CREATE INDEX search_texts_reporter ON search_texts (org_id, reporter_id, n);
-- What waits to be sorted into an index is read by every search, so little may wait.
CREATE INDEX search_texts_doc ON search_texts USING gin (scope, doc) WITH (gin_pending_list_limit = 256);
CREATE INDEX search_texts_title ON search_texts USING gin (scope, title gin_trgm_ops)
    WITH (gin_pending_list_limit = 256) WHERE title IS NOT NULL;
-- The old search read this one. Every change of an issue wrote into it.
DROP INDEX issues_text;

-- What is looked for: one query a word and a phrase ("…"), all of which must match. The last word, while it is being
-- typed, matches as the beginning of a word: as written, and as the shorter stems that it may be on its way to.
CREATE FUNCTION tracker_parts(needle text, typing boolean) RETURNS tsquery[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp SET client_min_messages = warning AS $$
DECLARE
    parts tsquery[] := '{}';
    part tsquery;
    word text;
    beginning text := CASE WHEN typing THEN lower(substring(needle FROM '(?:^|\s)(\w{3,60})$')) END;
BEGIN
    FOR word IN SELECT m[1] FROM regexp_matches(needle, '"([^"]*)', 'g') WITH ORDINALITY AS r (m, n) WHERE n % 2 = 1 LOOP
        part := phraseto_tsquery('english', word);
        IF numnode(part) > 0 THEN
            parts := parts || part;
        END IF;
    END LOOP;
    FOR word IN SELECT w FROM regexp_split_to_table(regexp_replace(needle, '"[^"]*("|$)', ' ', 'g'), '\s+') w LIMIT 12 LOOP
        part := plainto_tsquery('english', word);
        IF lower(word) = beginning THEN
            part := part || to_tsquery('simple', beginning || ':*');
            SELECT coalesce(part || to_tsquery('simple', string_agg(DISTINCT quote_literal(stem), '|')), part) INTO part
            FROM unnest(ARRAY['', 'e', 's', 'y', 'n', 'on', 'ion', 'g', 'ng', 'ing']) ending,
                 unnest(ts_lexize('english_stem', beginning || ending)) stem
            WHERE length(stem) < length(beginning);
        END IF;
        IF numnode(part) > 0 THEN
            parts := parts || part;
        END IF;
    END LOOP;
    RETURN parts;
END
$$;

CREATE FUNCTION tracker_all(parts tsquery[]) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    whole tsquery;
    part tsquery;
BEGIN
    FOREACH part IN ARRAY parts LOOP
        whole := coalesce(whole && part, part);
    END LOOP;
    RETURN whole;
END
$$;

-- A text that matches, and how well.
CREATE TYPE search_hit AS (issue_id bigint, comment_id bigint, rank real);

-- The newest texts that match, at most `cap`, of all reporters or of one. A look at the newest thousand tells how common
-- the words are, and so how far back the index is to be read: a word that every second text has costs no more than a
-- rare one. When there were too few after all, the rest is read. Sequential scans would read too much and are off.
CREATE FUNCTION tracker_hits(org bigint, reporter bigint, looked_for tsquery, cap int) RETURNS SETOF search_hit
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
    SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    probe CONSTANT int := 1024;
    whose CONSTANT text[] := ARRAY[CASE WHEN reporter IS NULL THEN 'o' || org ELSE 'r' || org || '.' || reporter END];
    runs text[];
    seen int;
    found int;
    newest bigint;
    oldest bigint;
    start bigint;
    level int;
    got int;
    dense boolean;
    main boolean;
BEGIN
    IF looked_for IS NULL THEN
        RETURN;
    END IF;
    IF reporter IS NULL THEN
        SELECT count(*), count(*) FILTER (WHERE t.doc @@ looked_for), max(t.n), min(t.n) INTO seen, found, newest, oldest
        FROM (SELECT s.n, s.doc FROM search_texts s WHERE s.org_id = org ORDER BY s.n DESC LIMIT probe) t;
    ELSE
        SELECT count(*), count(*) FILTER (WHERE t.doc @@ looked_for), max(t.n), min(t.n) INTO seen, found, newest, oldest
        FROM (SELECT s.n, s.doc FROM search_texts s WHERE s.org_id = org AND s.reporter_id = reporter
              ORDER BY s.n DESC LIMIT probe) t;
    END IF;
    IF seen < probe AND found = 0 THEN
        RETURN;
    END IF;
    -- What a quarter of the newest have is read off their order; to skip the others would not pay.
    IF reporter IS NULL AND found > probe / 4 THEN
        RETURN QUERY
            SELECT h.issue_id, h.comment_id, ts_rank('{0, 0.1, 0.3, 1}', h.doc, looked_for) FROM (
                SELECT s.issue_id, s.comment_id, s.doc FROM search_texts s
                WHERE s.org_id = org ORDER BY s.n DESC LIMIT 4 * probe) h
            WHERE h.doc @@ looked_for LIMIT cap;
        GET DIAGNOSTICS got = ROW_COUNT;
        IF got = cap OR seen < probe THEN
            RETURN;
        END IF;
    END IF;
    -- Runs of all texts help those that many of the texts belong to; others have a short list of their own.
    dense := seen = probe AND newest - oldest < 64 * probe;
    main := reporter IS NULL AND seen = probe AND newest - oldest < 4 * probe;
    start := greatest(0, newest - ((newest - oldest) * 1.5 * cap / greatest(found, 0.5))::bigint);
    IF dense AND start > 0 THEN
        -- The largest runs of which two fit between.
        level := least(21, 12 + 3 * greatest(0, floor(log(2.0, greatest(1, newest - start)) / 3 - 13.0 / 3)::int));
        runs := ARRAY(SELECT org || '.' || level || '.' || run FROM generate_series(start >> level, newest >> level) run);
        RETURN QUERY
            SELECT h.issue_id, h.comment_id, ts_rank('{0, 0.1, 0.3, 1}', h.doc, looked_for) FROM (
                SELECT s.issue_id, s.comment_id, s.doc FROM search_texts s
                WHERE s.scope && runs AND s.doc @@ looked_for AND (reporter IS NULL OR s.reporter_id = reporter)
                ORDER BY s.n DESC LIMIT cap) h;
        GET DIAGNOSTICS got = ROW_COUNT;
        cap := cap - got;
        IF cap <= 0 THEN
            RETURN;
        END IF;
        newest := (start >> level << level) - 1;
    END IF;
    -- An organization that most texts belong to is cheaper left out of the index's conditions. (`+ 0`: not by order.)
    IF main THEN
        RETURN QUERY
            SELECT h.issue_id, h.comment_id, ts_rank('{0, 0.1, 0.3, 1}', h.doc, looked_for) FROM (
                SELECT s.issue_id, s.comment_id, s.doc FROM search_texts s
                WHERE s.org_id + 0 = org AND s.doc @@ looked_for AND s.n <= newest
                ORDER BY s.n DESC LIMIT cap) h;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT h.issue_id, h.comment_id, ts_rank('{0, 0.1, 0.3, 1}', h.doc, looked_for) FROM (
            SELECT s.issue_id, s.comment_id, s.doc FROM search_texts s
            WHERE s.scope @> whose AND s.doc @@ looked_for AND s.n <= newest
            ORDER BY s.n DESC LIMIT cap) h;
END
$$;

-- What a misspelled word may have meant: the words of newer titles that look most like it. NULL if there are none.
CREATE FUNCTION tracker_near(org bigint, reporter bigint, misspelled text) RETURNS tsquery
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
    SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET client_min_messages = warning AS $$
DECLARE
    newest bigint;
    where_to_look text[];
    near text;
BEGIN
    -- Only now, since the owner may not put it at the function; for this transaction, where nothing else reads it.
    PERFORM set_config('pg_trgm.word_similarity_threshold', '0.4', true);
    SELECT max(s.n) INTO newest FROM search_texts s WHERE s.org_id = org;
    where_to_look := CASE WHEN reporter IS NULL
        THEN ARRAY(SELECT org || '.15.' || run FROM generate_series((newest >> 15) - 1, newest >> 15) run)
        ELSE ARRAY['r' || org || '.' || reporter] END;
    SELECT string_agg(quote_literal(w.word), '|') INTO near FROM (
        SELECT w.word FROM (
            SELECT s.title FROM search_texts s
            WHERE s.title IS NOT NULL AND s.scope && where_to_look AND s.title %> misspelled LIMIT 500) t,
            unnest(tsvector_to_array(to_tsvector('simple', t.title))) w (word)
        WHERE similarity(w.word, misspelled) >= 0.3
        GROUP BY w.word ORDER BY similarity(w.word, misspelled) DESC, count(*) DESC LIMIT 3) w;
    RETURN to_tsquery('english', near);
END
$$;

-- When nothing matches: titles that contain the text anywhere, else its words with each unknown one corrected.
CREATE FUNCTION tracker_guess(org bigint, reporter bigint, needle text, cap int) RETURNS search_hit[]
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
    SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    pattern CONSTANT text := '%' || regexp_replace(trim(needle), '([%_\\])', '\\\1', 'g') || '%';
    whose CONSTANT text[] := ARRAY[CASE WHEN reporter IS NULL THEN 'o' || org ELSE 'r' || org || '.' || reporter END];
    parts tsquery[] := '{}';
    part tsquery;
    hits search_hit[];
BEGIN
    hits := ARRAY(SELECT (s.issue_id, 0, 0.2)::search_hit FROM search_texts s
                  WHERE s.title IS NOT NULL AND s.scope && whose AND s.title ILIKE pattern LIMIT cap);
    IF cardinality(hits) > 0 THEN
        RETURN hits;
    END IF;
    FOR part IN SELECT CASE WHEN EXISTS (SELECT FROM tracker_hits(org, reporter, p, 1)) THEN p
                            ELSE coalesce(tracker_near(org, reporter, w), p) END
                FROM regexp_split_to_table(trim(needle, ' "'), '[\s"]+') WITH ORDINALITY AS r (w, n),
                     LATERAL plainto_tsquery('english', w) p
                WHERE numnode(p) > 0 ORDER BY n LIMIT 6 LOOP
        parts := parts || part;
    END LOOP;
    RETURN ARRAY(SELECT (h.issue_id, h.comment_id, h.rank * 0.1)::search_hit
                 FROM tracker_hits(org, reporter, tracker_all(parts), cap) h);
END
$$;

-- Search for the list: the issues that match all words and phrases of a text, each with its rank (a title outweighs a
-- description, that a comment) and the comment that matches best (0: title or description). As the owner, because the
-- operators of text search are not leakproof, so that under row-level security no index would serve them; it looks
-- only at what the transaction's person may see, so that neither a cap nor a rank depends on anything else.
DROP FUNCTION tracker_search(text);
CREATE FUNCTION tracker_search(needle text) RETURNS TABLE (id bigint, rank real, comment_id bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET jit = off SET plan_cache_mode = force_generic_plan ROWS 500 AS $$
#variable_conflict use_column
DECLARE
    cap CONSTANT int := 500;
    few CONSTANT int := 20;
    org CONSTANT bigint := tracker_org();
    reporter CONSTANT bigint := CASE
        WHEN current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') THEN NULL ELSE coalesce(tracker_user(), 0) END;
    parts tsquery[] := tracker_parts(needle, false);
    hits search_hit[];
    rarest search_hit[];
    project bigint;
BEGIN
    IF org IS NULL THEN
        RETURN;
    END IF;
    hits := ARRAY(SELECT h FROM tracker_hits(org, reporter, tracker_all(parts), cap) h);
    -- A key, or its number alone, and a project.
    IF needle ~ '^\s*(#?[0-9]{1,15}|[A-Za-z][A-Za-z0-9]{1,9}(-[0-9]{1,15})?)\s*$' THEN
        hits := hits || ARRAY(
            SELECT (i.id, 0, 10)::search_hit FROM projects p JOIN issues i ON i.org_id = p.org_id AND i.project_id = p.id
            WHERE p.org_id = org AND i.number = substring(needle FROM '([0-9]{1,15})\s*$')::bigint
                AND upper(substring(needle FROM '([A-Za-z][A-Za-z0-9]*)-')) IS NOT DISTINCT FROM
                    CASE WHEN needle LIKE '%-%' THEN p.key END
                AND needle !~ '^\s*[A-Za-z][A-Za-z0-9]*\s*$'
                AND (reporter IS NULL OR i.reporter_id = reporter));
        SELECT p.id INTO project FROM projects p WHERE p.org_id = org AND p.key = upper(trim(needle));
        hits := hits || ARRAY(
            SELECT (i.id, 0, 0)::search_hit FROM issues i
            WHERE reporter IS NULL AND i.org_id = org AND i.project_id = project ORDER BY i.number DESC LIMIT cap);
        hits := hits || ARRAY(
            SELECT (i.id, 0, 0)::search_hit FROM issues i
            WHERE i.org_id = org AND i.reporter_id = reporter AND i.project_id = project
            ORDER BY i.updated_at DESC LIMIT cap);
    END IF;
    IF cardinality(hits) < few THEN
        -- The last word may be a beginning.
        hits := hits || ARRAY(
            SELECT (h.issue_id, h.comment_id, h.rank * 0.3)::search_hit
            FROM tracker_hits(org, reporter, tracker_all(tracker_parts(needle, true)), cap) h);
    END IF;
    IF cardinality(hits) < few AND cardinality(parts) > 1 THEN
        -- Or the words stand in different texts of an issue: those that have the rarest, and the others anywhere.
        SELECT r.found INTO rarest FROM unnest(parts) part,
            LATERAL (SELECT ARRAY(SELECT h FROM tracker_hits(org, reporter, part, cap) h) AS found) r
        ORDER BY cardinality(r.found) LIMIT 1;
        hits := hits || ARRAY(
            SELECT (h.issue_id, h.comment_id, h.rank * 0.3)::search_hit FROM unnest(rarest) h
            WHERE (SELECT bool_and(EXISTS (
                SELECT FROM search_texts s WHERE s.org_id = org AND s.issue_id = h.issue_id AND s.doc @@ part))
                FROM unnest(parts) part));
    END IF;
    IF cardinality(hits) = 0 AND length(needle) BETWEEN 3 AND 60 THEN
        hits := tracker_guess(org, reporter, needle, cap);
    END IF;
    RETURN QUERY
        SELECT DISTINCT ON (h.issue_id) h.issue_id, (round(h.rank * 100) / 100)::real, h.comment_id
        FROM unnest(hits) h ORDER BY h.issue_id, h.rank DESC, h.comment_id;
END
$$;

-- Whether one issue matches all words and phrases of a text, each in any of its texts, and no cap: for what a query
-- excludes.
CREATE FUNCTION tracker_says(issue bigint, needle text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bool_and(EXISTS (
        SELECT FROM search_texts s WHERE s.org_id = tracker_org() AND s.issue_id = issue AND s.doc @@ part
            AND (current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') OR s.reporter_id = tracker_user()))), false)
    FROM unnest(tracker_parts(needle, false)) part;
$$;

-- For showing where the words stand: their stems, and a pattern that finds the first of them in a text.
CREATE FUNCTION tracker_marks(needle text) RETURNS TABLE (stems text[], pattern text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT array_agg(stem),
           '^(.*?)\m(?:' || string_agg(regexp_replace(regexp_replace(stem, '(\W)', '\\\1', 'g'), 'i$', '[iy]'), '|') || ')'
    FROM unnest(tsvector_to_array(to_tsvector('english', needle))) stem;
$$;
-- The piece of a text around the first match, from its first 20,000 characters. NULL if there is none.
CREATE FUNCTION tracker_piece(whole text, pattern text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    before text := substring(lower(left(whole, 20000)) FROM pattern);
BEGIN
    RETURN CASE WHEN before IS NOT NULL THEN substring(whole FROM greatest(1, length(before) - 120) FOR 500) END;
END
$$;

-- PostgreSQL lets everybody execute a new function. Those that look around the walls are the program's, or nobody's.
REVOKE ALL ON FUNCTION tracker_search, tracker_says, tracker_hits, tracker_near, tracker_guess, tracker_text_of_issue,
    tracker_text_of_comment FROM public;
GRANT EXECUTE ON FUNCTION tracker_search, tracker_says TO tracker_app;

-- Whom one shares the organization with, looked up by person instead of reading all its members for every page.
DROP POLICY tenant ON users;
CREATE POLICY tenant ON users TO tracker_app USING (
    id = (SELECT tracker_user())
    OR EXISTS (SELECT FROM memberships m WHERE m.org_id = (SELECT tracker_org()) AND m.user_id = users.id)
);

-- As before, in a form whose effect the planner guesses at a half instead of a hundredth: it took orders by rows that
-- "will be few" for cheap, and read tens of thousands.
ALTER POLICY tenant ON issues USING (
    org_id = (SELECT tracker_org())
    AND CASE WHEN (SELECT current_setting('tracker.role', true)) IN ('MAINTAINER', 'ADMIN') THEN true
             ELSE reporter_id = (SELECT tracker_user()) END
);

-- The filters by project and severity, in the usual order of the list.
CREATE INDEX issues_project_updated ON issues (org_id, project_id, updated_at, id);
CREATE INDEX issues_severity_updated ON issues (org_id, severity, updated_at, id);

-- Who asks, as before; now it also says in which role, since a statement that reads only one's own issues needs another
-- index than one that reads all.
DROP FUNCTION tracker_identify(bytea, text, timestamptz);
CREATE FUNCTION tracker_identify(session_hash bytea, org_slug text, present timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who bigint;
    org bigint;
    org_role text;
BEGIN
    SELECT s.user_id INTO who FROM sessions s WHERE s.token_hash = session_hash AND s.expires_at > present;
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
REVOKE ALL ON FUNCTION tracker_identify FROM public;
GRANT EXECUTE ON FUNCTION tracker_identify TO tracker_app;

-- How many issues there are now, so that the insights need not add up all days since the beginning. Kept with the days
-- by triggers, so that it is right whichever version of the program adds to them.
CREATE TABLE stock (
    org_id      bigint NOT NULL REFERENCES organizations,
    reporter_id bigint NOT NULL,
    severity    text   NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status      text   NOT NULL CHECK (status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')),
    count       bigint NOT NULL,
    PRIMARY KEY (org_id, reporter_id, severity, status)
);
ALTER TABLE stock ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock TO tracker_app USING (org_id = (SELECT tracker_org()));
CREATE POLICY system ON stock TO tracker_system USING (true);
GRANT SELECT ON stock TO tracker_app, tracker_system;

CREATE FUNCTION tracker_restock() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO stock AS s SELECT o.org_id, o.reporter_id, o.severity, o.status, -sum(o.delta)
        FROM before o GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (org_id, reporter_id, severity, status) DO UPDATE SET count = s.count + excluded.count;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO stock AS s SELECT n.org_id, n.reporter_id, n.severity, n.status, sum(n.delta)
        FROM after n GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (org_id, reporter_id, severity, status) DO UPDATE SET count = s.count + excluded.count;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER restock_added AFTER INSERT ON daily_stats REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION tracker_restock();
CREATE TRIGGER restock_changed AFTER UPDATE ON daily_stats REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION tracker_restock();
CREATE TRIGGER restock_removed AFTER DELETE ON daily_stats REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION tracker_restock();
REVOKE ALL ON FUNCTION tracker_restock FROM public;
INSERT INTO stock SELECT d.org_id, d.reporter_id, d.severity, d.status, sum(d.delta) FROM daily_stats d GROUP BY 1, 2, 3, 4;
