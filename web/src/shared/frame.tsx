/** What surrounds every page: skip link, brand, navigation, languages, foot. */
import type { ComponentChildren } from "preact";
import { useErrorBoundary, useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "./i18n";
import { Languages } from "./languages";
import { session, signOut } from "./session";

export interface NavItem {
  path: string;
  text: string;
}

/** Draw the frame; the navigation is there only for who is signed in. */
export function SiteFrame(props: { items: NavItem[]; wide?: boolean; children: ComponentChildren }) {
  const wrap = props.wide ? "wrap wrap-wide" : "wrap";
  const [isOpen, setIsOpen] = useState(false);
  const signedIn = session.value?.authenticated === true;
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
          {signedIn && (
            <button
              type="button"
              class="button button-secondary menu-button"
              id="menu"
              aria-expanded={isOpen}
              aria-controls="navigation"
              onClick={() => setIsOpen(!isOpen)}
            >
              {t("frame.menu")}
            </button>
          )}
          <div class="header-tools">
            <Languages />
            {signedIn && (
              <button type="button" class="button button-link" id="sign-out" onClick={signOut}>
                {t("frame.sign-out")}
              </button>
            )}
          </div>
        </div>
        {signedIn && (
          <Navigation
            items={props.items}
            style={isOpen ? wrap : `${wrap} menu-closed`}
            close={() => setIsOpen(false)}
          />
        )}
      </header>
      <main id="content" tabIndex={-1}>
        <div class={`${wrap} content`}>
          <Boundary>{props.children}</Boundary>
        </div>
      </main>
      <footer class="site-footer">
        <div class={wrap}>
          <p>{t("frame.foot")}</p>
        </div>
      </footer>
    </>
  );
}

/** A fault of ours in one page leaves the frame standing, and a way on. */
function Boundary(props: { children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((fault) => console.error(fault));
  const { path } = useLocation();
  useEffect(reset, [path]);
  if (error === undefined) return <>{props.children}</>;
  return (
    <div class="notice notice-danger" role="alert" id="problem" data-code="page-failed">
      <p>{t("problem.page-failed")}</p>
    </div>
  );
}

// The router would take "#content" for a page; the browser's own jump is done by hand.
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Navigation(props: { items: NavItem[]; style: string; close: () => void }) {
  const { path } = useLocation();
  useEffect(props.close, [path]);
  const isCurrent = (item: NavItem) =>
    item.path === "/" ? path === "/" : path === item.path || path.startsWith(`${item.path}/`);
  return (
    <nav id="navigation" aria-label={t("frame.navigation")} class={props.style}>
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
