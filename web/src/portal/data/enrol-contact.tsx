/** First step with a certificate: how to reach the person, and the document no record has. */
import { useState } from "preact/hooks";
import { DateField, SelectField, TextField } from "../../shared/fields";
import { Form, valuesOf } from "../../shared/form";
import { nativeName, t } from "../../shared/i18n";
import type { Me } from "../api";
import { beginEnrolment } from "./api";
import type { Begun, Purpose } from "./api";
import { WRITTEN_LANGUAGES } from "./contact";

const FIELD_OF: Record<string, string> = {
  "invalid-phone": "mobile",
  "phone-in-use": "mobile",
  "phone-change-first": "mobile",
  "invalid-email": "email",
  "invalid-birth-date": "birth_date",
  "document-kind-mismatch": "document.kind",
  "support-number-required": "document.support_number",
  "support-number-invalid": "document.support_number",
  "document-not-yet-issued": "document.issued_on",
  "document-dates-inconsistent": "document.expires_on",
  "document-expiry-required": "document.expires_on",
  "document-expired": "document.expires_on",
};

/** What a permanent document has in the place of its last day. */
const PERMANENT = "9999-01-01";

export function ContactStep(props: {
  purpose: Purpose;
  person: Me;
  done: (begun: Begun) => void;
}) {
  const { person } = props;
  const [differ, setDiffer] = useState<Begun | null>(null);
  const submit = async (form: FormData) => {
    const values = valuesOf(form);
    const document = values.document as Record<string, unknown> | undefined;
    if (document?.expires_on === PERMANENT) document.expires_on = null;
    const begun = await beginEnrolment(props.purpose, { ...values, record_prevails: differ !== null });
    if (begun.outcome === "mismatch") setDiffer(begun);
    else props.done(begun);
  };
  return (
    <Form
      id="enrolment"
      label={differ ? t("enrol.record-prevails") : t("enrol.continue")}
      submit={submit}
      fieldOf={FIELD_OF}
    >
      {differ && <Differ begun={differ} />}
      <TextField
        name="mobile"
        label={t("enrol.mobile")}
        hint={t("phone.hint")}
        type="tel"
        autocomplete="tel"
      />
      <TextField name="email" label={t("data.email")} type="email" autocomplete="email" />
      <SelectField
        name="language"
        label={t("data.language")}
        options={WRITTEN_LANGUAGES.map((tag) => [tag, nativeName(tag)])}
        value={person.language ?? "es"}
      />
      {person.document === null && <DocumentFields />}
    </Form>
  );
}

function Differ(props: { begun: Begun }) {
  const { certificate_name: certificate = "", record_name: record = "" } = props.begun;
  return (
    <div class="notice notice-warning" role="alert" id="names-differ">
      <p>{t("enrol.names-differ", { certificate, record })}</p>
      <p>{t("enrol.names-office")}</p>
    </div>
  );
}

const KINDS = ["dni", "tie", "eu_certificate"];

function DocumentFields() {
  const [kind, setKind] = useState("dni");
  return (
    <>
      <DateField name="birth_date" label={t("enrol.birth-date")} birth />
      <SelectField
        name="document.kind"
        label={t("data.document")}
        options={KINDS.map((one) => [one, t(`document.${one}`)])}
        value={kind}
        onChange={setKind}
      />
      {kind !== "dni" && (
        <TextField
          name="document.support_number"
          label={t("enrol.support-number")}
          hint={t("enrol.support-number-hint")}
          style="input-medium input-upper"
        />
      )}
      <DateField name="document.issued_on" label={t("enrol.issued-on")} />
      <DateField
        name="document.expires_on"
        label={t("data.document-expiry")}
        hint={t("enrol.expires-hint")}
      />
    </>
  );
}
