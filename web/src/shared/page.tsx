/** One page: its title in the tab, its heading focused when the reader came from another page. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { language, t } from "./i18n";
import { session } from "./session";

let isFirstPage = true;

/** Draw a page. `invalid` marks the title, so that a screen reader says first that it failed. */
export function Page(props: {
  title: string;
  invalid?: boolean | undefined;
  children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const brand = session.value?.brand ?? "";
  useEffect(() => {
    const prefix = props.invalid ? `${t("common.error-prefix")} ` : "";
    document.title = `${prefix}${props.title} – ${brand}`;
  }, [props.title, props.invalid, brand, language.value]);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus();
    isFirstPage = false;
  }, [props.title]);
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        {props.title}
      </h1>
      {props.children}
    </>
  );
}
