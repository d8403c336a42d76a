"""SQL of sessions: starting, raising, using, listing, ending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import RelyingParty, Session
from clavis_gateway.store import rows

_COLUMNS = ", ".join(rows.SESSION)


async def start(connection: Connection, session: Session, cookie_hash: str) -> None:
    """Keep a new session."""
    await connection.execute(
        f"""
        INSERT INTO sso_session ({_COLUMNS}, cookie_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,  # noqa: S608 -- constant column names
        session.session_id,
        session.subject_id,
        session.loa,
        session.method,
        session.enrolment_level,
        list(session.amr),
        session.auth_time,
        session.started_at,
        session.last_seen_at,
        session.expires_at,
        session.level_at,
        cookie_hash,
    )


async def renew(connection: Connection, session: Session, cookie_hash: str) -> bool:
    """Store a new identification in a live session under a new cookie; False when it has ended.

    A fresh cookie at every login leaves nothing to whoever knew the old one (session fixation).
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE sso_session
               SET loa = $2, method = $3, enrolment_level = $4, amr = $5, auth_time = $6,
                   last_seen_at = $7, cookie_hash = $8, level_at = $9
             WHERE session_id = $1 AND ended_at IS NULL
            RETURNING true
            """,
            session.session_id,
            session.loa,
            session.method,
            session.enrolment_level,
            list(session.amr),
            session.auth_time,
            session.last_seen_at,
            cookie_hash,
            session.level_at,
        )
    )


async def seen(connection: Connection, session_id: str, now: datetime) -> bool:
    """Push the idle timeout ahead and hold the row; False when the session has ended."""
    return bool(
        await connection.fetchval(
            """
            UPDATE sso_session SET last_seen_at = greatest(last_seen_at, $2)
             WHERE session_id = $1 AND ended_at IS NULL
            RETURNING true
            """,
            session_id,
            now,
        )
    )


async def find_by_cookie(
    pool: Pool, cookie_hash: str, now: datetime, idle_since: datetime
) -> Session | None:
    """Read the live session of a browser."""
    row = await pool.fetchrow(
        f"""
        SELECT {rows.columns(rows.SESSION, "s")} FROM sso_session s
         WHERE cookie_hash = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3
        """,  # noqa: S608 -- constant column names
        cookie_hash,
        now,
        idle_since,
    )
    return rows.session(row)


async def live_of_subject(
    connection: Connection, subject_id: str, session_id: str | None = None
) -> list[str]:
    """Lock and list the sessions of a person that have not ended, or just the one named."""
    found = await connection.fetch(
        """
        SELECT session_id FROM sso_session
         WHERE subject_id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR session_id = $2)
           FOR UPDATE
        """,
        subject_id,
        session_id,
    )
    return [row["session_id"] for row in found]


async def live_of_method(
    connection: Connection, subject_id: str, methods: list[str], before: datetime
) -> list[str]:
    """Lock and list the live sessions of a person that these methods opened before a moment."""
    found = await connection.fetch(
        """
        SELECT session_id FROM sso_session
         WHERE subject_id = $1 AND ended_at IS NULL AND method = ANY($2::text[]) AND auth_time < $3
           FOR UPDATE
        """,
        subject_id,
        methods,
        before,
    )
    return [row["session_id"] for row in found]


async def end(connection: Connection, session_ids: list[str], reason: str, now: datetime) -> None:
    """End sessions."""
    await connection.execute(
        """
        UPDATE sso_session SET ended_at = $2, ended_reason = $3
         WHERE session_id = ANY($1::text[]) AND ended_at IS NULL
        """,
        session_ids,
        now,
        reason,
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """A service entered with a session, as needed to tell it about the end."""

    session_id: str
    client: RelyingParty
    sub: str
    since: datetime


async def entered(db: Connection | Pool, session_ids: list[str]) -> list[Entered]:
    """List the services entered with some sessions."""
    found = await db.fetch(
        f"""
        SELECT cs.session_id, cs.sub, cs.since, {rows.columns(rows.RELYING_PARTY, "c")}
          FROM connected_service cs
          JOIN relying_party c USING (client_id)
         WHERE cs.session_id = ANY($1::text[])
         ORDER BY cs.since
        """,  # noqa: S608 -- constant column names
        session_ids,
    )
    services = []
    for row in found:
        client = rows.relying_party(row)
        if client is not None:
            services.append(Entered(row["session_id"], client, row["sub"], row["since"]))
    return services


async def list_live(
    pool: Pool, subject_id: str, now: datetime, idle_since: datetime
) -> list[Session]:
    """List a person's live sessions, newest first."""
    found = await pool.fetch(
        f"""
        SELECT {rows.columns(rows.SESSION, "s")} FROM sso_session s
         WHERE subject_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3
         ORDER BY started_at DESC
        """,  # noqa: S608 -- constant column names
        subject_id,
        now,
        idle_since,
    )
    return [session for row in found if (session := rows.session(row)) is not None]
