"""The citizen portal: its backend, a process of its own beside the identity provider."""
