/** The languages there are: the one in use is marked, each other is a button. */
import { chooseLanguage, language, languages, nativeName, t } from "./i18n";

/** `chosen` is told of a change once its texts are there. */
export function Languages(props: { chosen?: (tag: string) => Promise<void> }) {
  const choose = async (tag: string) => {
    await chooseLanguage(tag);
    await props.chosen?.(tag);
  };
  return (
    <nav aria-label={t("frame.languages")}>
      <ul class="languages">
        {languages.map((tag) => (
          <li key={tag}>
            {tag === language.value ? (
              <span aria-current="true" lang={tag}>
                {nativeName(tag)}
              </span>
            ) : (
              <button
                type="button"
                class="button button-link"
                id={`language-${tag}`}
                lang={tag}
                onClick={() => choose(tag)}
              >
                {nativeName(tag)}
              </button>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
