/** The terms in force, to be read out or shown, and their acceptance. */
import { useState } from "preact/hooks";
import { CheckField, SelectField } from "../shared/fields";
import { nativeName, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { getTerms } from "./api";
import type { Terms } from "./api";

/** Ask for the acceptance; the form gets `terms_version` and `terms_language`. */
export function TermsFields(props: { wanted?: string | undefined }) {
  const terms = useLoad(getTerms);
  return <Loaded load={terms}>{(inForce) => <Acceptance {...props} terms={inForce} />}</Loaded>;
}

function Acceptance(props: { wanted?: string | undefined; terms: Terms }) {
  const { terms, wanted = "es" } = props;
  const languages = Object.keys(terms.languages);
  const [language, setLanguage] = useState(languages.includes(wanted) ? wanted : "es");
  return (
    <fieldset>
      <legend>{t("console.completion.terms", { version: terms.version })}</legend>
      <input type="hidden" name="terms_version" value={terms.version} />
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
              <h2>{section.title}</h2>
              <p>{section.text}</p>
            </section>
          ))}
        </div>
      </details>
      <CheckField name="terms_accepted" label={t("console.completion.terms-accepted")} />
    </fieldset>
  );
}

/** What the registry wants of the acceptance. */
export const acceptedTerms = (values: FormData) => ({
  terms_version: String(values.get("terms_version")),
  terms_language: String(values.get("terms_language")),
});
