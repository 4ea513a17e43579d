-- Mail and what its links prove: addresses, passwords set anew, changes of address, invitations.
--
-- A link has a random token, and these tables have its keyed hash only. The token is made by the job that sends the mail,
-- so it is nowhere else; a mail that is sent again has another one, and the older one is worth nothing.

-- When somebody last proved that the account's address is theirs.
ALTER TABLE users ADD COLUMN verified_at timestamptz;

-- One link of each kind for an account, for the address that it was sent to.
CREATE TABLE mail_tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
    kind       text        NOT NULL CHECK (kind IN ('VERIFY', 'RESET', 'CHANGE_OLD', 'CHANGE_NEW')),
    address    text        NOT NULL CHECK (length(address) BETWEEN 3 AND 254),
    expires_at timestamptz NOT NULL,
    UNIQUE (user_id, kind)
);
CREATE INDEX mail_tokens_expiry ON mail_tokens (expires_at);

-- An address that shall become another one: done when both ends have said so. Kept afterwards, for the old end is told.
CREATE TABLE address_changes (
    user_id          bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    old_address      text        NOT NULL CHECK (length(old_address) BETWEEN 3 AND 254),
    new_address      text        NOT NULL CHECK (new_address = lower(new_address) AND length(new_address) BETWEEN 3 AND 254),
    -- Whether the old end is asked: nobody reads one that was never proved.
    old_needed       boolean     NOT NULL,
    requested_at     timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz,
    done_at          timestamptz
);

CREATE TABLE invitations (
    org_id      bigint      NOT NULL REFERENCES organizations,
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    address     text        NOT NULL CHECK (address = lower(address) AND length(address) BETWEEN 3 AND 254),
    role        text        NOT NULL CHECK (role IN ('REPORTER', 'MAINTAINER', 'ADMIN')),
    -- Nobody when the operator did it on the server.
    invited_by  bigint      REFERENCES users,
    -- The imported member whose history the invited person takes over.
    user_id     bigint,
    -- Nothing until the mail goes out.
    token_hash  bytea       UNIQUE CHECK (length(token_hash) = 32),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    sent_at     timestamptz,
    accepted_at timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES memberships
);
-- An address has one invitation that counts; inviting it again replaces that.
CREATE UNIQUE INDEX invitations_open ON invitations (org_id, address) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- One's own name is one's own to change, and nobody else's. A colleague's row can be read, which is why the policy that
-- says so is not enough here.
GRANT UPDATE (name) ON users TO tracker_app;
CREATE POLICY own ON users AS RESTRICTIVE FOR UPDATE TO tracker_app USING (id = (SELECT tracker_user()));

-- The program asks about links through the functions below and never reads them.
ALTER TABLE mail_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON mail_tokens TO tracker_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_tokens TO tracker_system;

-- Asked for by its owner; what confirms it is written by tracker_confirm() alone.
ALTER TABLE address_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON address_changes TO tracker_app USING (user_id = (SELECT tracker_user()));
CREATE POLICY system ON address_changes TO tracker_system USING (true);
GRANT SELECT, DELETE, INSERT (user_id, old_address, new_address, old_needed, requested_at, expires_at)
    ON address_changes TO tracker_app;
GRANT SELECT ON address_changes TO tracker_system;

-- An ADMIN's to see and to make.
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invitations TO tracker_app
    USING (org_id = (SELECT tracker_org()) AND (SELECT current_setting('tracker.role', true)) = 'ADMIN');
CREATE POLICY system ON invitations TO tracker_system USING (true);
GRANT SELECT (org_id, id, address, role, invited_by, user_id, created_at, expires_at, sent_at, accepted_at, revoked_at),
    INSERT, UPDATE ON invitations TO tracker_app;
GRANT SELECT, UPDATE (token_hash, sent_at) ON invitations TO tracker_system;

-- Lets a mail be sent when this transaction is committed. The queue is another schema, where the program has no rights;
-- a second one of the same kind takes the place of one that still waits. Without an account it is a mail to nobody, so
-- that asking for one costs the same whether an address has an account or not.
CREATE FUNCTION tracker_queue_mail(mail_kind text, account bigint, org bigint, invitation bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM tracker_jobs.add_job('send_mail',
        json_build_object('kind', mail_kind, 'user', account, 'org', org, 'invitation', invitation),
        max_attempts => 10,
        job_key => concat_ws(':', 'mail', mail_kind, coalesce(account, 0), coalesce(invitation, 0)));
END
$$;

-- What a link is about, as long as it is good. One row or none. A link to set a password is worth nothing once the password
-- was changed after it was sent, an hour before it ends.
CREATE FUNCTION tracker_mail_link(hash bytea, present timestamptz)
    RETURNS TABLE (kind text, user_id bigint, name text, address text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.kind, u.id, u.name, t.address
    FROM mail_tokens t JOIN users u ON u.id = t.user_id
    LEFT JOIN address_changes c ON c.user_id = u.id AND c.done_at IS NULL AND c.expires_at > present
    WHERE t.token_hash = hash AND t.expires_at > present
        AND t.address = CASE t.kind WHEN 'CHANGE_OLD' THEN c.old_address WHEN 'CHANGE_NEW' THEN c.new_address ELSE u.email END
        AND NOT (t.kind = 'RESET' AND EXISTS (
            SELECT FROM credentials p WHERE p.user_id = u.id AND p.updated_at > t.expires_at - interval '1 hour'));
$$;

-- Takes a link that proves an address: VERIFIED; HALF (one end of a change); CHANGED (both); TAKEN (the new address has
-- another account by now). No row: the link is not good.
CREATE FUNCTION tracker_confirm(hash bytea, present timestamptz)
    RETURNS TABLE (user_id bigint, outcome text, address text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    link record;
    change address_changes;
BEGIN
    SELECT * INTO link FROM tracker_mail_link(hash, present) l WHERE l.kind <> 'RESET';
    IF link IS NULL THEN
        RETURN;
    END IF;
    -- Of two who take it at the same moment one does.
    DELETE FROM mail_tokens t WHERE t.token_hash = hash;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF link.kind = 'VERIFY' THEN
        UPDATE users SET verified_at = coalesce(verified_at, present) WHERE id = link.user_id;
        RETURN QUERY SELECT link.user_id, 'VERIFIED'::text, link.address;
        RETURN;
    END IF;
    UPDATE address_changes c SET
        old_confirmed_at = CASE WHEN link.kind = 'CHANGE_OLD' THEN present ELSE c.old_confirmed_at END,
        new_confirmed_at = CASE WHEN link.kind = 'CHANGE_NEW' THEN present ELSE c.new_confirmed_at END
    WHERE c.user_id = link.user_id RETURNING c.* INTO change;
    IF change.new_confirmed_at IS NULL OR (change.old_needed AND change.old_confirmed_at IS NULL) THEN
        RETURN QUERY SELECT link.user_id, 'HALF'::text, change.new_address;
        RETURN;
    END IF;
    -- As in tracker_sign_up(): nobody takes the address meanwhile.
    PERFORM pg_advisory_xact_lock(hashtextextended('tracker_sign_up', 0));
    IF EXISTS (SELECT FROM users u WHERE u.email = change.new_address) THEN
        DELETE FROM address_changes c WHERE c.user_id = link.user_id;
        RETURN QUERY SELECT link.user_id, 'TAKEN'::text, change.new_address;
        RETURN;
    END IF;
    UPDATE users SET email = change.new_address, verified_at = present WHERE id = link.user_id;
    UPDATE address_changes c SET done_at = present WHERE c.user_id = link.user_id;
    DELETE FROM mail_tokens t WHERE t.user_id = link.user_id;
    RETURN QUERY SELECT link.user_id, 'CHANGED'::text, change.new_address;
END
$$;

-- Takes a link to set a password anew: replaces it and ends every session. Whoever read the mail has the address.
CREATE FUNCTION tracker_reset(hash bytea, new_hash text, present timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    account bigint;
BEGIN
    SELECT l.user_id INTO account FROM tracker_mail_link(hash, present) l WHERE l.kind = 'RESET';
    DELETE FROM mail_tokens t WHERE t.token_hash = hash AND account IS NOT NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO credentials (user_id, password_hash, updated_at) VALUES (account, new_hash, present)
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at;
    UPDATE users SET verified_at = coalesce(verified_at, present) WHERE id = account;
    DELETE FROM sessions s WHERE s.user_id = account;
    -- Maybe somebody else asked for it.
    DELETE FROM address_changes c WHERE c.user_id = account AND c.done_at IS NULL;
    RETURN account;
END
$$;

-- Whether an account came with an import and nobody ever used it: it has no password, and no address that was proved.
CREATE FUNCTION tracker_is_unclaimed(account bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM users u WHERE u.id = account AND u.verified_at IS NULL)
        AND NOT EXISTS (SELECT FROM credentials c WHERE c.user_id = account);
$$;

-- What an invitation offers, as long as it is good, and to whom: NEW (nobody has the address), CLAIM (an account that came
-- with an import and that nobody ever used), KNOWN (an account), TAKEN (it was meant for an imported account, and the
-- address has one of its own).
CREATE FUNCTION tracker_invitation(hash bytea, present timestamptz) RETURNS TABLE (
    org_id bigint, id bigint, org_slug text, org_name text, inviter text, role text, address text,
    state text, user_id bigint, name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH offer AS (
        SELECT i.* FROM invitations i
        WHERE i.token_hash = hash AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > present
    ), accounts AS (
        SELECT u.id, u.name, u.email, NOT tracker_is_unclaimed(u.id) AS used
        FROM users u WHERE u.id IN (SELECT o.user_id FROM offer o) OR u.email IN (SELECT o.address FROM offer o)
    )
    SELECT o.org_id, o.id, g.slug, g.name, b.name, o.role, o.address,
           CASE WHEN o.user_id IS NULL AND a.id IS NULL THEN 'NEW'
                WHEN o.user_id IS NULL AND a.used THEN 'KNOWN'
                WHEN o.user_id IS NOT NULL AND a.id <> o.user_id THEN 'TAKEN'
                ELSE 'CLAIM' END,
           coalesce(o.user_id, a.id), coalesce(c.name, a.name)
    FROM offer o
    JOIN organizations g ON g.id = o.org_id
    LEFT JOIN users b ON b.id = o.invited_by
    LEFT JOIN accounts a ON a.email = o.address
    LEFT JOIN accounts c ON c.id = o.user_id
    -- What somebody uses already cannot be claimed.
    WHERE c.id IS NULL OR NOT c.used;
$$;

-- Takes an invitation: DONE, and from here on the transaction speaks for the new member; SIGN_IN (the address has an
-- account, and somebody else or nobody asks); TAKEN. No row: the invitation is not good.
CREATE FUNCTION tracker_accept(hash bytea, display_name text, new_hash text, present timestamptz) RETURNS TABLE (
    outcome text, user_id bigint, org_id bigint, role text, name text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    offer record;
    account bigint;
    org_role text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tracker_sign_up', 0));
    SELECT * INTO offer FROM tracker_invitation(hash, present);
    IF offer.id IS NULL THEN
        RETURN;
    END IF;
    account := offer.user_id;
    IF offer.state = 'TAKEN' THEN
        RETURN QUERY SELECT 'TAKEN'::text, NULL::bigint, offer.org_id, offer.role, offer.name;
        RETURN;
    ELSIF offer.state = 'KNOWN' AND account IS DISTINCT FROM tracker_user() OR offer.state <> 'KNOWN' AND new_hash IS NULL THEN
        RETURN QUERY SELECT 'SIGN_IN'::text, NULL::bigint, offer.org_id, offer.role, offer.name;
        RETURN;
    ELSIF offer.state = 'NEW' THEN
        INSERT INTO users (email, name, created_at, verified_at) VALUES (offer.address, display_name, present, present)
        RETURNING id INTO account;
    ELSE
        UPDATE users SET email = offer.address, verified_at = coalesce(verified_at, present) WHERE id = account;
    END IF;
    IF offer.state <> 'KNOWN' THEN
        INSERT INTO credentials (user_id, password_hash, updated_at) VALUES (account, new_hash, present);
    END IF;
    -- The role of the invitation; whoever is a member and takes it by mistake keeps theirs, and so does an ADMIN.
    INSERT INTO memberships AS m (org_id, user_id, role, created_at) VALUES (offer.org_id, account, offer.role, present)
    ON CONFLICT (org_id, user_id) DO UPDATE SET disabled_at = NULL,
        role = CASE WHEN m.disabled_at IS NULL AND (offer.state = 'KNOWN' OR m.role = 'ADMIN') THEN m.role ELSE excluded.role END
    RETURNING m.role INTO org_role;
    UPDATE invitations i SET accepted_at = present WHERE i.org_id = offer.org_id AND i.id = offer.id;
    PERFORM set_config('tracker.user', account::text, true),
            set_config('tracker.org', offer.org_id::text, true),
            set_config('tracker.role', org_role, true);
    RETURN QUERY SELECT 'DONE'::text, account, offer.org_id, org_role, coalesce(offer.name, display_name);
END
$$;

REVOKE ALL ON FUNCTION tracker_queue_mail, tracker_mail_link, tracker_confirm, tracker_reset, tracker_is_unclaimed,
    tracker_invitation, tracker_accept
    FROM public;
GRANT EXECUTE ON FUNCTION tracker_queue_mail, tracker_mail_link, tracker_confirm, tracker_reset, tracker_is_unclaimed,
    tracker_invitation, tracker_accept
    TO tracker_app;
