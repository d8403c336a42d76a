// A relying party with oauth4webapi, unmodified: every request and every check by its own call.
// FAPI 2.0 Security Profile: PAR, private_key_jwt, DPoP. One browser at a time.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import * as oauth from "oauth4webapi";

const port = Number(process.env.PORT);
const own = `http://localhost:${port}`;
const redirectUri = `${own}/callback`;
const issuer = new URL(process.env.ISSUER);
const insecure = { [oauth.allowInsecureRequests]: issuer.protocol === "http:" };

const [jwk] = JSON.parse(readFileSync(process.env.CLIENT_JWKS_FILE, "utf8")).keys;
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const key = { key: await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]), kid: jwk.kid };

const found = await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...insecure });
const as = await oauth.processDiscoveryResponse(issuer, found);
const client = { client_id: process.env.CLIENT_ID };
const authentication = oauth.PrivateKeyJwt(key);
const options = { DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")), ...insecure };
let session = {};

// RFC 9449 section 8: the first answer may only bring a nonce; the same request then goes again.
async function once(send, process) {
  try {
    return await process(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return process(await send());
  }
}

async function login(query) {
  session = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce() };
  const parameters = new URLSearchParams({
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid profile offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(session.verifier),
    code_challenge_method: "S256",
    state: session.state,
    nonce: session.nonce,
  });
  if (query.get("acr")) parameters.set("acr_values", query.get("acr"));
  const { request_uri: pushed } = await once(
    () => oauth.pushedAuthorizationRequest(as, client, authentication, parameters, options),
    (response) => oauth.processPushedAuthorizationResponse(as, client, response),
  );
  const url = new URL(as.authorization_endpoint);
  url.searchParams.set("client_id", client.client_id);
  url.searchParams.set("request_uri", pushed);
  return url;
}

async function callback(url) {
  const parameters = oauth.validateAuthResponse(as, client, url, session.state);
  const { verifier, nonce } = session;
  session.tokens = await once(
    () => oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirectUri, verifier, options),
    (response) => oauth.processAuthorizationCodeResponse(as, client, response,
      { expectedNonce: nonce, requireIdToken: true }),
  );
  session.claims = oauth.getValidatedIdTokenClaims(session.tokens);
}

async function refresh() {
  const { refresh_token: token } = session.tokens;
  session.tokens = await once(
    () => oauth.refreshTokenGrantRequest(as, client, authentication, token, options),
    (response) => oauth.processRefreshTokenResponse(as, client, response),
  );
  return { expires_in: session.tokens.expires_in };
}

async function home() {
  const { access_token: token } = session.tokens;
  const userinfo = await once(
    () => oauth.userInfoRequest(as, client, token, options),
    (response) => oauth.processUserInfoResponse(as, client, session.claims.sub, response),
  );
  return { id_token: session.claims, userinfo };
}

function logout() {
  const url = new URL(as.end_session_endpoint);
  if (session.tokens?.id_token) url.searchParams.set("id_token_hint", session.tokens.id_token);
  session = {};
  return url;
}

async function answer(request, response) {
  const url = new URL(request.url, own);
  const redirect = (to) => response.writeHead(303, { Location: String(to) }).end();
  const json = (value, status = 200) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  try {
    if (url.pathname === "/login") return redirect(await login(url.searchParams));
    if (url.pathname === "/callback") {
      await callback(url);
      return redirect("/");
    }
    if (url.pathname === "/logout") return redirect(logout());
    if (!session.tokens) return redirect("/login");
    return json(url.pathname === "/refresh" ? await refresh() : await home());
  } catch (error) {
    return json({ error: error.error ?? error.code ?? "failed", description: String(error.message) }, 403);
  }
}

createServer(answer).listen(port, "localhost");
