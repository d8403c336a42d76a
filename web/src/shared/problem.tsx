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

/** A problem in the place of the content: with a step-up link where one helps, else a retry. */
export function ProblemNotice(props: { problem: Problem; retry?: () => void }) {
  const { problem, retry } = props;
  if (problem.level) return <StepUpNotice level={problem.level} />;
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

/** Say that a higher level is needed, and the way there that comes back to this page. */
export function StepUpNotice(props: { level: string }) {
  const here = location.pathname + location.search;
  return (
    <div class="notice notice-warning" role="alert" id="problem" data-code="step-up">
      <p>{known(`step-up.${props.level}`, "step-up.substantial")}</p>
      <div class="actions">
        <a class="button" id="step-up" href={signInAddress(here, props.level)}>
          {t("step-up.link")}
        </a>
      </div>
    </div>
  );
}
