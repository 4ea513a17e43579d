-- A search for a word that many texts have, but none of the newest: after an import, or a day on which one thing fails. It was
-- taken for a rare word then, and looked up in all there is. What is found stays; compatible with the program before it.
--
-- Measured at 300,000 issues and 1,000,000 comments, after 4,000 new issues without the words, ADMIN, a request of the search
-- box, median of 15, before and after: a word that half of the issues have 289 and 11 ms, others 486 and 25, 226 and 16, 135
-- and 10; a word of 50 issues 11 and 7 ms, and one that nobody wrote 7 and 6.
-- The newest texts that match, at most `cap`, of all reporters or of one. A look at the newest 128, then 1,024, tells how
-- common the words are, and when none of them has the words a look at some farther back; so they are found for least:
--   * common ones are read off the order of the texts, newest first;
--   * others are looked up in the runs of texts that the newest `cap` should stand in, wider once if that was too little;
--   * the rest is looked up in all there is.
-- Ranks are taken while reading: to carry whole documents through the sort cost more than to rank some too many. Where
-- there is no telling how many match, only places are sorted, and the documents of those that remain are fetched.
CREATE OR REPLACE FUNCTION tracker_hits(org bigint, reporter bigint, looked_for tsquery, cap int) RETURNS search_hit[]
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
    -- The newest may be unlike the others, as after an import: words that none of them has can be in half of those. So some are
    -- looked at farther and farther back, until one has them. No `reach` then says that the words are rare.
    IF found = 0 AND reporter IS NULL THEN
        SELECT (1::bigint << b.back)
               + 1.5 * cap * (max(t.n) - min(t.n) + 1) / count(*) FILTER (WHERE t.doc @@ looked_for) INTO reach
        FROM generate_series(10, floor(log(2.0, greatest(newest, 2)))::int) b (back),
            LATERAL (SELECT s.n, s.doc FROM search_texts s
                     WHERE s.org_id = org AND s.n <= newest - (1::bigint << b.back) ORDER BY s.n DESC LIMIT 16) t
        GROUP BY b.back HAVING count(*) FILTER (WHERE t.doc @@ looked_for) > 0 ORDER BY b.back LIMIT 1;
    ELSIF found = 0 THEN
        SELECT (1::bigint << b.back)
               + 1.5 * cap * (max(t.n) - min(t.n) + 1) / count(*) FILTER (WHERE t.doc @@ looked_for) INTO reach
        FROM generate_series(10, floor(log(2.0, greatest(newest, 2)))::int) b (back),
            LATERAL (SELECT s.n, s.doc FROM search_texts s
                     WHERE s.org_id = org AND s.reporter_id = reporter AND s.n <= newest - (1::bigint << b.back)
                     ORDER BY s.n DESC LIMIT 16) t
        GROUP BY b.back HAVING count(*) FILTER (WHERE t.doc @@ looked_for) > 0 ORDER BY b.back LIMIT 1;
    END IF;
    -- Runs of all texts help those that many of the texts belong to; others have a short list of their own. With none among
    -- the newest the runs would be all there are, and what is left out of the index's conditions is cheaper.
    FOR attempt IN 1..2 LOOP
        EXIT WHEN span >= 64 * probe OR reach IS NULL;
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
