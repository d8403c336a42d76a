/** The desk: who is working here, the next person, and drafts that an interruption left. */
import { moment } from "../shared/format";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getEnrolments, getOfficer } from "./api";
import type { Enrolment } from "./api";

export function Desk() {
  const officer = useLoad(getOfficer);
  const drafts = useLoad(getEnrolments);
  return (
    <Page title={t("console.desk.title")}>
      <Loaded load={officer}>
        {({ name, office }) => (
          <>
            <p class="lead" id="officer">
              {t("console.desk.officer", { name, office: office.name })}
            </p>
            <ul class="choices">
              <Action id="enrol" path="/enrolments/new" name="console.nav.enrol" text="console.desk.enrol" />
              <Action id="look-up-link" path="/look-up" name="console.nav.look-up" text="console.desk.look-up" />
            </ul>
            <h2>{t("console.desk.drafts")}</h2>
            <Loaded load={drafts}>{({ enrolments }) => <Drafts enrolments={enrolments} />}</Loaded>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Action(props: { id: string; path: string; name: string; text: string }) {
  return (
    <li>
      <a class="choice" id={props.id} href={props.path}>
        <span class="choice-name">{t(props.name)}</span>
        <span class="choice-text">{t(props.text)}</span>
      </a>
    </li>
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

/** Name the person of a draft, as far as the registry still shows it. */
export function personOf(enrolment: Enrolment): string {
  const { draft } = enrolment;
  if (!draft) return t("console.person-entered");
  return [draft.given_name, draft.first_surname, draft.second_surname].filter(Boolean).join(" ");
}
