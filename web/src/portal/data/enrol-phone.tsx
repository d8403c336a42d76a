/** Second step with a certificate: the code that proves the phone. */
import { useState } from "preact/hooks";
import { Problem } from "../../shared/api";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { CodeField, CodeSent, NoCode, typedCode } from "../methods/code-step";
import { proveEnrolment, resendEnrolment } from "./api";
import type { Begun } from "./api";
import { CODE_FIELDS } from "./contact";

export function PhoneStep(props: { begun: Begun; done: () => void }) {
  const { name = "", national_id: number = "", enrolment_id: id = "" } = props.begun;
  const [sent, setSent] = useState(props.begun);
  const submit = async (values: FormData) => {
    const proof = await proveEnrolment(id, typedCode(values, "code"));
    if (proof.outcome === "proved") return props.done();
    throw new Problem(409, `phone-code-${proof.outcome}`, [], { left: proof.attempts_left ?? 0 });
  };
  return (
    <Page title={t("code.title")}>
      <p id="applicant" translate={false}>
        {t("enrol.applicant", { name, number })}
      </p>
      <CodeSent sent={{ hint: sent.phone_hint ?? "", expiresAt: sent.expires_at }} />
      <Form id="code-proof" label={t("code.confirm")} submit={submit} fieldOf={CODE_FIELDS}>
        <CodeField name="code" />
      </Form>
      <NoCode again={async () => setSent(await resendEnrolment(id))} />
    </Page>
  );
}
