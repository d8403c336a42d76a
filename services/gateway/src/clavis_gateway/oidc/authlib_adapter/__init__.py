"""Every import of Authlib's server stands in this package.

Authlib decides over plain objects and never does I/O (docs/decisions/0004).
"""
