/** The terms of use in force: to read, and to accept by their version. */
import { CheckField } from "../../shared/fields";
import { language, t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import type { Accepted } from "./api";
import { getTerms } from "./api";

/** Fields of a form that accept the terms. */
export function TermsFields() {
  const terms = useLoad(getTerms);
  return (
    <Loaded load={terms}>
      {({ version, languages }) => {
        const tag = language.value in languages ? language.value : "es";
        return (
          <>
            <details class="terms">
              <summary>{t("terms.read")}</summary>
              {(languages[tag] ?? []).map((section) => (
                <section key={section.title}>
                  <h2>{section.title}</h2>
                  <p>{section.text}</p>
                </section>
              ))}
            </details>
            <input type="hidden" name="terms_version" value={version} />
            <input type="hidden" name="terms_language" value={tag} />
            <CheckField name="terms" label={t("terms.accept")} />
          </>
        );
      }}
    </Loaded>
  );
}

export const acceptedTerms = (values: FormData): Accepted => ({
  terms_version: String(values.get("terms_version")),
  terms_language: String(values.get("terms_language")),
});
