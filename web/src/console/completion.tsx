/** The officer's statements: the person is here, the document is theirs, the terms are accepted. */
import { CheckField } from "../shared/fields";
import { Form } from "../shared/form";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { complete } from "./api";
import type { Draft, Enrolment } from "./api";
import { personOf } from "./desk";
import { ageOn, MAJORITY_YEARS } from "./people";
import { acceptedTerms, TermsFields } from "./terms";

const CONSENT_YEARS = 14;
const SEEN = ["present", "document_checked", "photo_matches", "data_read_out"];
const GUARDIAN_SEEN = ["guardian_present", "guardian_document_checked", "authority_checked"];

export function Completion(props: { enrolment: Enrolment; next: () => Promise<void> }) {
  const { enrolment, next } = props;
  const age = ageOf(enrolment.draft);
  const isChild = age < CONSENT_YEARS;
  const ticks = age < MAJORITY_YEARS ? [...SEEN, ...GUARDIAN_SEEN] : SEEN;
  const submit = async (values: FormData) => {
    await complete(enrolment.enrolment_id, {
      ...Object.fromEntries(ticks.map((name) => [name, values.get(name) === "true"])),
      accepted_by: isChild ? "guardian" : "person",
      ...acceptedTerms(values),
    });
    await next();
  };
  return (
    <Page title={t("console.completion.title")}>
      <p class="lead">{t("console.completion.text", { name: personOf(enrolment) })}</p>
      <Form id="completion" label={t("console.completion.submit")} submit={submit}>
        <fieldset>
          <legend>{t("console.completion.presence")}</legend>
          {ticks.map((name) => (
            <CheckField key={name} name={name} label={t(`console.tick.${name}`)} />
          ))}
        </fieldset>
        {age < MAJORITY_YEARS && (
          <p class="notice" id="accepted-by">
            {isChild ? t("console.completion.by-guardian") : t("console.completion.by-minor")}
          </p>
        )}
        <TermsFields wanted={enrolment.draft?.language} />
      </Form>
    </Page>
  );
}

const ageOf = (draft: Draft | null): number =>
  draft ? ageOn(draft.birth_date, new Date()) : MAJORITY_YEARS;
