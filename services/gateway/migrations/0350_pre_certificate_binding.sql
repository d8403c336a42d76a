-- Tokens bound to the certificate of a mutual TLS connection (RFC 8705 section 3).

ALTER TABLE access_token ADD COLUMN x5t text;
COMMENT ON COLUMN access_token.x5t
    IS 'public: SHA-256 thumbprint of the certificate it is bound to, RFC 8705';

ALTER TABLE refresh_token ADD COLUMN x5t text;
COMMENT ON COLUMN refresh_token.x5t
    IS 'public: SHA-256 thumbprint of the certificate that may refresh it, of public clients';
