-- The same search for less, above all a REPORTER's: what it finds, in which order and with which pieces stays. It also says
-- whether there may be more than it looked at. Compatible with the program before it, which reads tracker_search's other columns.
--
-- Measured on two busy cores, one client, a transaction each, median of 200, before and after. 300,000 issues, a REPORTER of
-- 58,000 of them: a word that half of the issues have 21.0 and 6.8 ms, two words 103 and 32, a beginning 71 and 13; one of
-- 8,300: 38 and 9.0, 142 and 14, 67 and 13. ADMIN: a beginning 53 and 6.1. 3,500 issues, ADMIN: the common word 4.4 and 2.8.
-- Before, the newest runs were read with what everybody wrote, 12,539 texts from 5,590 pages to keep 791.
DROP FUNCTION tracker_hits;
-- The newest texts that match, at most `cap`, of all reporters or of one. A look at the newest 128, then 1,024, tells how
-- common the words are, and so how they are found for least:
--   * common ones are read off the order of the texts, newest first;
--   * others are looked up in the runs of texts that the newest `cap` should stand in, wider once if that was too little;
--   * the rest is looked up in all there is.
-- Ranks are taken while reading: to carry whole documents through the sort cost more than to rank some too many. Where
-- there is no telling how many match, only places are sorted, and the documents of those that remain are fetched.
CREATE FUNCTION tracker_hits(org bigint, reporter bigint, looked_for tsquery, cap int) RETURNS search_hit[]
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
    SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    weights CONSTANT real[] := '{0, 0.1, 0.3, 1}';
    whose CONSTANT text[] := ARRAY[CASE WHEN reporter IS NULL THEN 'o' || org ELSE 'r' || org || '.' || reporter END];
    -- A beginning is looked up by reading every word that begins so, in all texts.
    beginning CONSTANT boolean := looked_for::text LIKE '%:*%';
    hits search_hit[] := '{}';
    more search_hit[];
    runs text[];
    probe int;
    seen int;
    found int;
    newest bigint;
    oldest bigint;
    span bigint;
    reach bigint;
    start bigint;
    -- How many texts, newest first, should have `cap` that match; and how many are read in order at most.
    far double precision;
    most double precision;
    level int;
    main boolean;
BEGIN
    IF looked_for IS NULL THEN
        RETURN hits;
    END IF;
    FOREACH probe IN ARRAY CASE WHEN reporter IS NULL THEN ARRAY[128, 1024] ELSE ARRAY[1024] END LOOP
        IF reporter IS NULL THEN
            SELECT count(*), count(*) FILTER (WHERE t.doc @@ looked_for), max(t.n), min(t.n) INTO seen, found, newest, oldest
            FROM (SELECT s.n, s.doc FROM search_texts s WHERE s.org_id = org ORDER BY s.n DESC LIMIT probe) t;
        ELSE
            SELECT count(*), count(*) FILTER (WHERE t.doc @@ looked_for), max(t.n), min(t.n) INTO seen, found, newest, oldest
            FROM (SELECT s.n, s.doc FROM search_texts s WHERE s.org_id = org AND s.reporter_id = reporter
                  ORDER BY s.n DESC LIMIT probe) t;
        END IF;
        span := newest - oldest;
        IF found = 0 THEN
            CONTINUE WHEN seen = probe;
            RETURN hits;
        END IF;
        far := cap::double precision * probe / found;
        most := greatest(4 * cap, CASE WHEN beginning THEN sqrt(cap * newest / 2.0) END);
        CONTINUE WHEN seen = probe AND far > most;
        far := CASE WHEN seen = probe THEN greatest(2 * far, most) ELSE probe END;
        IF reporter IS NULL THEN
            hits := ARRAY(
                SELECT (h.issue_id, h.comment_id, ts_rank(weights, h.doc, looked_for))::search_hit FROM (
                    SELECT s.issue_id, s.comment_id, s.doc FROM search_texts s
                    WHERE s.org_id = org ORDER BY s.n DESC LIMIT far::bigint) h
                WHERE h.doc @@ looked_for LIMIT cap);
        ELSE
            hits := ARRAY(
                SELECT (h.issue_id, h.comment_id, ts_rank(weights, h.doc, looked_for))::search_hit FROM (
                    SELECT s.issue_id, s.comment_id, s.doc FROM search_texts s
                    WHERE s.org_id = org AND s.reporter_id = reporter ORDER BY s.n DESC LIMIT far::bigint) h
                WHERE h.doc @@ looked_for LIMIT cap);
        END IF;
        IF cardinality(hits) = cap OR seen < probe THEN
            RETURN hits;
        END IF;
        -- Too few after all. What was read is left out of what follows.
        cap := cap - cardinality(hits);
        IF reporter IS NULL THEN
            SELECT s.n INTO newest FROM search_texts s WHERE s.org_id = org ORDER BY s.n DESC OFFSET far::bigint LIMIT 1;
        ELSE
            SELECT s.n INTO newest FROM search_texts s
            WHERE s.org_id = org AND s.reporter_id = reporter ORDER BY s.n DESC OFFSET far::bigint LIMIT 1;
        END IF;
        IF newest IS NULL THEN
            RETURN hits;
        END IF;
        EXIT;
    END LOOP;
    main := reporter IS NULL AND span < 4 * probe;
    reach := CASE WHEN found < 64 THEN 1.5 ELSE 1.25 END * span * cap / greatest(found, 0.5);
    -- Runs of all texts help those that many of the texts belong to; others have a short list of their own. With none among
    -- the newest the runs would be all there are, and what is left out of the index's conditions is cheaper.
    FOR attempt IN 1..2 LOOP
        EXIT WHEN span >= 64 * probe OR main AND found = 0;
        start := greatest(0, newest - reach);
        -- A list of one's own that is not much longer than what the runs leave of it is read without them.
        EXIT WHEN start <= CASE WHEN reporter IS NULL THEN 0 ELSE newest * 2 / 3 END;
        -- The largest runs of which two fit between.
        level := least(21, 12 + 3 * greatest(0, floor(log(2.0, greatest(1, newest - start)) / 3 - 13.0 / 3)::int));
        runs := ARRAY(SELECT org || '.' || level || '.' || run FROM generate_series(start >> level, newest >> level) run);
        IF reporter IS NULL THEN
            more := ARRAY(
                SELECT (h.issue_id, h.comment_id, h.rank)::search_hit FROM (
                    SELECT s.issue_id, s.comment_id, ts_rank(weights, s.doc, looked_for) AS rank FROM search_texts s
                    WHERE s.scope && runs AND s.doc @@ looked_for AND s.n <= newest
                    ORDER BY s.n DESC LIMIT cap) h);
        ELSE
            more := ARRAY(
                SELECT (h.issue_id, h.comment_id, h.rank)::search_hit FROM (
                    SELECT s.issue_id, s.comment_id, ts_rank(weights, s.doc, looked_for) AS rank FROM search_texts s
                    WHERE s.scope && runs AND s.scope @> whose AND s.doc @@ looked_for AND s.n <= newest
                    ORDER BY s.n DESC LIMIT cap) h);
        END IF;
        hits := hits || more;
        cap := cap - cardinality(more);
        IF cap <= 0 THEN
            RETURN hits;
        END IF;
        reach := 2 * reach * greatest(1, cap / greatest(cardinality(more), 1));
        newest := (start >> level << level) - 1;
    END LOOP;
    -- An organization that most texts belong to is cheaper left out of the index's conditions. (`+ 0`: not by order.)
    IF main THEN
        RETURN hits || ARRAY(
            SELECT (t.issue_id, t.comment_id, ts_rank(weights, t.doc, looked_for))::search_hit FROM (
                SELECT s.ctid AS place FROM search_texts s
                WHERE s.org_id + 0 = org AND s.doc @@ looked_for AND s.n <= newest
                ORDER BY s.n DESC LIMIT cap) h JOIN search_texts t ON t.ctid = h.place);
    END IF;
    RETURN hits || ARRAY(
        SELECT (t.issue_id, t.comment_id, ts_rank(weights, t.doc, looked_for))::search_hit FROM (
            SELECT s.ctid AS place FROM search_texts s
            WHERE s.scope @> whose AND s.doc @@ looked_for AND s.n <= newest
            ORDER BY s.n DESC LIMIT cap) h JOIN search_texts t ON t.ctid = h.place);
END
$$;
REVOKE ALL ON FUNCTION tracker_hits FROM public;

-- As before; tracker_hits gives an array, which nobody copies.
CREATE OR REPLACE FUNCTION tracker_guess(org bigint, reporter bigint, needle text, cap int) RETURNS search_hit[]
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
    FOR part IN SELECT CASE WHEN cardinality(tracker_hits(org, reporter, p, 1)) > 0 THEN p
                            ELSE coalesce(tracker_near(org, reporter, w), p) END
                FROM regexp_split_to_table(trim(needle, ' "'), '[\s"]+') WITH ORDINALITY AS r (w, n),
                     LATERAL plainto_tsquery('english', w) p
                WHERE numnode(p) > 0 ORDER BY n LIMIT 6 LOOP
        parts := parts || part;
    END LOOP;
    RETURN ARRAY(SELECT (h.issue_id, h.comment_id, h.rank * 0.1)::search_hit
                 FROM unnest(tracker_hits(org, reporter, tracker_all(parts), cap)) h);
END
$$;
DROP FUNCTION tracker_search(text, int);
-- `capped` is the same in all rows: as many texts match as were looked at, so there may be more.
CREATE FUNCTION tracker_search(needle text, cap int DEFAULT 500)
    RETURNS TABLE (id bigint, rank real, comment_id bigint, capped boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET jit = off SET plan_cache_mode = force_generic_plan ROWS 500 AS $$
#variable_conflict use_column
DECLARE
    few CONSTANT int := 20;
    org CONSTANT bigint := tracker_org();
    reporter CONSTANT bigint := CASE
        WHEN current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') THEN NULL ELSE coalesce(tracker_user(), 0) END;
    projects CONSTANT bigint[] := tracker_projects();
    most CONSTANT int := CASE WHEN projects IS NULL THEN cap ELSE 10 * cap END;
    parts CONSTANT tsquery[] := tracker_parts(needle, false);
    hits search_hit[];
    rarest search_hit[];
    project bigint;
    reached boolean;
BEGIN
    IF org IS NULL THEN
        RETURN;
    END IF;
    hits := tracker_hits(org, reporter, tracker_all(parts), most);
    -- A key, or its number alone.
    IF needle ~ '^\s*(#?[0-9]{1,15}|[A-Za-z][A-Za-z0-9]{1,9}-[0-9]{1,15})\s*$' THEN
        hits := hits || ARRAY(
            SELECT (i.id, 0, 10)::search_hit FROM projects p JOIN issues i ON i.org_id = p.org_id AND i.project_id = p.id
            WHERE p.org_id = org AND i.number = substring(needle FROM '([0-9]{1,15})\s*$')::bigint
                AND upper(substring(needle FROM '([A-Za-z][A-Za-z0-9]*)-')) IS NOT DISTINCT FROM
                    CASE WHEN needle LIKE '%-%' THEN p.key END
                AND (reporter IS NULL OR i.reporter_id = reporter));
    ELSIF needle ~ '^\s*[A-Za-z][A-Za-z0-9]{1,9}\s*$' THEN
        SELECT p.id INTO project FROM projects p WHERE p.org_id = org AND p.key = upper(trim(needle));
        IF project IS NOT NULL AND reporter IS NULL THEN
            hits := hits || ARRAY(
                SELECT (i.id, 0, 0)::search_hit FROM issues i
                WHERE i.org_id = org AND i.project_id = project ORDER BY i.number DESC LIMIT most);
        ELSIF project IS NOT NULL THEN
            hits := hits || ARRAY(
                SELECT (i.id, 0, 0)::search_hit FROM issues i
                WHERE i.org_id = org AND i.reporter_id = reporter AND i.project_id = project
                ORDER BY i.updated_at DESC LIMIT most);
        END IF;
    END IF;
    IF cardinality(hits) < few THEN
        -- The last word may be a beginning.
        hits := hits || ARRAY(
            SELECT (h.issue_id, h.comment_id, h.rank * 0.3)::search_hit
            FROM unnest(tracker_hits(org, reporter, tracker_all(tracker_parts(needle, true)), most)) h);
    END IF;
    IF cardinality(hits) < few AND cardinality(parts) > 1 THEN
        -- Or the words stand in different texts of an issue: those that have the rarest, and the others anywhere.
        SELECT r.found INTO rarest FROM unnest(parts) part,
            LATERAL (SELECT tracker_hits(org, reporter, part, most) AS found) r
        ORDER BY cardinality(r.found) LIMIT 1;
        hits := hits || ARRAY(
            SELECT (h.issue_id, h.comment_id, h.rank * 0.3)::search_hit FROM unnest(rarest) h
            WHERE (SELECT bool_and(EXISTS (
                SELECT FROM search_texts s WHERE s.org_id = org AND s.issue_id = h.issue_id AND s.doc @@ part))
                FROM unnest(parts) part));
    END IF;
    IF cardinality(hits) = 0 AND length(needle) BETWEEN 3 AND 60 AND needle NOT LIKE '%"%' THEN
        hits := tracker_guess(org, reporter, needle, most);
    END IF;
    reached := cardinality(hits) >= most;
    IF projects IS NOT NULL THEN
        hits := ARRAY(SELECT h FROM unnest(hits) h JOIN issues i
                      ON i.org_id = org AND i.id = h.issue_id AND i.project_id = ANY (projects));
    END IF;
    RETURN QUERY
        SELECT DISTINCT ON (h.issue_id) h.issue_id, (round(h.rank * 100) / 100)::real, h.comment_id, reached
        FROM unnest(hits) h ORDER BY h.issue_id, h.rank DESC, h.comment_id;
END
$$;
REVOKE ALL ON FUNCTION tracker_search FROM public;
GRANT EXECUTE ON FUNCTION tracker_search TO tracker_app;
