"""Who may look a person up, and why. Pure."""

MIN_REASON_LENGTH = 5
MAX_REASON_LENGTH = 300


def canonical_reason(typed: str) -> str:
    """Write a reason on one line."""
    return " ".join(typed.split())


# GDPR article 5(1)(b) and (2): a purpose is stated before the data are seen.
def reason_refusal(reason: str) -> str | None:
    """Refuse a canonical reason that is not in words which the citizen will read."""
    if len(reason) < MIN_REASON_LENGTH:
        return "reason-required"
    printable = all(character.isprintable() for character in reason)
    return None if printable and len(reason) <= MAX_REASON_LENGTH else "reason-invalid"
