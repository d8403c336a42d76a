/** The desk: who is working here, what they can do, and what an interruption left. */
import { Choice } from "../shared/choice";
import { moment } from "../shared/format";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getEnrolments } from "./api";
import type { Enrolment } from "./api";
import { getChanges } from "./acts-api";
import type { OpenChange } from "./acts-api";
import { DESK, TASKS, has, officer } from "./officer";

export function Desk() {
  const { name, office, role } = officer.value!;
  return (
    <Page title={t("console.desk.title")}>
      <p class="lead" id="officer" data-role={role}>
        {t("console.desk.officer", { name, office: office.name, role: t(`console.role.${role}`) })}
      </p>
      <ul class="choices">
        {TASKS.filter((task) => has(task.roles)).map(({ id, path }) => (
          <Choice
            key={id}
            id={id === "look-up" ? "look-up-link" : id}
            path={path}
            name={t(`console.task.${id}`)}
            text={t(`console.task.${id}-text`)}
          />
        ))}
      </ul>
      {has(DESK) && <Unfinished />}
    </Page>
  );
}

function Unfinished() {
  const drafts = useLoad(getEnrolments);
  const changes = useLoad(getChanges);
  return (
    <>
      <h2>{t("console.desk.drafts")}</h2>
      <Loaded load={drafts}>{({ enrolments }) => <Drafts enrolments={enrolments} />}</Loaded>
      <h2>{t("console.desk.changes")}</h2>
      <Loaded load={changes}>{(open) => <Changes changes={open.changes} />}</Loaded>
    </>
  );
}

function Drafts(props: { enrolments: Enrolment[] }) {
  if (props.enrolments.length === 0) return <p>{t("console.desk.no-drafts")}</p>;
  return (
    <ul id="drafts">
      {props.enrolments.map((enrolment) => (
        <li key={enrolment.enrolment_id}>
          <a href={`/enrolments/${enrolment.enrolment_id}`}>{personOf(enrolment)}</a>,{" "}
          {t(`console.state.${enrolment.state}`)}, {moment(enrolment.created_at)}
        </li>
      ))}
    </ul>
  );
}

function Changes(props: { changes: OpenChange[] }) {
  if (props.changes.length === 0) return <p>{t("console.desk.no-drafts")}</p>;
  return (
    <ul id="changes">
      {props.changes.map((change) => (
        <li key={change.change_id}>
          <a href={`/changes/${change.kind}/${change.change_id}`}>
            {t(`console.change.${change.kind}`, { hint: change.hint })}
          </a>
          , {t(`console.change-state.${change.state}`)}, {moment(change.created_at)}
        </li>
      ))}
    </ul>
  );
}

/** Name the person of a draft, as far as the registry still shows it. */
export function personOf(enrolment: Enrolment): string {
  const { draft } = enrolment;
  if (!draft) return t("console.person-entered");
  return [draft.given_name, draft.first_surname, draft.second_surname].filter(Boolean).join(" ");
}
