/** The permanent password: its state, its history, and what can be done with it. */
import { Choice } from "../../shared/choice";
import { day, moment } from "../../shared/format";
import { known, t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { session } from "../../shared/session";
import { getCredential } from "../api";
import type { Credential } from "../api";
import { BasicNotice, standing } from "../standing";
import { getCredentialHistory } from "./api";
import { DoneNotice } from "./removal";

export function Password() {
  const credential = useLoad(getCredential);
  return (
    <Page title={t("nav.password")}>
      <p class="lead">{t("password.text")}</p>
      <DoneNotice />
      <BasicNotice />
      <Loaded load={credential}>{(found) => <State credential={found} />}</Loaded>
      <History />
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
        {expiresOn && state !== "inactive" && (
          <p>{t("password.expires", { date: day(expiresOn) })}</p>
        )}
      </div>
      {state === "inactive" ? <Activate /> : <Ways state={state} />}
    </>
  );
}

function Activate() {
  if (standing.value?.level === "basic") return null;
  return (
    <>
      <p>{t("password.needed")}</p>
      <div class="actions">
        <a class="button" id="activate-password" href={session.value?.links.activate ?? "/"}>
          {t("password.activate")}
        </a>
        <a href="/activation-code">{t("password.lost-code")}</a>
      </div>
    </>
  );
}

function Ways(props: { state: Credential["state"] }) {
  return (
    <ul class="choices">
      {props.state !== "blocked" && (
        <Choice id="change-password" path="/password/change" name={t("password.change")} />
      )}
      <Choice
        id="recover-password"
        path={session.value?.links.recover ?? "/"}
        name={t("password.recover")}
      />
      <Choice id="replace-password" path="/password/new" name={t("password.replace")} />
      <Choice id="remove-password" path="/password/remove" name={t("password.remove")} />
    </ul>
  );
}

function History() {
  const history = useLoad(getCredentialHistory);
  return (
    <>
      <h2>{t("password.history")}</h2>
      <Loaded load={history}>
        {(events) =>
          events.length > 0 ? (
            <ul id="credential-history">
              {events.map((event) => (
                <li key={`${event.at} ${event.kind}`}>
                  {moment(event.at)}: {known(`credential.${event.kind}`, "history.action.other")}
                </li>
              ))}
            </ul>
          ) : (
            <p>{t("history.empty")}</p>
          )
        }
      </Loaded>
    </>
  );
}
