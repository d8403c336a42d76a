/** The permanent password: its state, and the way to activate it at the identity provider. */
import { day } from "../shared/format";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { session } from "../shared/session";
import { getCredential } from "./api";
import type { Credential } from "./api";

export function Password() {
  const credential = useLoad(getCredential);
  return (
    <Page title={t("nav.password")}>
      <p class="lead">{t("password.text")}</p>
      <Loaded load={credential}>{(state) => <State credential={state} />}</Loaded>
    </Page>
  );
}

function State(props: { credential: Credential }) {
  const { state, activated_at: activatedAt, expires_on: expiresOn } = props.credential;
  const works = state === "active";
  return (
    <>
      <div class={works ? "notice notice-success" : "notice"} id="credential" data-state={state}>
        <p>{t(`password.state.${state}`)}</p>
        {works && activatedAt && <p>{t("password.activated", { date: day(activatedAt) })}</p>}
        {expiresOn && state !== "inactive" && <p>{t("password.expires", { date: day(expiresOn) })}</p>}
      </div>
      {!works && <p>{t("password.needed")}</p>}
      <div class="actions">
        <a
          class={works ? "button button-secondary" : "button"}
          id="activate-password"
          href={session.value?.links.activate ?? "/"}
        >
          {works ? t("password.again") : t("password.activate")}
        </a>
      </div>
    </>
  );
}
