"""The demo: every part of Clavis on one machine, with made-up people. Never for production."""
