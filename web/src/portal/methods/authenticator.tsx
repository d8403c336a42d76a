/** The authenticator app: shown its secret once, confirmed by a first code. */
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { Problem } from "../../shared/api";
import { TextField } from "../../shared/fields";
import { Form } from "../../shared/form";
import { day, time } from "../../shared/format";
import { t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { getMe } from "../api";
import { Fresh } from "../fresh";
import { BasicNotice } from "../standing";
import { confirmApp, getMethods, removeApp, startApp } from "./api";
import type { AppEnrolment, AuthenticatorApp } from "./api";
import { Qr } from "./qr";
import { DoneNotice, Removal } from "./removal";

export function Authenticator() {
  const methods = useLoad(getMethods);
  const [enrolment, setEnrolment] = useState<AppEnrolment | null>(null);
  if (enrolment) return <Confirm enrolment={enrolment} restart={() => setEnrolment(null)} />;
  return (
    <Page title={t("methods.authenticator")}>
      <p class="lead">{t("authenticator.text")}</p>
      <DoneNotice />
      <Loaded load={methods}>
        {(held) => (
          <>
            <State app={held.authenticator_app} />
            {held.can_add ? (
              <Start replaces={held.authenticator_app !== null} done={setEnrolment} />
            ) : (
              <BasicNotice />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function State(props: { app: AuthenticatorApp | null }) {
  const { app } = props;
  if (!app) return <p id="no-authenticator">{t("authenticator.none")}</p>;
  return (
    <div class="card" id="authenticator">
      <p>{t("methods.added", { date: day(app.created_at) })}</p>
      {app.last_used_at && <p>{t("methods.used", { date: day(app.last_used_at) })}</p>}
      <p>
        <a class="remove" href={`/authenticator-app/${app.authenticator_app_id}/remove`}>
          {t("authenticator.remove")}
        </a>
      </p>
    </div>
  );
}

function Start(props: { replaces: boolean; done: (made: AppEnrolment) => void }) {
  const me = useLoad(getMe);
  const submit = async () => props.done(await startApp(me.data?.name ?? null));
  return (
    <>
      <h2>{props.replaces ? t("authenticator.replace-title") : t("authenticator.add-title")}</h2>
      <Fresh>
        <p>{t("authenticator.add-text")}</p>
        <Form id="authenticator-start" label={t("authenticator.start")} submit={submit} />
      </Fresh>
    </>
  );
}

const inGroups = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");

function Confirm(props: { enrolment: AppEnrolment; restart: () => void }) {
  const { enrolment } = props;
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    const code = String(values.get("code")).replace(/\s/g, "");
    const { outcome } = await confirmApp(enrolment.enrolment_id, code);
    if (outcome !== "added") throw new Problem(409, `authenticator-${outcome}`);
    props.restart();
    route("/authenticator-app?done=authenticator-added");
  };
  return (
    <Page title={t("authenticator.confirm-title")}>
      <ol class="instructions">
        <li>
          <p>{t("authenticator.scan")}</p>
          <Qr svg={enrolment.qr_svg} label={t("authenticator.qr")} />
          <p>
            <a id="otpauth" href={enrolment.otpauth_uri}>
              {t("authenticator.open")}
            </a>
          </p>
          <p>{t("authenticator.type")}</p>
          <p class="secret-code" id="secret" translate={false}>
            {inGroups(enrolment.secret)}
          </p>
        </li>
        <li>
          <p>{t("authenticator.then", { time: time(enrolment.expires_at) })}</p>
        </li>
      </ol>
      <Form
        id="authenticator-confirm"
        label={t("authenticator.confirm")}
        submit={submit}
        fieldOf={{ "authenticator-wrong": "code" }}
        extra={
          <button type="button" class="button button-link" id="restart" onClick={props.restart}>
            {t("common.start-again")}
          </button>
        }
      >
        <TextField
          name="code"
          label={t("authenticator.code")}
          hint={t("authenticator.code-hint")}
          autocomplete="one-time-code"
          numeric
          style="input-code"
        />
      </Form>
    </Page>
  );
}

export function RemoveAuthenticator() {
  const { params } = useRoute();
  return (
    <Removal
      title={t("authenticator.remove-title")}
      label={t("authenticator.remove")}
      back="/authenticator-app"
      remove={(confirmed) => removeApp(params.id ?? "", confirmed)}
    >
      <p class="lead">{t("authenticator.remove-text")}</p>
    </Removal>
  );
}
