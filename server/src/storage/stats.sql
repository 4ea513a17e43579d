-- The insights from day $1 on: flash $2 and its owner $3, the reader $4 that keeps the statistics.
SELECT tracker_user() AS user_id, tracker_frame() AS frame,
    (SELECT f.flash FROM flashes f WHERE f.id = $2 AND f.owner = $3) AS flash,
    coalesce((SELECT c.seq FROM reader_cursors c
              WHERE c.org_id = tracker_org() AND c.reader = $4), 0) AS "seq!",
    (SELECT coalesce(json_agg(d), '[]') FROM (
        SELECT s.day, sum(s.opened)::bigint AS opened, sum(s.closed)::bigint AS closed,
               sum(s.reopened)::bigint AS reopened
        FROM daily_stats s
        WHERE s.org_id = tracker_org() AND s.day >= $1
            AND (current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') OR s.reporter_id = tracker_user())
        GROUP BY s.day) d) AS "days!: Json<Vec<DayCounts>>",
    CASE WHEN (SELECT tracker_projects()) IS NOT NULL THEN tracker_stock_of_projects() ELSE
    (SELECT coalesce(json_agg(n), '[]') FROM (
        SELECT s.severity, s.status, sum(s.count)::bigint AS count
        FROM stock s
        WHERE s.org_id = tracker_org()
            AND (current_setting('tracker.role', true) IN ('MAINTAINER', 'ADMIN') OR s.reporter_id = tracker_user())
        GROUP BY s.severity, s.status HAVING sum(s.count) <> 0) n) END AS "stock!: Json<Vec<Stock>>"
