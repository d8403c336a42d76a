/** The citizen's portal: its pages and the way between them. */
import { LocationProvider, Route, Router } from "preact-iso";
import type { ComponentType } from "preact";
import { SiteFrame } from "../shared/frame";
import { t } from "../shared/i18n";
import { ownPages, session, unreachable } from "../shared/session";
import { NotFound, SignInProblem, Unreachable, Welcome } from "../shared/welcome";
import { History } from "./history";
import { Home } from "./home";
import { MyData } from "./my-data";
import { Password } from "./password";
import { Renounce } from "./renounce";
import { Sessions } from "./sessions";
import { Sign } from "./sign";

const NAVIGATION = [
  { path: "/", text: "nav.home" },
  { path: "/data", text: "nav.data" },
  { path: "/sign", text: "nav.sign" },
  { path: "/password", text: "nav.password" },
  { path: "/sessions", text: "nav.sessions" },
  { path: "/history", text: "nav.history" },
];

/** Let a page through only for who is signed in; the others get the way in, back to this page. */
function signedIn(Inner: ComponentType) {
  return function Guarded() {
    if (session.value?.authenticated) return <Inner />;
    return <Welcome title={t("portal.welcome.title")} text={t("portal.welcome.text")} />;
  };
}

const PAGES: [path: string, page: ComponentType][] = [
  ["/", signedIn(Home)],
  ["/data", signedIn(MyData)],
  ["/sessions", signedIn(Sessions)],
  ["/history", signedIn(History)],
  ["/password", signedIn(Password)],
  ["/sign", signedIn(Sign)],
  // Renouncing ends the session; its last page stays until the person leaves it.
  ["/renounce", Renounce],
  ["/sign-in", SignInProblem],
];

export function Portal() {
  if (unreachable.value) {
    return (
      <SiteFrame items={[]}>
        <Unreachable />
      </SiteFrame>
    );
  }
  return (
    <LocationProvider scope={ownPages}>
      <SiteFrame items={NAVIGATION}>
        <Router>
          {PAGES.map(([path, page]) => (
            <Route key={path} path={path} component={page} />
          ))}
          <Route default component={NotFound} />
        </Router>
      </SiteFrame>
    </LocationProvider>
  );
}
