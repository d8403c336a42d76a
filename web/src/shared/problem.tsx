/** What went wrong, what it means and what to do now. */
import type { Problem } from "./api";
import { known, t } from "./i18n";
import { signInAddress } from "./session";

/** Return the sentence for a problem. */
export function problemText(problem: Problem): string {
  const values = { ...plainMembers(problem.members), code: problem.code };
  return known(`problem.${problem.code}`, "problem.unknown", values);
}

/** The members of a problem that a sentence can name. */
function plainMembers(members: Record<string, unknown>): Record<string, string | number> {
  const plain = Object.entries(members).filter(
    (entry): entry is [string, string | number] => ["string", "number"].includes(typeof entry[1]),
  );
  return Object.fromEntries(plain);
}

/** The login that would solve a problem: which sentence says why (`step-up.<text>`), and what to ask for. */
export interface WayUp {
  text: string;
  level: string | null;
  maxAge: number | null;
}

// What only a certain way in may do: the person chooses it in a login made now.
const OTHER_LOGINS: Record<string, WayUp> = {
  "certificate-required": { text: "certificate", level: "substantial", maxAge: 0 },
  "person-frozen": { text: "frozen", level: "substantial", maxAge: 0 },
  "renewal-needs-dnie": { text: "dnie", level: "high", maxAge: 0 },
  "login-not-accepted": { text: "no-password", level: null, maxAge: 0 },
};

/** Return the login that would solve a problem, or null when none would. */
export function wayUp(problem: Problem): WayUp | null {
  const { level, maxAge } = problem;
  if (level === null) return OTHER_LOGINS[problem.code] ?? null;
  return { text: maxAge === null ? level : "recent", level, maxAge };
}

/** A problem in the place of the content: with a step-up link where one helps, else a retry. */
export function ProblemNotice(props: { problem: Problem; retry?: () => void }) {
  const { problem, retry } = props;
  const way = wayUp(problem);
  if (way) return <StepUpNotice way={way} />;
  return (
    <div class="notice notice-danger" role="alert" id="problem" data-code={problem.code}>
      <p>{problemText(problem)}</p>
      {retry && (
        <div class="actions">
          <button type="button" class="button button-secondary" id="retry" onClick={retry}>
            {t("common.retry")}
          </button>
        </div>
      )}
    </div>
  );
}

/** Say that another login is needed, and the way there that comes back to this page. */
export function StepUpNotice(props: { way: WayUp }) {
  const { text, level, maxAge } = props.way;
  const here = location.pathname + location.search;
  return (
    <div class="notice notice-warning" role="alert" id="problem" data-code="step-up">
      <p>{known(`step-up.${text}`, "step-up.substantial")}</p>
      <div class="actions">
        <a class="button" id="step-up" href={signInAddress(here, level, maxAge)}>
          {t("step-up.link")}
        </a>
      </div>
    </div>
  );
}

/** The way to a level, as a page knows it before it asks. */
export const toLevel = (level: string): WayUp => ({ text: level, level, maxAge: null });
