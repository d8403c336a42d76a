"""Use cases: load, decide, save and record the event, in one transaction."""
