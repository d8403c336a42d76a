/** The identity document on the desk. */
import { DateField, SelectField, TextField } from "../shared/fields";
import { t } from "../shared/i18n";

const WITHOUT_SUPPORT = ["dni", "passport"];
const MAY_NOT_END = ["dni", "eu_certificate"];

/** Ask for a document of one of these kinds; `kind` is the one chosen now. */
export function DocumentFields(props: {
  kinds: string[];
  kind: string;
  choose: (kind: string) => void;
}) {
  const { kinds, kind, choose } = props;
  return (
    <>
      <SelectField
        key={kinds.join()}
        name="document.kind"
        label={t("console.field.document-kind")}
        options={kinds.map((option) => [option, t(`document.${option}`)])}
        value={kind}
        onChange={choose}
      />
      {!WITHOUT_SUPPORT.includes(kind) && (
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
        optional={MAY_NOT_END.includes(kind)}
      />
    </>
  );
}

/** A document without an end is said so, not left out. */
export function shownDocument(values: Record<string, unknown>): Record<string, unknown> {
  return { expires_on: null, ...(values.document as object | undefined) };
}

/** The field that a refusal of a document is about. */
export const DOCUMENT_FIELD_OF = {
  "document-kind-mismatch": "document.kind",
  "document-not-yet-issued": "document.issued_on",
  "document-dates-inconsistent": "document.expires_on",
  "document-expiry-required": "document.expires_on",
  "document-expired": "document.expires_on",
  "support-number-required": "document.support_number",
  "support-number-invalid": "document.support_number",
};
