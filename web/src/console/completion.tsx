/** The officer's statements: the person is here, the document is theirs, the terms are accepted. */
import { useState } from "preact/hooks";
import { CheckField, SelectField } from "../shared/fields";
import { Form } from "../shared/form";
import { nativeName, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { complete, getTerms } from "./api";
import type { Enrolment, Terms } from "./api";
import { personOf } from "./desk";

export function Completion(props: { enrolment: Enrolment; next: () => Promise<void> }) {
  const terms = useLoad(getTerms);
  return (
    <Page title={t("console.completion.title")}>
      <p class="lead">{t("console.completion.text", { name: personOf(props.enrolment) })}</p>
      <Loaded load={terms}>{(inForce) => <Statements {...props} terms={inForce} />}</Loaded>
    </Page>
  );
}

function Statements(props: { enrolment: Enrolment; next: () => Promise<void>; terms: Terms }) {
  const { enrolment, terms } = props;
  const languages = Object.keys(terms.languages);
  const wanted = enrolment.draft?.language ?? "es";
  const [language, setLanguage] = useState(languages.includes(wanted) ? wanted : "es");
  const submit = async () => {
    await complete(enrolment.enrolment_id, terms.version, language);
    await props.next();
  };
  return (
    <Form id="completion" label={t("console.completion.submit")} submit={submit}>
      <fieldset>
        <legend>{t("console.completion.presence")}</legend>
        <CheckField name="present" label={t("console.completion.present")} />
        <CheckField name="document_checked" label={t("console.completion.document")} />
        <CheckField name="photo_compared" label={t("console.completion.photo")} />
      </fieldset>
      <fieldset>
        <legend>{t("console.completion.terms", { version: terms.version })}</legend>
        <SelectField
          name="terms_language"
          label={t("console.completion.terms-language")}
          options={languages.map((tag) => [tag, nativeName(tag)])}
          value={language}
          onChange={setLanguage}
        />
        <details>
          <summary>{t("console.completion.terms-read")}</summary>
          <div class="stack" lang={language}>
            {(terms.languages[language] ?? []).map((section) => (
              <section key={section.title}>
                <h3>{section.title}</h3>
                <p>{section.text}</p>
              </section>
            ))}
          </div>
        </details>
        <CheckField name="terms_accepted" label={t("console.completion.terms-accepted")} />
      </fieldset>
    </Form>
  );
}
