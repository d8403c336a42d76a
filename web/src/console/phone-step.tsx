/** The phone is proved: the person reads out the code that it received. */
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { provePhone, resendCode } from "./api";
import type { Enrolment } from "./api";
import { CodeStep } from "./code-step";
import { personOf } from "./desk";

export function PhoneStep(props: { enrolment: Enrolment; next: () => Promise<void> }) {
  const { enrolment_id: id, phone_hint: phone } = props.enrolment;
  return (
    <Page title={t("console.phone.title")}>
      <CodeStep
        id="phone-proof"
        text={t("console.phone.text", { name: personOf(props.enrolment), phone: phone ?? "" })}
        prove={(code) => provePhone(id, code)}
        resend={() => resendCode(id)}
        next={props.next}
      />
    </Page>
  );
}
