"""Who may look a person up, and why. Pure."""

MIN_REASON_LENGTH = 5
MAX_REASON_LENGTH = 300


# GDPR article 5(1)(b) and (2): a purpose is stated before the data are seen.
def reason_refusal(reason: str) -> str | None:
    """Refuse a look-up without a reason in words that the citizen will read."""
    text = reason.strip()
    if len(text) < MIN_REASON_LENGTH:
        return "reason-required"
    printable = all(character.isprintable() for character in text)
    return None if printable and len(text) <= MAX_REASON_LENGTH else "reason-invalid"
