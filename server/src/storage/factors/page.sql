-- One's second factors: flash $1 and its owner $2, set up since $3, the present $4, the preferred organization $5.
SELECT tracker_user() AS user_id, tracker_frame() AS frame,
    (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
    (SELECT t.secret FROM totp t
     WHERE t.user_id = tracker_user() AND t.confirmed_at IS NULL AND t.created_at > $3) AS setup,
    (SELECT s.codes FROM recovery_sheets s WHERE s.user_id = tracker_user() AND s.expires_at > $4) AS sheet,
    (SELECT json_build_object(
        'email', u.email,
        'totp_since', (SELECT t.confirmed_at FROM totp t WHERE t.user_id = u.id),
        'passkeys', (SELECT coalesce(json_agg(json_build_object('id', p.id, 'name', p.name,
                        'created_at', p.created_at, 'last_used_at', p.last_used_at) ORDER BY p.id), '[]')
                     FROM passkeys p WHERE p.user_id = u.id),
        'codes_left', (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id AND r.used_at IS NULL),
        'has_password', EXISTS (SELECT FROM credentials c WHERE c.user_id = u.id),
        'issuer', coalesce(home.name, 'Tracker'),
        'home', home.slug)
     FROM users u
     LEFT JOIN LATERAL (
        SELECT o.slug, o.name FROM organizations o JOIN memberships m ON m.org_id = o.id
        WHERE m.user_id = u.id AND m.disabled_at IS NULL
        ORDER BY (o.slug = $5) DESC, m.created_at LIMIT 1) home ON true
     WHERE u.id = tracker_user()) AS "found: Json<FactorsRow>"
