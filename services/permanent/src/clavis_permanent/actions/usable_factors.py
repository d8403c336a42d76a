"""What could confirm the password of a person whom a session knows already."""

from clavis_permanent.deps import Deps
from clavis_permanent.rules.methods import SecondFactor, usable_second_factors
from clavis_permanent.store.usable_factors import find_factor_holder


async def find_usable_factors(deps: Deps, subject_id: str) -> tuple[SecondFactor, ...]:
    """Name the second factors that can be used now; none for whom nothing may be used."""
    holder = await find_factor_holder(deps.pool, subject_id)
    if holder is None:
        return ()
    return usable_second_factors(
        holder.level,
        holder.factors,
        phone=holder.has_phone,
        total_failures=deps.authenticators.second_factors.total_failures,
        now=deps.clock.now(),
    )
