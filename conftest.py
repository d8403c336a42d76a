"""Fixtures for every test of the repository."""

pytest_plugins = ["clavis_testkit.plugin"]
