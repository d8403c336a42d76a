"""A projection compared with one made anew from its topics, and put right from it.

Neither stops a login: comparing locks nothing, and putting right makes only the writers of the
projection wait, which is the consumer of its events.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from clavis_kit.consumer import Handler
from clavis_kit.db import Connection
from clavis_kit.replay import Replay

_LONG_SECONDS = 3600.0
Changed = Callable[[Connection, list[str]], Awaitable[None]]


class IncompleteTopicsError(Exception):
    """The topics know less than the projection in use: putting right would lose people."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A second table under the projection's key, of which events write these columns.

    The service writes the others. They belong to what events wrote: where that is put right, they
    start anew, as when the event came.
    """

    table: str
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Projection:
    """A table that events alone write: its key, its versions, and what else they write.

    A row whose `versions` are all zero stands for nothing. `changed` gets the keys of the rows
    that were put right, in the same transaction.
    """

    table: str
    key: str
    versions: Sequence[str]
    columns: Sequence[str]
    topics: Sequence[str]
    handlers: Mapping[type[Message], Handler]
    changed: Changed
    companion: Companion | None = None

    @property
    def written(self) -> str:
        """List what events write in the table itself, as SQL does."""
        return ", ".join((*self.versions, *self.columns))

    @property
    def everything(self) -> str:
        """List what events write, in the companion too."""
        return ", ".join(self._everything())

    def _everything(self) -> tuple[str, ...]:
        more = self.companion.columns if self.companion else ()
        return (*self.versions, *self.columns, *more)

    def of(self, alias: str) -> str:
        """List what events write in the table itself, of one side of a join."""
        return _of(alias, (*self.versions, *self.columns))

    def all_of(self, alias: str) -> str:
        """List what events write, in the companion too, of one side of a join."""
        return _of(alias, self._everything())

    def rows(self, schema: str) -> str:
        """Return what to select the rows of one side from, with those of the companion."""
        if self.companion is None:
            return f"{schema}.{self.table}"
        other = f"{schema}.{self.companion.table}"
        return f"{schema}.{self.table} LEFT JOIN {other} USING ({self.key})"

    @property
    def known(self) -> str:
        """The condition that a row stands for something."""
        return f"greatest({', '.join(self.versions)}) > 0"


def _of(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The projection in use beside the one made anew.

    `behind` counts rows of which the one in use knows more than the topics do.
    """

    rows: int
    in_use: str
    made_anew: str
    different: int
    behind: int

    @property
    def equal(self) -> bool:
        """Say whether both are the same, row by row."""
        return self.different == 0 and self.in_use == self.made_anew


async def compared(connection: Connection, replay: Replay, projection: Projection) -> Comparison:
    """Read what the topics hold now and compare; the connection is a shadowed one."""
    await replay.catch_up(connection)
    in_use = await _checksum(connection, projection, "public")
    made_anew = await _checksum(connection, projection, "pg_temp")
    p = projection
    newer = " OR ".join(f"coalesce(u.{v}, 0) > coalesce(m.{v}, 0)" for v in p.versions)
    row = await connection.fetchrow(
        f"""
        SELECT count(*) FILTER (WHERE ({p.all_of("u")}) IS DISTINCT FROM ({p.all_of("m")}))
                   AS different,
               count(*) FILTER (WHERE {newer}) AS behind
          FROM (SELECT * FROM {p.rows("public")} WHERE {p.known}) AS u
          FULL JOIN (SELECT * FROM {p.rows("pg_temp")} WHERE {p.known}) AS m USING ({p.key})
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    if row is None:  # an aggregate always gives a row
        raise RuntimeError("the comparison returned nothing")
    return Comparison(made_anew[1], in_use[0], made_anew[0], row["different"], row["behind"])


async def _checksum(connection: Connection, projection: Projection, schema: str) -> tuple[str, int]:
    p = projection
    row = await connection.fetchrow(
        f"""
        SELECT count(*) AS rows,
               md5(concat_ws(':', count(*), sum(hashtextextended(line, 0)::numeric),
                             sum(hashtextextended(line, 1)::numeric))) AS checksum
          FROM (SELECT ROW({p.key}, {p.everything})::text AS line
                  FROM {p.rows(schema)}
                 WHERE {p.known}) AS lines
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    if row is None:  # an aggregate always gives a row
        raise RuntimeError("the checksum returned nothing")
    return row["checksum"], row["rows"]


async def put_right(
    connection: Connection, replay: Replay, projection: Projection, *, accept_loss: bool = False
) -> int:
    """Make the projection in use equal to the one made anew; return how many rows changed.

    Raises IncompleteTopicsError when the topics know less, unless the loss is accepted.
    """
    await replay.catch_up(connection)
    async with connection.transaction():
        # Its writers wait from here on, so what they wrote before is in the topics by now.
        await connection.execute(
            f"LOCK TABLE public.{projection.table} IN SHARE ROW EXCLUSIVE MODE",
            timeout=_LONG_SECONDS,
        )
        found = await compared(connection, replay, projection)
        if found.behind and not accept_loss:
            raise IncompleteTopicsError(
                f"the topics know less than the projection about {found.behind} rows"
            )
        changed = await _overwrite(connection, projection)
        changed += await _empty(connection, projection)
        if projection.companion is not None:
            changed += await _renew(connection, projection.key, projection.companion)
        keys = sorted(set(changed))
        if keys:
            await projection.changed(connection, keys)
    return len(keys)


async def _overwrite(connection: Connection, projection: Projection) -> list[str]:
    p = projection
    rows = await connection.fetch(
        f"""
        INSERT INTO public.{p.table} AS u ({p.key}, {p.written})
        SELECT {p.key}, {p.written} FROM pg_temp.{p.table} WHERE {p.known}
        ON CONFLICT ({p.key}) DO UPDATE
        SET ({p.written}) = ROW({p.of("excluded")})
        WHERE ({p.of("u")}) IS DISTINCT FROM ({p.of("excluded")})
        RETURNING u.{p.key}::text AS key
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    return [row["key"] for row in rows]


async def _empty(connection: Connection, projection: Projection) -> list[str]:
    p = projection
    emptied = ", ".join(f"{name} = DEFAULT" for name in (*p.versions, *p.columns))
    rows = await connection.fetch(
        f"""
        UPDATE public.{p.table} AS u
           SET {emptied}
         WHERE {p.known}
           AND NOT EXISTS (SELECT FROM pg_temp.{p.table} AS m
                            WHERE m.{p.key} = u.{p.key} AND {_known_of(p, "m")})
        RETURNING u.{p.key}::text AS key
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    return [row["key"] for row in rows]


async def _renew(connection: Connection, key: str, companion: Companion) -> list[str]:
    table, columns = companion.table, companion.columns
    emptied = await connection.fetch(
        f"""
        UPDATE public.{table} AS u
           SET {", ".join(f"{name} = DEFAULT" for name in columns)}
         WHERE NOT (ROW({_of("u", columns)}) IS NULL)
           AND NOT EXISTS (SELECT FROM pg_temp.{table} AS m WHERE m.{key} = u.{key})
        RETURNING u.{key}::text AS key
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    await connection.execute(
        f"""
        DELETE FROM public.{table} AS u
         USING pg_temp.{table} AS m
         WHERE m.{key} = u.{key}
           AND (ROW({_of("u", columns)})) IS DISTINCT FROM (ROW({_of("m", columns)}))
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    renewed = await connection.fetch(
        f"""
        INSERT INTO public.{table}
        SELECT m.*
          FROM pg_temp.{table} AS m
         WHERE NOT EXISTS (SELECT FROM public.{table} AS u WHERE u.{key} = m.{key})
        RETURNING {key}::text AS key
        """,  # noqa: S608  names of tables and columns are the service's own
        timeout=_LONG_SECONDS,
    )
    return [row["key"] for row in (*emptied, *renewed)]


def _known_of(projection: Projection, alias: str) -> str:
    return f"greatest({', '.join(f'{alias}.{v}' for v in projection.versions)}) > 0"
