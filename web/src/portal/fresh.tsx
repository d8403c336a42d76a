/** Tasks that need a login of just now: it is asked for before anything is typed. */
import type { ComponentChildren } from "preact";
import { StepUpNotice } from "../shared/problem";
import { session } from "../shared/session";

/** What the services accept; a minute less is asked here, for the time that typing takes. */
const MAX_AGE_SECONDS = 300;
const TYPING_SECONDS = 60;
const SECOND_MS = 1000;

/** Show a task to who proved to be themselves just now at the substantial level. */
export function Fresh(props: { children: ComponentChildren }) {
  const { level, auth_time: at } = session.value ?? {};
  const age = at ? (Date.now() - Date.parse(at)) / SECOND_MS : Infinity;
  if (level !== "substantial" && level !== "high") return <AskLogin text="substantial" />;
  if (age > MAX_AGE_SECONDS - TYPING_SECONDS) return <AskLogin text="recent" />;
  return <>{props.children}</>;
}

const AskLogin = (props: { text: string }) => (
  <StepUpNotice
    way={{ text: props.text, level: "substantial", maxAge: MAX_AGE_SECONDS - TYPING_SECONDS }}
  />
);
