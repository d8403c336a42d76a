/** Making this phone the person's: identity number and code by SMS, or a ticket of the portal. */
import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { Form, valuesOf } from "../shared/form";
import { TextField } from "../shared/fields";
import { time } from "../shared/format";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { beginEnrolment, prove } from "./device";
import type { Begun, Proof } from "./device";
import { brought, notice, refresh } from "./state";

const TICKET = /(?:.*#t=)?([A-Za-z0-9_-]{20,128})$/;

/** The way in for a phone that is nobody's yet. */
export function Enrol() {
  const [hint, setHint] = useState<string | null>(null);
  if (hint !== null) return <CodeStep hint={hint} again={() => setHint(null)} />;
  if (brought.value.ticket) return <TicketStep ticket={brought.value.ticket} />;
  return <PersonStep begun={setHint} />;
}

function PersonStep(props: { begun: (hint: string) => void }) {
  const submit = async (form: FormData) => {
    const values = valuesOf(form) as Record<string, string>;
    const person = { national_id: values.national_id ?? "", contrast: values.contrast ?? "" };
    const begun = refuseLimited(await beginEnrolment(values.device_name ?? "", person));
    props.begun(begun.phone_hint ?? "");
  };
  return (
    <Page title={t("app.enrol.title")}>
      <p class="lead">{t("app.enrol.lead")}</p>
      <Form
        id="enrol"
        label={t("app.enrol.submit")}
        submit={submit}
        fieldOf={{ "invalid-national-id": "national_id" }}
      >
        <TextField
          name="national_id"
          label={t("app.enrol.national-id")}
          hint={t("app.enrol.national-id-hint")}
          autocomplete="username"
        />
        <TextField
          name="contrast"
          label={t("app.enrol.contrast")}
          hint={t("app.enrol.contrast-hint")}
        />
        <NameField />
      </Form>
      <details>
        <summary id="with-ticket">{t("app.ticket.summary")}</summary>
        <p>{t("app.ticket.explain")}</p>
        <PasteTicket />
      </details>
    </Page>
  );
}

function NameField() {
  return (
    <TextField
      name="device_name"
      label={t("app.enrol.name")}
      hint={t("app.enrol.name-hint")}
      value={t("app.enrol.name-default")}
    />
  );
}

function refuseLimited(begun: Begun): Begun {
  if (begun.outcome === "limited") throw new Problem(429, "app-limited");
  return begun;
}

function PasteTicket() {
  const submit = async (form: FormData) => {
    const ticket = TICKET.exec(String(form.get("ticket") ?? "").trim())?.[1];
    if (!ticket) throw new Problem(422, "app-ticket-wrong");
    brought.value = { ticket };
  };
  return (
    <Form
      id="ticket"
      label={t("app.ticket.submit")}
      submit={submit}
      fieldOf={{ "app-ticket-wrong": "ticket" }}
    >
      <TextField name="ticket" label={t("app.ticket.label")} />
    </Form>
  );
}

function TicketStep(props: { ticket: string }) {
  const submit = async (form: FormData) => {
    refuseLimited(await beginEnrolment(String(form.get("device_name") ?? "")));
    brought.value = {};
    await settle(await prove({ ticket: props.ticket }), "app-ticket-wrong");
  };
  return (
    <Page title={t("app.enrol.title")}>
      <p class="lead">{t("app.ticket.lead")}</p>
      <Form id="activate" label={t("app.ticket.activate")} submit={submit}>
        <NameField />
      </Form>
    </Page>
  );
}

function CodeStep(props: { hint: string; again: () => void }) {
  const submit = async (form: FormData) => {
    await settle(await prove({ code: String(form.get("code") ?? "") }), "app-code-wrong");
  };
  const again = (
    <button type="button" class="button button-secondary" id="again" onClick={props.again}>
      {t("app.code.again")}
    </button>
  );
  const until = time(new Date(Date.now() + 5 * 60_000).toISOString());
  return (
    <Page title={t("app.code.title")}>
      <p class="lead">{t("app.code.lead", { hint: props.hint, time: until })}</p>
      <Form
        id="code-proof"
        label={t("app.code.submit")}
        submit={submit}
        extra={again}
        fieldOf={{ "app-code-wrong": "code" }}
      >
        <TextField
          name="code"
          label={t("app.code.label")}
          autocomplete="one-time-code"
          numeric
          style="input-code"
        />
      </Form>
    </Page>
  );
}

async function settle(proof: Proof, wrong: string): Promise<void> {
  if (proof.verdict === "wrong") {
    throw new Problem(422, wrong, [], { attempts_left: proof.attempts_left });
  }
  if (proof.verdict !== "accepted") throw new Problem(410, "app-enrolment-over");
  notice.value = { text: "app.notice.activated", bad: false };
  await refresh();
}
