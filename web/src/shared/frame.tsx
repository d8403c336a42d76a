/** What surrounds every page: skip link, brand, navigation, languages, foot. */
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { chooseLanguage, language, languages, nativeName, t } from "./i18n";
import { session, signOut } from "./session";

export interface NavItem {
  path: string;
  text: string;
}

/** Draw the frame; the navigation is there only for who is signed in. */
export function SiteFrame(props: { items: NavItem[]; wide?: boolean; children: ComponentChildren }) {
  const wrap = props.wide ? "wrap wrap-wide" : "wrap";
  return (
    <>
      <a class="skip-link" href="#content" onClick={skipToContent}>
        {t("frame.skip")}
      </a>
      <header class="site-header">
        <div class={wrap}>
          <a class="brand" href="/" translate={false}>
            {session.value?.brand}
          </a>
          <div class="header-tools">
            <Languages />
            {session.value?.authenticated && (
              <button type="button" class="button button-link" id="sign-out" onClick={signOut}>
                {t("frame.sign-out")}
              </button>
            )}
          </div>
        </div>
        {session.value?.authenticated && <Navigation items={props.items} wrap={wrap} />}
      </header>
      <main id="content" tabIndex={-1}>
        <div class={`${wrap} content`}>{props.children}</div>
      </main>
      <footer class="site-footer">
        <div class={wrap}>
          <p>{t("frame.foot")}</p>
        </div>
      </footer>
    </>
  );
}

// The router would take "#content" for a page; the browser's own jump is done by hand.
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Navigation(props: { items: NavItem[]; wrap: string }) {
  const { path } = useLocation();
  const isCurrent = (item: NavItem) =>
    item.path === "/" ? path === "/" : path === item.path || path.startsWith(`${item.path}/`);
  return (
    <nav aria-label={t("frame.navigation")} class={props.wrap}>
      <ul class="nav">
        {props.items.map((item) => (
          <li key={item.path}>
            <a href={item.path} aria-current={isCurrent(item) ? "page" : undefined}>
              {t(item.text)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Languages() {
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
              <LanguageLink tag={tag} />
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

function LanguageLink(props: { tag: string }) {
  return (
    <button
      type="button"
      class="button button-link"
      id={`language-${props.tag}`}
      lang={props.tag}
      onClick={() => chooseLanguage(props.tag)}
    >
      {nativeName(props.tag)}
    </button>
  );
}
