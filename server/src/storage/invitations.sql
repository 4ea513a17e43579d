-- The open invitations at the time $1: flash $2 and its owner $3; at most $4 members that can be claimed.
SELECT tracker_user() AS user_id, tracker_frame() AS frame,
    (SELECT f.flash FROM flashes f WHERE f.id = $2 AND f.owner = $3) AS flash,
    json_build_object(
        'open', (
            SELECT coalesce(json_agg(json_build_object(
                'id', i.id, 'email', i.address, 'role', i.role, 'by', b.name, 'claims', u.name,
                'expires_at', i.expires_at, 'expired', i.expires_at <= $1) ORDER BY i.created_at DESC, i.id DESC), '[]')
            FROM invitations i
            LEFT JOIN users b ON b.id = i.invited_by
            LEFT JOIN users u ON u.id = i.user_id
            WHERE i.org_id = tracker_org() AND i.accepted_at IS NULL AND i.revoked_at IS NULL),
        'claimable', (
            SELECT coalesce(json_agg(p), '[]') FROM (
                SELECT u.id, u.name FROM memberships m JOIN users u ON u.id = m.user_id
                WHERE m.org_id = tracker_org() AND current_setting('tracker.role', true) = 'ADMIN'
                    AND tracker_is_unclaimed(u.id)
                ORDER BY u.name, u.id LIMIT $4) p)) AS "view!: Json<InvitationsView>"
