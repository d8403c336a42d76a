/** The first step of an enrolment: who the person is, the documents shown, how to reach them. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { DateField, SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { nativeName, t } from "../shared/i18n";
import { Page } from "../shared/page";
import { startEnrolment } from "./api";
import { DOCUMENT_FIELD_OF, DocumentFields, shownDocument } from "./document-fields";
import { GUARDIAN_PROOFS, LANGUAGES, MAJORITY_YEARS, PERSON_KINDS, ageOn, originsOf } from "./people";
import { served } from "./served";

const FIELD_OF = {
  ...DOCUMENT_FIELD_OF,
  "wrong-format": "national_id",
  "wrong-check-letter": "national_id",
  "already-registered": "national_id",
  "not-registered": "national_id",
  "person-deceased": "national_id",
  "person-revoked": "national_id",
  "dni-required": "national_id",
  "invalid-name": "given_name",
  "invalid-birth-date": "birth_date",
  "invalid-email": "email",
  "invalid-phone": "mobile",
  "phone-in-use": "mobile",
  "phone-code-limit": "mobile",
  "phone-change-first": "mobile",
  "person-kind-mismatch": "document.kind",
  "british-certificate-too-late": "document.kind",
  "identity-document-required": "identity_document.number",
  "identity-document-invalid": "identity_document.number",
  "identity-document-mismatch": "identity_document.kind",
  "identity-document-expired": "identity_document.expires_on",
  "guardian-required": "guardian.national_id",
  "guardian-invalid": "guardian.national_id",
  "reason-required": "reason",
  "reason-invalid": "reason",
};

export function NewEnrolment() {
  const { route, query } = useLocation();
  const purpose = query.purpose === "renew" ? "renew" : "enrol";
  const submit = async (form: FormData) => {
    const values = valuesOf(form);
    const document = shownDocument(values);
    const { enrolment_id: id } = await startEnrolment({ ...values, document, purpose });
    route(`/enrolments/${id}`);
  };
  const title = t(purpose === "renew" ? "console.renew.title" : "console.enrol.title");
  return (
    <Page title={title}>
      <p>{t(purpose === "renew" ? "console.renew.text" : "console.enrol.text")}</p>
      <Form id="enrolment" label={t("console.enrol.submit")} submit={submit} fieldOf={FIELD_OF}>
        <div class="split">
          <Identity reason={t(purpose === "renew" ? "console.renew.reason" : "console.enrol.reason")} />
          <div>
            <Documents />
            <Contact />
          </div>
        </div>
      </Form>
    </Page>
  );
}

function Identity(props: { reason: string }) {
  const [isMinor, setIsMinor] = useState(false);
  return (
    <section aria-labelledby="identity-heading">
      <h2 id="identity-heading">{t("console.enrol.identity")}</h2>
      <TextField
        name="national_id"
        label={t("console.field.national_id")}
        hint={t("console.field.national_id-hint")}
        style="input-medium input-upper"
        value={served.value?.national_id}
      />
      <TextField name="given_name" label={t("console.field.given_name")} />
      <TextField name="first_surname" label={t("console.field.first_surname")} />
      <TextField name="second_surname" label={t("console.field.second_surname")} optional />
      <DateField
        name="birth_date"
        label={t("console.field.birth_date")}
        onChange={(iso) => setIsMinor(ageOn(iso, new Date()) < MAJORITY_YEARS)}
      />
      {isMinor && <GuardianFields />}
      <TextField
        name="reason"
        label={t("console.field.reason")}
        hint={t("console.field.reason-hint")}
        value={props.reason}
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

function Documents() {
  const [person, setPerson] = useState("spaniard");
  const [kind, setKind] = useState("dni");
  const kinds = PERSON_KINDS[person]!.documents;
  const choosePerson = (chosen: string) => {
    setPerson(chosen);
    setKind(PERSON_KINDS[chosen]!.documents[0]!);
  };
  const origins = originsOf(person, kind);
  return (
    <section aria-labelledby="document-heading">
      <h2 id="document-heading">{t("console.enrol.document")}</h2>
      <SelectField
        name="person_kind"
        label={t("console.field.person-kind")}
        options={Object.keys(PERSON_KINDS).map((one) => [one, t(`console.person.${one}`)])}
        onChange={choosePerson}
      />
      <DocumentFields kinds={kinds} kind={kind} choose={setKind} />
      {origins.length > 0 && <OriginFields key={person} kinds={origins} stateless={person === "stateless"} />}
    </section>
  );
}

function OriginFields(props: { kinds: string[]; stateless: boolean }) {
  return (
    <fieldset id="origin" class="card">
      <legend>{t("console.enrol.origin")}</legend>
      <SelectField
        name="identity_document.kind"
        label={t("console.field.origin-kind")}
        options={props.kinds.map((kind) => [kind, t(`console.origin.${kind}`)])}
      />
      <TextField
        name="identity_document.number"
        label={t("console.field.origin-number")}
        style="input-medium input-upper"
      />
      {!props.stateless && (
        <TextField
          name="identity_document.country"
          label={t("console.field.origin-country")}
          hint={t("console.field.origin-country-hint")}
          style="input-code input-upper"
        />
      )}
      <DateField
        name="identity_document.expires_on"
        label={t("console.field.origin-expires_on")}
        optional
      />
    </fieldset>
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
