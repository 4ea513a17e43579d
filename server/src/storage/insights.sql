-- What every page of insights begins with: flash $1 and its owner $2, the reader $3; the people $4 and teams $5 of the query; the
-- cells of $6 (a kind, TEAM for its projects, SCOPE for all that the viewer may see, or NONE) named $7, by day from $8 to $9 and by month before, with
-- those of the ages of what is open now if $10.
WITH scope AS (
    SELECT CASE WHEN $6 = 'TEAM' THEN 'PROJECT'
                WHEN $6 <> 'SCOPE' THEN $6
                WHEN current_setting('tracker.role', true) NOT IN ('MAINTAINER', 'ADMIN') THEN 'REPORTER'
                WHEN (SELECT tracker_projects()) IS NOT NULL THEN 'PROJECT'
                ELSE 'ALL' END AS kind,
           CASE WHEN $6 = 'SCOPE' THEN
                    CASE WHEN current_setting('tracker.role', true) NOT IN ('MAINTAINER', 'ADMIN') THEN ARRAY[(SELECT tracker_user())::text]
                         WHEN (SELECT tracker_projects()) IS NOT NULL THEN (SELECT tracker_projects())::text[]
                         ELSE ARRAY[''] END
                WHEN $6 = 'PROJECT' THEN ARRAY(SELECT p.id::text FROM projects p WHERE p.org_id = tracker_org() AND p.key = ANY ($7))
                WHEN $6 = 'TEAM' THEN ARRAY(SELECT p.id::text FROM projects p JOIN teams t ON t.org_id = p.org_id AND t.id = p.team_id
                                       WHERE p.org_id = tracker_org() AND t.slug = ANY ($5))
                WHEN $6 IN ('ASSIGNEE', 'REPORTER') THEN array_replace($7, '@me', (SELECT tracker_user())::text)
                                     || ARRAY(SELECT p.user_id::text FROM tracker_people($4) p)
                ELSE $7 END AS names
)
SELECT tracker_user() AS user_id, tracker_org() AS org_id, tracker_frame() AS frame,
    (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
    coalesce((SELECT u.zone FROM users u WHERE u.id = tracker_user()),
             (SELECT o.zone FROM organizations o WHERE o.id = tracker_org()), 'UTC') AS "zone!",
    coalesce((SELECT c.seq FROM reader_cursors c WHERE c.org_id = tracker_org() AND c.reader = $3), 0) AS "seq!",
    (SELECT tracker_projects()) IS NOT NULL AS "limited!",
    (SELECT coalesce(json_agg(json_build_array(p.id, p.key)), '[]') FROM projects p WHERE p.org_id = tracker_org()) AS "projects!",
    CASE WHEN cardinality($4) = 0 THEN '[]'
         ELSE (SELECT coalesce(json_agg(json_build_array(p.word, p.ids)), '[]')
               FROM (SELECT p.word, json_agg(p.user_id) AS ids FROM tracker_people($4) p GROUP BY p.word) p) END AS "people!",
    (SELECT coalesce(json_agg(json_build_array(t.slug, (SELECT coalesce(json_agg(p.key), '[]') FROM projects p
                                                        WHERE p.org_id = t.org_id AND p.team_id = t.id))), '[]')
     FROM teams t WHERE t.org_id = tracker_org() AND t.slug = ANY ($5)) AS "teams!",
    c.days AS "days!", c.ages AS "ages!", c.bodies AS "bodies!"
FROM scope s, LATERAL (
    SELECT coalesce(array_agg(c.day), '{}') AS days, coalesce(array_agg(c.age), '{}') AS ages,
           coalesce(array_agg(c.body), '{}') AS bodies
    FROM (
        SELECT c.day, false AS age, c.body FROM cells c
        WHERE c.org_id = tracker_org() AND c.kind = s.kind AND c.name = ANY (s.names)
            AND c.layer = 'DAY' AND c.day >= date_trunc('month', $8::date)::date AND c.day <= $9
        UNION ALL
        SELECT c.day, false, c.body FROM cells c
        WHERE c.org_id = tracker_org() AND c.kind = s.kind AND c.name = ANY (s.names)
            AND c.layer = 'MONTH' AND c.day < date_trunc('month', $8::date)::date
        UNION ALL
        SELECT c.day, true, c.body FROM cells c
        WHERE c.org_id = tracker_org() AND c.kind = s.kind AND c.name = ANY (s.names)
            AND c.layer = 'AGES' AND $10) c) c
