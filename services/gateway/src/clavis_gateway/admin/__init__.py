"""The operator's API: relying parties, their rotation, their testers, initial access tokens."""
