/** Start of an application: texts and session first, then the pages. */
import type { ComponentType } from "preact";
import { render } from "preact";
import { startLanguage } from "./i18n";
import { loadSession } from "./session";

/** Load what every page needs and draw the application. */
export async function start(Application: ComponentType): Promise<void> {
  await Promise.all([startLanguage(), loadSession()]);
  const root = document.getElementById("app");
  if (root) render(<Application />, root);
}
