/** The first step of an enrolment: who the person is, the document shown, how to reach them. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { DateField, SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { nativeName, t } from "../shared/i18n";
import { Page } from "../shared/page";
import { startEnrolment } from "./api";

const MAJORITY_YEARS = 18;
const DOCUMENTS = ["dni", "tie", "eu_certificate"];
const GUARDIAN_PROOFS = ["family_book", "civil_registry", "court_ruling"];
const LANGUAGES = ["es", "ca", "gl", "eu", "en"];

const FIELD_OF = {
  "wrong-format": "national_id",
  "wrong-check-letter": "national_id",
  "already-registered": "national_id",
  "person-deceased": "national_id",
  "person-revoked": "national_id",
  "invalid-name": "given_name",
  "invalid-birth-date": "birth_date",
  "invalid-email": "email",
  "invalid-phone": "mobile",
  "phone-in-use": "mobile",
  "phone-code-limit": "mobile",
  "document-kind-mismatch": "document.kind",
  "document-not-yet-issued": "document.issued_on",
  "document-dates-inconsistent": "document.expires_on",
  "document-expiry-required": "document.expires_on",
  "document-expired": "document.expires_on",
  "support-number-required": "document.support_number",
  "support-number-invalid": "document.support_number",
  "guardian-required": "guardian.national_id",
  "guardian-invalid": "guardian.national_id",
  "reason-required": "reason",
  "reason-invalid": "reason",
};

interface Applicant {
  document?: Record<string, unknown>;
}

export function NewEnrolment() {
  const { route } = useLocation();
  const submit = async (form: FormData) => {
    const values = valuesOf(form) as Applicant;
    // A document without an end is said so, not left out.
    const document = { expires_on: null, ...values.document };
    const { enrolment_id: id } = await startEnrolment({ ...values, document });
    route(`/enrolments/${id}`);
  };
  return (
    <Page title={t("console.enrol.title")}>
      <p>{t("console.enrol.text")}</p>
      <Form id="enrolment" label={t("console.enrol.submit")} submit={submit} fieldOf={FIELD_OF}>
        <div class="split">
          <Identity />
          <div>
            <Document />
            <Contact />
          </div>
        </div>
      </Form>
    </Page>
  );
}

function Identity() {
  const [isMinor, setIsMinor] = useState(false);
  return (
    <section aria-labelledby="identity-heading">
      <h2 id="identity-heading">{t("console.enrol.identity")}</h2>
      <TextField
        name="national_id"
        label={t("console.field.national_id")}
        hint={t("console.field.national_id-hint")}
        style="input-medium input-upper"
      />
      <TextField name="given_name" label={t("console.field.given_name")} />
      <TextField name="first_surname" label={t("console.field.first_surname")} />
      <TextField name="second_surname" label={t("console.field.second_surname")} optional />
      <DateField
        name="birth_date"
        label={t("console.field.birth_date")}
        onChange={(iso) => setIsMinor(isMinorOn(iso, new Date()))}
      />
      {isMinor && <GuardianFields />}
      <TextField
        name="reason"
        label={t("console.field.reason")}
        hint={t("console.field.reason-hint")}
        value={t("console.enrol.reason")}
      />
    </section>
  );
}

function GuardianFields() {
  return (
    <fieldset id="guardian" class="card">
      <legend>{t("console.enrol.guardian")}</legend>
      <TextField
        name="guardian.national_id"
        label={t("console.field.guardian-national_id")}
        style="input-medium input-upper"
      />
      <SelectField
        name="guardian.proof"
        label={t("console.field.guardian-proof")}
        options={GUARDIAN_PROOFS.map((proof) => [proof, t(`console.proof.${proof}`)])}
      />
    </fieldset>
  );
}

function isMinorOn(birth: string, today: Date): boolean {
  const born = new Date(birth);
  if (Number.isNaN(born.getTime())) return false;
  born.setUTCFullYear(born.getUTCFullYear() + MAJORITY_YEARS);
  return born > today;
}

function Document() {
  const [kind, setKind] = useState("dni");
  return (
    <section aria-labelledby="document-heading">
      <h2 id="document-heading">{t("console.enrol.document")}</h2>
      <SelectField
        name="document.kind"
        label={t("console.field.document-kind")}
        options={DOCUMENTS.map((option) => [option, t(`document.${option}`)])}
        onChange={setKind}
      />
      {kind !== "dni" && (
        <TextField
          name="document.support_number"
          label={t("console.field.support_number")}
          hint={t("console.field.support_number-hint")}
          style="input-medium input-upper"
        />
      )}
      <DateField name="document.issued_on" label={t("console.field.issued_on")} />
      <DateField
        name="document.expires_on"
        label={t("console.field.expires_on")}
        hint={t("console.field.expires_on-hint")}
        optional={kind !== "tie"}
      />
    </section>
  );
}

function Contact() {
  return (
    <section aria-labelledby="contact-heading">
      <h2 id="contact-heading">{t("console.enrol.contact")}</h2>
      <TextField
        name="mobile"
        label={t("console.field.mobile")}
        hint={t("console.field.mobile-hint")}
        type="tel"
        style="input-medium"
      />
      <TextField name="email" label={t("console.field.email")} type="email" />
      <SelectField
        name="language"
        label={t("console.field.language")}
        options={LANGUAGES.map((tag) => [tag, nativeName(tag)])}
      />
    </section>
  );
}
