// The peer of the provider bench: node-oidc-provider with its state in memory, asked for what our
// gateway is asked for: ES256 JWT access tokens by client credentials, and opaque ones to introspect.
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const port = Number(process.env.PORT);
const issuer = `http://127.0.0.1:${port}`;
const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
const RESOURCE = "urn:bench:api";

const client = (id) => ({
  client_id: id,
  client_secret: process.env.CLIENT_SECRET,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: "client_secret_basic",
  id_token_signed_response_alg: "ES256",
});

const provider = new Provider(issuer, {
  clients: [client("bench-jwt"), client("bench-opaque")],
  jwks: { keys: [{ ...key, alg: "ES256", use: "sig", kid: "bench" }] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => (ctx.oidc.client.clientId === "bench-jwt" ? RESOURCE : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "api",
        accessTokenFormat: "jwt",
        accessTokenTTL: 300,
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  scopes: ["openid", "api"],
  ttl: { ClientCredentials: 300 },
});

provider.listen(port, "127.0.0.1");
