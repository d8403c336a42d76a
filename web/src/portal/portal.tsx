/** The citizen's portal: its pages and the way between them. */
import { LocationProvider, Route, Router } from "preact-iso";
import type { ComponentType } from "preact";
import { SiteFrame } from "../shared/frame";
import { t } from "../shared/i18n";
import { ownPages, session, unreachable } from "../shared/session";
import { NotFound, SignInProblem, Unreachable, Welcome } from "../shared/welcome";
import { Accesses } from "./accesses";
import { ActivationCode } from "./data/activation-code";
import { ComeBack } from "./data/come-back";
import { ChangeEmail, ChangeLanguage, ChangePhone } from "./data/contact";
import { Enrol, Renew } from "./data/enrol";
import { ExportData } from "./data/export";
import { MyData } from "./data/my-data";
import { CertificateRevocation } from "./data/revocation";
import { History } from "./history";
import { Home } from "./home";
import { Authenticator, RemoveAuthenticator } from "./methods/authenticator";
import { Devices, RemoveDevice } from "./methods/devices";
import { Freeze, Unfreeze } from "./methods/freeze";
import { MethodsPage } from "./methods/overview";
import { Passkeys, RemovePasskey } from "./methods/passkeys";
import { Password } from "./methods/password";
import { ChangePassword, ReplacePassword } from "./methods/password-change";
import { RemovePassword } from "./methods/password-removal";
import { RecoveryCodes } from "./methods/recovery-codes";
import { Renounce } from "./renounce";
import { Services, WithdrawService } from "./services";
import { Sessions } from "./sessions";
import { Sign } from "./sign";
import { Stands } from "./standing";

const NAVIGATION = [
  { path: "/", text: "nav.home" },
  { path: "/data", text: "nav.data" },
  { path: "/methods", text: "nav.methods" },
  { path: "/sign", text: "nav.sign" },
  { path: "/services", text: "nav.services" },
  { path: "/sessions", text: "nav.sessions" },
  { path: "/history", text: "nav.history" },
];

/** Let a page through only for who is signed in; the others get the way in, back to this page. */
function signedIn(Inner: ComponentType, evenEnded = false) {
  return function Guarded() {
    if (!session.value?.authenticated) {
      return <Welcome title={t("portal.welcome.title")} text={t("portal.welcome.text")} />;
    }
    return (
      <Stands evenEnded={evenEnded}>
        <Inner />
      </Stands>
    );
  };
}

const PAGES: [path: string, page: ComponentType][] = [
  ["/", signedIn(Home)],
  ["/data", signedIn(MyData)],
  ["/data/email", signedIn(ChangeEmail)],
  ["/data/language", signedIn(ChangeLanguage)],
  ["/data/phone", signedIn(ChangePhone)],
  ["/data/export", signedIn(ExportData, true)],
  ["/activation-code", signedIn(ActivationCode)],
  ["/certificate-revocation", signedIn(CertificateRevocation)],
  ["/enrol", signedIn(Enrol)],
  ["/renew", signedIn(Renew)],
  ["/come-back", signedIn(ComeBack, true)],
  ["/sessions", signedIn(Sessions)],
  ["/services", signedIn(Services)],
  ["/services/withdraw", signedIn(WithdrawService)],
  ["/accesses", signedIn(Accesses)],
  ["/history", signedIn(History, true)],
  ["/methods", signedIn(MethodsPage)],
  ["/password", signedIn(Password)],
  ["/password/change", signedIn(ChangePassword)],
  ["/password/new", signedIn(ReplacePassword)],
  ["/password/remove", signedIn(RemovePassword)],
  ["/passkeys", signedIn(Passkeys)],
  ["/passkeys/:id/remove", signedIn(RemovePasskey)],
  ["/authenticator-app", signedIn(Authenticator)],
  ["/authenticator-app/:id/remove", signedIn(RemoveAuthenticator)],
  ["/recovery-codes", signedIn(RecoveryCodes)],
  ["/devices", signedIn(Devices)],
  ["/devices/:id/remove", signedIn(RemoveDevice)],
  ["/unfreeze", signedIn(Unfreeze)],
  ["/sign", signedIn(Sign)],
  // These end the session; their last page stays until the person leaves it.
  ["/renounce", Renounce],
  ["/freeze", Freeze],
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
