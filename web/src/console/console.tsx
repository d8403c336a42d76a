/** The office console: its pages and the way between them. */
import { LocationProvider, Route, Router } from "preact-iso";
import type { ComponentType } from "preact";
import { SiteFrame } from "../shared/frame";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { ownPages, session, unreachable } from "../shared/session";
import { NotFound, SignInProblem, Unreachable, Welcome } from "../shared/welcome";
import { ActPage } from "./act";
import type { Role } from "./api";
import { ApprovalPage, Approvals } from "./approvals";
import { AuditPage, UnusualPage } from "./audit";
import { ChangeSteps } from "./change";
import { Desk } from "./desk";
import { EnrolmentSteps } from "./enrolment";
import { LettersPage } from "./letters";
import { LookUp } from "./look-up";
import { NewEnrolment } from "./new-enrolment";
import { OfficePage, Offices } from "./offices";
import { DESK, has, loadOfficer, officer } from "./officer";
import { OfficerPage, Officers } from "./officers";
import { VideoCasePage, VideoQueues } from "./video";

const NAVIGATION: { path: string; text: string; roles: Role[] }[] = [
  { path: "/", text: "console.nav.desk", roles: ["officer", "video_agent", "supervisor", "auditor"] },
  { path: "/enrolments/new", text: "console.nav.enrol", roles: DESK },
  { path: "/look-up", text: "console.nav.look-up", roles: ["officer", "video_agent", "supervisor"] },
];

/** Let a page through only for who is signed in and works here; the others get the way in. */
function signedIn(Inner: ComponentType) {
  return function Guarded() {
    if (!session.value?.authenticated) {
      return <Welcome title={t("console.welcome.title")} text={t("console.welcome.text")} />;
    }
    return officer.value ? <Inner /> : <Named />;
  };
}

/** Ask who works here; the page follows by itself. */
function Named() {
  const load = useLoad(loadOfficer);
  return (
    <Page title={t("console.welcome.title")}>
      <Loaded load={load}>{() => null}</Loaded>
    </Page>
  );
}

const PAGES: [path: string, page: ComponentType][] = [
  ["/", signedIn(Desk)],
  ["/enrolments/new", signedIn(NewEnrolment)],
  ["/enrolments/:id", signedIn(EnrolmentSteps)],
  ["/look-up", signedIn(LookUp)],
  ["/acts/:name", signedIn(ActPage)],
  ["/changes/:kind/:id", signedIn(ChangeSteps)],
  ["/approvals", signedIn(Approvals)],
  ["/approvals/:id", signedIn(ApprovalPage)],
  ["/letters", signedIn(LettersPage)],
  ["/video", signedIn(VideoQueues)],
  ["/video/:state/:id", signedIn(VideoCasePage)],
  ["/offices", signedIn(Offices)],
  ["/offices/:id", signedIn(OfficePage)],
  ["/officers", signedIn(Officers)],
  ["/officers/:id", signedIn(OfficerPage)],
  ["/audit", signedIn(AuditPage)],
  ["/audit/look-ups", signedIn(UnusualPage)],
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
      <SiteFrame items={NAVIGATION.filter(({ roles }) => has(roles))} wide>
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
