/** One page: its title in the tab, its heading focused when the reader came from another page. */
import type { ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { language, t } from "./i18n";
import { session } from "./session";

let isFirstPage = true;
/** Set by a form with errors: the title then says so first, as a screen reader reads it first. */
export const invalid = signal(false);

/** Draw a page. */
export function Page(props: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const brand = session.value?.brand ?? "";
  useEffect(() => {
    const prefix = invalid.value ? `${t("common.error-prefix")} ` : "";
    document.title = `${prefix}${props.title}${brand && ` – ${brand}`}`;
  }, [props.title, invalid.value, brand, language.value]);
  useEffect(() => {
    // A form that opens with errors has taken the focus for its summary.
    invalid.value = document.getElementById("error-summary") !== null;
    if (!isFirstPage && !invalid.value) heading.current?.focus();
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
