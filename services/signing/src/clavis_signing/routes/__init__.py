"""HTTP in: wire models and handlers that hand over to the actions."""
