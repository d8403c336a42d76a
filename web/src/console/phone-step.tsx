/** The phone is proved: the person reads out the code that it received. */
import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { time } from "../shared/format";
import { t } from "../shared/i18n";
import { asProblem } from "../shared/load";
import { Page } from "../shared/page";
import { ProblemNotice } from "../shared/problem";
import { provePhone, resendCode } from "./api";
import type { Enrolment } from "./api";
import { personOf } from "./desk";

export function PhoneStep(props: { enrolment: Enrolment; next: () => Promise<void> }) {
  const { enrolment } = props;
  const submit = async (values: FormData) => {
    const code = String(values.get("code"));
    const proof = await provePhone(enrolment.enrolment_id, code);
    if (proof.verdict !== "accepted") {
      throw new Problem(409, `phone-code-${proof.verdict}`);
    }
    await props.next();
  };
  const wrong = ["wrong", "expired", "locked"].map((verdict) => [`phone-code-${verdict}`, "code"]);
  return (
    <Page title={t("console.phone.title")}>
      <p class="lead">
        {t("console.phone.text", { name: personOf(enrolment), phone: enrolment.phone_hint ?? "" })}
      </p>
      <Form
        id="phone-proof"
        label={t("console.phone.submit")}
        submit={submit}
        fieldOf={Object.fromEntries(wrong)}
      >
        <TextField name="code" label={t("console.field.code")} numeric style="input-code" />
      </Form>
      <Resend id={enrolment.enrolment_id} />
    </Page>
  );
}

function Resend(props: { id: string }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const resend = async () => {
    try {
      const sent = await resendCode(props.id);
      setProblem(null);
      const key = sent.delivered ? "console.phone.resent" : "console.phone.undelivered";
      setText(t(key, { time: time(sent.code_expires_at) }));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <section aria-labelledby="resend-heading">
      <h2 id="resend-heading">{t("console.phone.no-code")}</h2>
      <p role="status" id="resend-status">
        {text}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      <button type="button" class="button button-secondary" id="resend" onClick={resend}>
        {t("console.phone.resend")}
      </button>
    </section>
  );
}
