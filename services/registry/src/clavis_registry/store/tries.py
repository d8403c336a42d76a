"""Tries of people without a session: rows, on the caller's transaction."""

from datetime import datetime, timedelta

from clavis_kit.db import Connection


class TryStore:
    """Tries without a session, counted per number whether it is anybody's or not."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def charge(
        self, national_id_hash: str, window: timedelta, now: datetime
    ) -> tuple[int, datetime]:
        """Count a try; return the tries in the window and when it ends.

        Further tries at this number wait until the transaction ends.
        """
        row = await self._db.fetchrow(
            """
            INSERT INTO way_in_try AS counted (national_id_hash, window_started_at, tries)
            VALUES ($1, $2, 1)
            ON CONFLICT (national_id_hash) DO UPDATE
               SET window_started_at =
                       CASE WHEN counted.window_started_at > $2::timestamptz - $3::interval
                            THEN counted.window_started_at ELSE $2 END,
                   tries = CASE WHEN counted.window_started_at > $2::timestamptz - $3::interval
                                THEN counted.tries + 1 ELSE 1 END
            RETURNING tries, window_started_at
            """,
            national_id_hash,
            now,
            window,
        )
        if row is None:
            raise LookupError("an upsert returns its row")
        return row["tries"], row["window_started_at"] + window

    async def settle(
        self, national_id_hash: str, letter_id: str | None, wrong: int, *, right: bool
    ) -> None:
        """Write the result of a try: `wrong` codes more for this letter, or none any more."""
        await self._db.execute(
            """
            UPDATE way_in_try
               SET letter_failures = CASE WHEN $4 THEN 0
                                          WHEN letter_id IS NOT DISTINCT FROM $2
                                          THEN letter_failures + $3 ELSE $3 END,
                   tries = CASE WHEN $4 THEN 0 ELSE tries END,
                   letter_id = $2
             WHERE national_id_hash = $1
            """,
            national_id_hash,
            letter_id,
            wrong,
            right,
        )
