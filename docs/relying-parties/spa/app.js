// Public client: code flow with PKCE, no secret. The issuer and the client come from settings.json.

const SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial";
const shown = document.getElementById("shown");
const page = `${location.origin}/index.html`;

function show(value) {
  shown.textContent = typeof value === "string" ? value : JSON.stringify(value);
}

async function start() {
  const { issuer, client_id } = await (await fetch("settings.json")).json();
  const manager = new oidc.UserManager({
    authority: issuer,
    client_id,
    redirect_uri: page,
    post_logout_redirect_uri: page,
    scope: "openid profile offline_access",
    loadUserInfo: true,
    // Keep acr, amr and auth_time, which the library leaves out of the profile unless told so.
    filterProtocolClaims: ["nbf", "jti", "nonce", "at_hash", "c_hash"],
    userStore: new oidc.WebStorageStateStore({ store: sessionStorage }),
  });
  const wire = (id, act) => document.getElementById(id).addEventListener("click", () => act().catch((e) => show(String(e))));
  wire("login", () => manager.signinRedirect());
  wire("more", () => manager.signinRedirect({ acr_values: SUBSTANTIAL }));
  wire("renew", async () => show({ renewed: (await manager.signinSilent()).expires_in }));
  wire("logout", () => manager.signoutRedirect());
  const query = new URLSearchParams(location.search);
  if (query.has("code") || query.has("error")) {
    await manager.signinRedirectCallback();
    history.replaceState(null, "", page);
  }
  const user = await manager.getUser();
  show(user ? user.profile : "nobody");
}

start().catch((error) => show(String(error)));
