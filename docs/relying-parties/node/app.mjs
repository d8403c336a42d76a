// A relying party in Node with openid-client v6, unmodified: login, refresh, logout.
//
//   npm install openid-client
//   ISSUER=http://localhost:8400 CLIENT_ID=… CLIENT_SECRET=… node app.mjs
//
// With CLIENT_JWKS_FILE (a private key set) instead of CLIENT_SECRET it is a FAPI 2.0 client:
// pushed authorization requests, private_key_jwt and DPoP-bound tokens. With SIGNED=1 besides, it
// signs its requests and is answered signed (FAPI 2.0 Message Signing: JAR and JARM).

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import * as client from "openid-client";

const port = Number(process.env.PORT ?? 9001);
const own = `http://localhost:${port}`;
const jwksFile = process.env.CLIENT_JWKS_FILE;
const fapi = Boolean(jwksFile);
const signed = fapi && process.env.SIGNED === "1";

const issuer = new URL(process.env.ISSUER);
const options = issuer.protocol === "http:" ? { execute: [client.allowInsecureRequests] } : {};
const key = fapi ? await signingKey() : undefined;
const authentication = fapi ? client.PrivateKeyJwt(key) : client.ClientSecretBasic(process.env.CLIENT_SECRET);
const config = await client.discovery(issuer, process.env.CLIENT_ID, metadata(), authentication, options);
if (signed) client.useJwtResponseMode(config);
const dpop = fapi ? client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256")) : undefined;

function metadata() {
  return signed ? { authorization_signed_response_alg: "ES256" } : undefined;
}

async function signingKey() {
  const [jwk] = JSON.parse(readFileSync(jwksFile, "utf8")).keys;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return { key: await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]), kid: jwk.kid };
}

// One entry per browser, by cookie. Use your database here.
const sessions = new Map();

async function login(session, query) {
  session.verifier = client.randomPKCECodeVerifier();
  session.state = client.randomState();
  session.nonce = client.randomNonce();
  const parameters = {
    redirect_uri: `${own}/callback`,
    scope: "openid profile offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(session.verifier),
    code_challenge_method: "S256",
    state: session.state,
    nonce: session.nonce,
  };
  if (query.get("acr")) parameters.acr_values = query.get("acr");
  if (!fapi) return client.buildAuthorizationUrl(config, parameters);
  const pushed = signed
    ? (await client.buildAuthorizationUrlWithJAR(config, parameters, key)).searchParams
    : parameters;
  return client.buildAuthorizationUrlWithPAR(config, pushed, { DPoP: dpop });
}

async function callback(session, url) {
  session.tokens = await client.authorizationCodeGrant(
    config,
    url,
    { pkceCodeVerifier: session.verifier, expectedState: session.state, expectedNonce: session.nonce },
    undefined,
    { DPoP: dpop },
  );
  session.claims = session.tokens.claims();
}

async function refresh(session) {
  session.tokens = await client.refreshTokenGrant(config, session.tokens.refresh_token, undefined, { DPoP: dpop });
  return { expires_in: session.tokens.expires_in };
}

async function home(session) {
  const { access_token: token } = session.tokens;
  const userinfo = await client.fetchUserInfo(config, token, session.claims.sub, { DPoP: dpop });
  return { id_token: session.claims, userinfo };
}

function logout(session) {
  const hint = session.tokens?.id_token;
  session.tokens = undefined;
  return client.buildEndSessionUrl(config, hint ? { id_token_hint: hint } : {});
}

function sessionOf(request, response) {
  const known = /(?:^|; )rp=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  const id = sessions.has(known) ? known : randomUUID();
  if (id !== known) {
    sessions.set(id, {});
    response.setHeader("Set-Cookie", `rp=${id}; HttpOnly; SameSite=Lax; Path=/`);
  }
  return sessions.get(id);
}

async function answer(request, response) {
  const url = new URL(request.url, own);
  const session = sessionOf(request, response);
  const redirect = (to) => response.writeHead(303, { Location: String(to) }).end();
  const json = (value, status = 200) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  try {
    if (url.pathname === "/login") return redirect(await login(session, url.searchParams));
    if (url.pathname === "/callback") {
      await callback(session, url);
      return redirect("/");
    }
    if (url.pathname === "/logout") return redirect(logout(session));
    if (!session.tokens) return redirect("/login");
    if (url.pathname === "/refresh") return json(await refresh(session));
    return json(await home(session));
  } catch (error) {
    return json({ error: error.error ?? error.code ?? "failed", description: error.error_description }, 403);
  }
}

createServer(answer).listen(port, "localhost", () => console.log(`relying party at ${own}`));
