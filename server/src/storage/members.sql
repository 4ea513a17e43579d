-- A page of the members who are people: flash $1 and its owner $2, a part of the name or address $3, a role $4, after the member $5,
-- backwards if $6, at most $7.
WITH found AS (
    SELECT p.*, row_number() OVER () AS place
    FROM (
        SELECT u.id, u.name, u.email, m.role, m.disabled_at, m.created_at
        FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.org_id = tracker_org() AND u.service_of IS NULL
            AND ($3 = '' OR strpos(lower(u.name), lower($3)) > 0 OR strpos(u.email, lower($3)) > 0)
            AND ($4 = '' OR m.role = $4)
            AND ($5::bigint IS NULL OR CASE
                WHEN $6 THEN (lower(u.name), u.id) < (SELECT lower(c.name), c.id FROM users c WHERE c.id = $5)
                ELSE (lower(u.name), u.id) > (SELECT lower(c.name), c.id FROM users c WHERE c.id = $5) END)
        ORDER BY CASE WHEN $6 THEN lower(u.name) END DESC, CASE WHEN $6 THEN u.id END DESC, lower(u.name), u.id
        LIMIT $7
    ) p
)
SELECT tracker_user() AS user_id, tracker_frame() AS frame,
    (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
    (SELECT coalesce(json_agg(json_build_object(
         'id', p.id, 'name', p.name, 'address', p.email, 'role', p.role, 'joined_at', p.created_at,
         'state', CASE
             WHEN p.disabled_at IS NOT NULL THEN 'DISABLED'
             WHEN p.id IN (SELECT c.user_id FROM tracker_unclaimed(ARRAY(SELECT f.id FROM found f)) c) THEN 'NEW'
             ELSE 'ACTIVE' END) ORDER BY p.place), '[]')
     FROM found p) AS "members!: Json<Vec<MemberView>>"
