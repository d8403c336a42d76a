"""A backend for a browser application (RFC 10017): it holds the tokens, the browser a cookie.

It signs people in at an OpenID Connect provider, keeps the session on the server, forwards an
explicit list of API paths and serves the application's files. It knows nothing of what the
application does.
"""
