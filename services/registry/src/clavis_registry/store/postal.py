"""Addresses on record: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection


@dataclass(frozen=True)
class PostalAddress:
    """Where a letter goes."""

    lines: tuple[str, ...]
    postcode: str
    municipality: str
    province: str


class PostalAddressStore:
    """Addresses by keyed hash of the identity number."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def get(self, national_id_hash: str) -> PostalAddress | None:
        """Read the address on record."""
        row = await self._db.fetchrow(
            """
            SELECT lines, postcode, municipality, province
              FROM postal_address WHERE national_id_hash = $1
            """,
            national_id_hash,
        )
        if row is None:
            return None
        return PostalAddress(
            tuple(row["lines"]), row["postcode"], row["municipality"], row["province"]
        )

    async def put(
        self, national_id_hash: str, address: PostalAddress, source: str, now: datetime
    ) -> bool:
        """Keep an address; False when it is the one already kept."""
        changed = await self._db.fetchval(
            """
            INSERT INTO postal_address AS kept
                (national_id_hash, lines, postcode, municipality, province, source, received_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (national_id_hash) DO UPDATE
               SET lines = excluded.lines, postcode = excluded.postcode,
                   municipality = excluded.municipality, province = excluded.province,
                   source = excluded.source, received_at = excluded.received_at
             WHERE (kept.lines, kept.postcode, kept.municipality, kept.province)
                   IS DISTINCT FROM
                   (excluded.lines, excluded.postcode, excluded.municipality, excluded.province)
            RETURNING true
            """,
            national_id_hash,
            list(address.lines),
            address.postcode,
            address.municipality,
            address.province,
            source,
            now,
        )
        return bool(changed)

    async def remove(self, national_id_hash: str) -> bool:
        """Forget an address; False when there was none."""
        gone = await self._db.fetchval(
            "DELETE FROM postal_address WHERE national_id_hash = $1 RETURNING true",
            national_id_hash,
        )
        return bool(gone)
