"""Renewing the identification behind an advanced registration. Pure."""

from datetime import datetime

from clavis_registry.rules.life import Life, PersonAct, refusal
from clavis_registry.rules.person import Channel

RENEWAL_YEARS = 5
_RENEWS = frozenset({Channel.OFFICE, Channel.CERTIFICATE_DNIE})


# Ley 6/2020 article 7.6: an identification serves for certificates while it is less than five
# years old. BOE-A-2015-14215 6.3: it is renewed in person or with the DNIe, no other certificate.
def renewal_refusal(life: Life, channel: Channel) -> str | None:
    """Return why an identification cannot be renewed on this channel, or None."""
    if code := refusal(life, PersonAct.RENEW):
        return code
    return None if channel in _RENEWS else "renewal-needs-dnie"


def limit_passed(last_strong: datetime | None, now: datetime, years: int = RENEWAL_YEARS) -> bool:
    """Say whether the last strong identification is too old, or there never was one."""
    return last_strong is None or now >= _years_after(last_strong, years)


def _years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February: the limit passes with 1 March
        return moment.replace(year=moment.year + years, month=3, day=1)
