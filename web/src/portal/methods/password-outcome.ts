/** What a judged password or code means for the form it came from. */
import { Problem } from "../../shared/api";
import type { CodeRequest, Outcome } from "./api";
import { askCode } from "./api";

/** The field that each refusal is about. */
export const FIELDS: Record<string, string> = {
  "password-wrong_password": "password",
  "password-code-wrong": "otp",
  "password-code-expired": "otp",
  "password-code-used": "otp",
  "password-code-locked": "otp",
  ...Object.fromEntries(
    [
      "too_short", "too_long", "missing_lower", "missing_upper", "missing_digit", "missing_symbol",
      "contains_personal", "same_as_previous", "breached", "unsupported_character",
    ].map((reason) => [`password-${reason}`, "new_password"]),
  ),
}; // prettier-ignore

const CODE_OUTCOMES = ["wrong", "used", "locked", "expired"];

/** Throw the problem of an outcome that is none of the good ones. */
export function insist(outcome: Outcome, good: string[]): void {
  if (good.includes(outcome.outcome)) return;
  const reason = outcome.reasons?.[0];
  if (reason) throw new Problem(422, `password-${reason}`);
  const family = CODE_OUTCOMES.includes(outcome.outcome) ? "password-code" : "password";
  const left = outcome.attempts_left ?? 0;
  throw new Problem(409, `${family}-${outcome.outcome}`, [], { left });
}

/** Say whether a refusal is about the code alone, so that the passwords need not be typed again. */
export const isAboutCode = (problem: Problem): boolean => problem.code.startsWith("password-code-");

/** Have a code sent. Throws Problem when none goes out. */
export async function sendCode(action: Parameters<typeof askCode>[0]): Promise<CodeRequest> {
  const answer = await askCode(action);
  if (answer.outcome === "sent") return answer;
  throw new Problem(409, `challenge-${answer.reason ?? answer.outcome}`);
}
