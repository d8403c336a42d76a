/** One login that waits: who asks, from where, and the number that only the other screen shows. */
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { time } from "../shared/format";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { decide } from "./device";
import type { Answered, Decision, LoginRequest } from "./device";
import { noteFailure, notice, refresh, requests } from "./state";
import { unlocked } from "./unlock";

const NUMBER = /^[0-9]{3}$/;
const SAID_AFTER: Record<Answered["outcome"], string> = {
  confirmed: "app.notice.confirmed",
  rejected: "app.notice.rejected",
  reported: "app.notice.reported",
  closed: "app.notice.closed",
  "wrong-number": "problem.app-number-wrong",
};

/** Ask the person about a login. */
export function Request(props: { request: LoginRequest }) {
  const { request } = props;
  const [reporting, setReporting] = useState(false);
  useEffect(() => void (notice.value = null), []);
  if (reporting) return <Report request={request} back={() => setReporting(false)} />;
  const confirm = async (form: FormData) => {
    const number = String(form.get("number") ?? "").replace(/\s/g, "");
    if (!NUMBER.test(number)) throw new Problem(422, "app-number-form");
    await answer(request, "confirm", number);
  };
  return (
    <Page title={t("app.request.title")}>
      <Facts request={request} />
      <Form
        id="confirm"
        label={t("app.request.confirm")}
        submit={confirm}
        fieldOf={{ "app-number-form": "number", "app-number-wrong": "number" }}
        extra={<Reject request={request} />}
      >
        <TextField
          name="number"
          label={t("app.request.number")}
          hint={t("app.request.number-hint")}
          numeric
          style="input-code"
        />
      </Form>
      <p>
        <button
          type="button"
          class="button button-link"
          id="not-me"
          onClick={() => setReporting(true)}
        >
          {t("app.request.not-me")}
        </button>
      </p>
    </Page>
  );
}

function Facts(props: { request: LoginRequest }) {
  const { relying_party, purpose, place, created_at } = props.request;
  return (
    <dl class="facts" id="request">
      <dt>{t("app.request.service")}</dt>
      <dd translate={false}>
        <strong>{relying_party.name}</strong>
        <br />
        {relying_party.domain}
      </dd>
      {purpose && (
        <>
          <dt>{t("app.request.purpose")}</dt>
          <dd>{purpose}</dd>
        </>
      )}
      <dt>{t("app.request.where")}</dt>
      <dd>{t("app.request.at", { place: place ?? t("app.request.no-place"), time: time(created_at) })}</dd>
    </dl>
  );
}

function Reject(props: { request: LoginRequest }) {
  const reject = () => answer(props.request, "reject").catch(noteFailure);
  return (
    <button type="button" class="button button-secondary" id="reject" onClick={reject}>
      {t("app.request.reject")}
    </button>
  );
}

function Report(props: { request: LoginRequest; back: () => void }) {
  const back = (
    <button type="button" class="button button-secondary" id="report-back" onClick={props.back}>
      {t("app.report.back")}
    </button>
  );
  return (
    <Page title={t("app.report.title")}>
      <p>{t("app.report.explain")}</p>
      <p>{t("app.report.undo")}</p>
      <Form
        id="report"
        label={t("app.report.submit")}
        submit={() => answer(props.request, "report")}
        danger
        extra={back}
      />
    </Page>
  );
}

/** Sign and send the answer, after the phone's own lock where the app is protected by it. */
async function answer(request: LoginRequest, decision: Decision, number?: string): Promise<void> {
  if (decision === "confirm" && !(await unlocked())) throw new Problem(0, "app-locked");
  await settle(request, await decide(request, decision, number));
}

async function settle(request: LoginRequest, answered: Answered): Promise<void> {
  if (answered.outcome === "wrong-number") {
    throw new Problem(422, "app-number-wrong", [], { attempts_left: answered.attempts_left });
  }
  const bad = answered.outcome === "closed";
  notice.value = { text: SAID_AFTER[answered.outcome], bad };
  const isOther = (other: LoginRequest) => other.app_request_id !== request.app_request_id;
  requests.value = requests.value.filter(isOther);
  await refresh();
}
