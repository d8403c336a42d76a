/** The office console: its pages and the way between them. */
import { LocationProvider, Route, Router } from "preact-iso";
import type { ComponentType } from "preact";
import { SiteFrame } from "../shared/frame";
import { t } from "../shared/i18n";
import { ownPages, session, unreachable } from "../shared/session";
import { NotFound, SignInProblem, Unreachable, Welcome } from "../shared/welcome";
import { Desk } from "./desk";
import { EnrolmentSteps } from "./enrolment";
import { LookUp } from "./look-up";
import { NewEnrolment } from "./new-enrolment";

const NAVIGATION = [
  { path: "/", text: "console.nav.desk" },
  { path: "/enrolments/new", text: "console.nav.enrol" },
  { path: "/look-up", text: "console.nav.look-up" },
];

/** Let a page through only for who is signed in; the others get the way in, back to this page. */
function signedIn(Inner: ComponentType) {
  return function Guarded() {
    if (session.value?.authenticated) return <Inner />;
    return <Welcome title={t("console.welcome.title")} text={t("console.welcome.text")} />;
  };
}

const PAGES: [path: string, page: ComponentType][] = [
  ["/", signedIn(Desk)],
  ["/enrolments/new", signedIn(NewEnrolment)],
  ["/enrolments/:id", signedIn(EnrolmentSteps)],
  ["/look-up", signedIn(LookUp)],
  ["/sign-in", SignInProblem],
];

export function Console() {
  if (unreachable.value) {
    return (
      <SiteFrame items={[]} wide>
        <Unreachable />
      </SiteFrame>
    );
  }
  return (
    <LocationProvider scope={ownPages}>
      <SiteFrame items={NAVIGATION} wide>
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
