"""Levels, other countries' names for them, and any terms and requests there can be."""

from __future__ import annotations

from clavis_gateway.rules.levels import LevelPolicy, Method
from clavis_gateway.rules.policy import Ask, Terms
from clavis_kit.loa import Loa
from hypothesis import strategies as st

LOW, SUBSTANTIAL, HIGH = Loa.LOW, Loa.SUBSTANTIAL, Loa.HIGH
DEFAULT, GENEROUS = LevelPolicy(), LevelPolicy(SUBSTANTIAL, SUBSTANTIAL)

# Examples of how other countries' identity platforms name levels; a relying party brings its own.
LOGIN_GOV = {
    "urn:acr.login.gov:auth-only": LOW,
    "urn:acr.login.gov:verified": SUBSTANTIAL,
}
SPID = {f"https://www.spid.gov.it/SpidL{level}": Loa(level) for level in (1, 2, 3)}
FRANCE_CONNECT = {"eidas1": LOW, "eidas2": SUBSTANTIAL, "eidas3": HIGH}


asks = st.builds(
    Ask,
    acr_values=st.lists(
        st.sampled_from([*(loa.acr for loa in Loa), *SPID, *FRANCE_CONNECT, "urn:unknown", ""])
    ).map(tuple),
    essential=st.booleans(),
    max_age=st.none() | st.integers(0, 7200),
    login=st.booleans(),
)
ages = st.dictionaries(st.sampled_from(Loa), st.integers(1, 7200))
all_terms = st.builds(
    Terms,
    minimum=st.sampled_from(Loa),
    allowed=st.frozensets(st.sampled_from(Method), min_size=1),
    aliases=st.sampled_from([{}, SPID, FRANCE_CONNECT]),
    sso_max_age=st.none() | st.integers(1, 7200),
    level_max_age=ages,
)
