/** What changes in each act: the fields beside number, reason and evidence. */
import { useState } from "preact/hooks";
import { CheckField, DateField, SelectField, TextField } from "../shared/fields";
import { nativeName, t } from "../shared/i18n";
import { DocumentFields } from "./document-fields";
import { DOCUMENTS, LANGUAGES } from "./people";
import { TermsFields } from "./terms";

export const Phone = () => (
  <TextField
    name="mobile"
    label={t("console.field.new-mobile")}
    hint={t("console.field.mobile-hint")}
    type="tel"
    style="input-medium"
  />
);

export const Email = () => (
  <TextField
    name="email"
    label={t("console.field.new-email")}
    hint={t("console.field.new-email-hint")}
    type="email"
  />
);

export const Language = () => (
  <SelectField
    name="language"
    label={t("console.field.language")}
    options={LANGUAGES.map((tag) => [tag, nativeName(tag)])}
  />
);

export function Document() {
  const [kind, setKind] = useState("dni");
  return (
    <>
      <SelectField
        name="cause"
        label={t("console.field.document-cause")}
        options={[
          ["renewal", t("console.document-cause.renewal")],
          ["duplicate", t("console.document-cause.duplicate")],
          ["other_kind", t("console.document-cause.other_kind")],
        ]}
      />
      <Name prefix="" />
      <DocumentFields kinds={DOCUMENTS} kind={kind} choose={setKind} />
    </>
  );
}

function Name(props: { prefix: string; optional?: boolean }) {
  const { prefix, optional = false } = props;
  return (
    <>
      <TextField
        name={`${prefix}given_name`}
        label={t("console.field.given_name")}
        optional={optional}
      />
      <TextField
        name={`${prefix}first_surname`}
        label={t("console.field.first_surname")}
        optional={optional}
      />
      <TextField
        name={`${prefix}second_surname`}
        label={t("console.field.second_surname")}
        optional
      />
    </>
  );
}

export const Certificate = () => (
  <SelectField
    name="key_compromise"
    label={t("console.field.key-compromise")}
    options={[
      ["false", t("console.key-compromise.no")],
      ["true", t("console.key-compromise.yes")],
    ]}
  />
);

export const Renunciation = () => (
  <>
    <CheckField name="signed" label={t("console.tick.signed")} />
    <details>
      <summary>{t("console.renunciation.stranger")}</summary>
      <p>{t("console.renunciation.stranger-text")}</p>
      <Name prefix="name." optional />
    </details>
  </>
);

export const Terms = () => <TermsFields />;

export const Case = () => (
  <TextField
    name="case_reference"
    label={t("console.field.case")}
    hint={t("console.field.case-hint")}
    style="input-medium"
  />
);

export const Revocation = () => (
  <>
    <SelectField
      name="cause"
      label={t("console.field.cause")}
      options={[
        ["security", t("console.cause.security")],
        ["identity_data_changed", t("console.cause.identity_data_changed")],
      ]}
    />
    <Case />
  </>
);

export const Death = () => (
  <>
    <DateField name="died_on" label={t("console.field.died_on")} />
    <TextField
      name="source_reference"
      label={t("console.field.source")}
      hint={t("console.field.source-hint")}
    />
  </>
);
