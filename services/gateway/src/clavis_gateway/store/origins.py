"""SQL of the addresses at which relying parties live."""

from __future__ import annotations

from clavis_kit.db import Pool


async def redirect_uris(pool: Pool) -> list[str]:
    """Return every redirection URI of a relying party that may make requests."""
    rows = await pool.fetch(
        """
        SELECT DISTINCT jsonb_array_elements_text(metadata -> 'redirect_uris') AS uri
          FROM relying_party
         WHERE status NOT IN ('draft', 'suspended')
           AND jsonb_typeof(metadata -> 'redirect_uris') = 'array'
        """
    )
    return [row["uri"] for row in rows]
