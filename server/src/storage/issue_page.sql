-- The page of one issue: project key $1, number $2, flash $3 and its owner $4.
SELECT tracker_user() AS user_id, tracker_frame() AS frame,
    (SELECT f.flash FROM flashes f WHERE f.id = $3 AND f.owner = $4) AS flash,
    (SELECT json_build_object(
         'row', tracker_row(i), 'description', i.description, 'description_html', i.description_html,
         'timeline', (
             SELECT coalesce(json_agg(json_build_object(
                 'seq', e.seq, 'at', e.at, 'actor', json_build_object('id', u.id, 'name', u.name),
                 'change', json_build_object(e.kind, e.payload -> 'data'),
                 'comment_html', CASE WHEN e.kind = 'comment_added' THEN (
                     SELECT c.body_html FROM comments c
                     WHERE c.org_id = tracker_org() AND c.issue_id = e.issue_id
                         AND c.id = (e.payload -> 'data' ->> 'comment')::bigint) END) ORDER BY e.seq), '[]')
             FROM events e
             JOIN users u ON u.id = e.actor_id
             WHERE e.org_id = i.org_id AND e.issue_id = i.id),
         'files', tracker_files(i.org_id, i.id), 'links', tracker_links(i.org_id, i.id))
     FROM issues i JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
     WHERE i.org_id = tracker_org() AND p.key = $1 AND i.number = $2) AS "found: Json<Found>",
    (SELECT coalesce(json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name, u.id), '[]')
     FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.org_id = tracker_org() AND m.role <> 'REPORTER' AND m.disabled_at IS NULL
         AND current_setting('tracker.role') <> 'REPORTER') AS "people!: Json<Vec<Person>>",
    ARRAY(SELECT t.name FROM tags t WHERE t.org_id = tracker_org()
         AND current_setting('tracker.role') <> 'REPORTER' ORDER BY t.name LIMIT 200) AS "known_tags!"
