"""What a citizen does with a password: activate it, use it, confirm with a code."""
