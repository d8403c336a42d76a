/** Pages for who is not signed in: the way in, and why a sign-in did not end well. */
import { useLocation } from "preact-iso";
import { known, t } from "./i18n";
import { Page } from "./page";
import { ended, loadSession, session, signInAddress } from "./session";

/** The way in. It comes back to the page that was asked for. */
export function Welcome(props: { title: string; text: string }) {
  const { url } = useLocation();
  return (
    <Page title={props.title}>
      {ended.value && (
        <div class="notice notice-warning" role="status" id="signed-out">
          <p>{t("welcome.ended")}</p>
        </div>
      )}
      <p class="lead">{props.text}</p>
      <div class="actions">
        <a class="button" id="sign-in" href={signInAddress(url)}>
          {t("welcome.sign-in")}
        </a>
      </div>
    </Page>
  );
}

/** Why a sign-in ended without a session, and the way to try again. */
export function SignInProblem() {
  const code = useLocation().query.problem ?? "sign-in-refused";
  return (
    <Page title={t("sign-in.title")}>
      <div class="notice notice-danger" role="alert" id="problem" data-code={code}>
        <p>{known(`sign-in.${code}`, "sign-in.sign-in-refused")}</p>
      </div>
      <div class="actions">
        <a class="button" id="sign-in" href={signInAddress("/")}>
          {t("sign-in.again")}
        </a>
        <a href="/">{t("sign-in.home")}</a>
      </div>
    </Page>
  );
}

/** The backend does not answer. */
export function Unreachable() {
  return (
    <Page title={t("unreachable.title")}>
      <p>{t("problem.offline")}</p>
      <div class="actions">
        <button type="button" class="button" id="retry" onClick={loadSession}>
          {t("common.retry")}
        </button>
      </div>
    </Page>
  );
}

/** No page has this address. */
export function NotFound() {
  return (
    <Page title={t("not-found.title")}>
      <p>{t("not-found.text")}</p>
      <p>
        <a href="/">{t("sign-in.home")}</a>
      </p>
    </Page>
  );
}

/** True while the first answer about the session is awaited. */
export const isStarting = (): boolean => session.value === null;
