/** Video identification: the queues, and one case from the claim to its decision. */
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { SelectField, TextField } from "../shared/fields";
import { Form } from "../shared/form";
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { Facts } from "./facts";
import { abandon, claim, getCase, getCases, release } from "./video-api";
import type { VideoCase } from "./video-api";
import { CallDecision, Review, SecondLook } from "./video-decisions";

const QUEUES = ["queued", "claimed", "second_look", "auto_passed", "in_review"];

export function VideoQueues() {
  const [state, setState] = useState("queued");
  const load = useLoad(() => getCases(state), state);
  return (
    <Page title={t("console.task.video")}>
      <SelectField
        name="state"
        label={t("console.video.queue")}
        options={QUEUES.map((one) => [one, t(`console.video-state.${one}`)])}
        value={state}
        onChange={setState}
      />
      <Loaded load={load}>{({ cases }) => <Cases cases={cases} />}</Loaded>
      <div class="actions">
        <button type="button" class="button button-secondary" id="refresh" onClick={load.reload}>
          {t("console.video.refresh")}
        </button>
      </div>
    </Page>
  );
}

function Cases(props: { cases: VideoCase[] }) {
  if (props.cases.length === 0) return <p id="no-cases">{t("console.video.none")}</p>;
  return (
    <ol id="cases">
      {props.cases.map((one) => (
        <li key={one.case_id}>
          <a href={`/video/${one.state}/${one.case_id}`}>
            {t("console.video.row", { reference: one.case_id.slice(0, 8), at: moment(one.opened_at) })}
          </a>
        </li>
      ))}
    </ol>
  );
}

/** One case, while it is in the queue that its address names; whom it is about is a look-up. */
export function VideoCasePage() {
  const { state = "", id = "" } = useRoute().params;
  const load = useLoad(() => getCase(id), state + id);
  return (
    <Page title={t("console.video.case", { reference: id.slice(0, 8) })}>
      <Loaded load={load}>
        {(one) => <Case id={id} found={one.state === state ? one : undefined} />}
      </Loaded>
      <p>
        <a href="/video">{t("console.video.back")}</a>
      </p>
    </Page>
  );
}

function Case(props: { id: string; found: VideoCase | undefined }) {
  const { found } = props;
  const [ended, setEnded] = useState<VideoCase | null>(null);
  if (ended) {
    return (
      <div class="notice notice-success" id="case-ended" data-state={ended.state} role="status">
        <p>{known(`console.video-ended.${ended.state}`, "console.video-ended.other")}</p>
      </div>
    );
  }
  if (!found) return <p id="case-gone">{t("console.video.gone")}</p>;
  return (
    <>
      <Facts id="case" facts={factsOf(found)} state={found.state} />
      <Work found={found} end={setEnded} />
    </>
  );
}

function Work(props: { found: VideoCase; end: (ended: VideoCase) => void }) {
  const { found, end } = props;
  switch (found.state) {
    case "queued":
    case "auto_passed":
      return <Claim found={found} />;
    case "claimed":
      return (
        <>
          <CallDecision found={found} end={end} />
          <GiveBack found={found} />
          <Gone found={found} end={end} />
        </>
      );
    case "second_look":
      return <SecondLook found={found} end={end} />;
    default:
      return (
        <>
          <Review found={found} end={end} />
          <GiveBack found={found} />
        </>
      );
  }
}

function Claim(props: { found: VideoCase }) {
  const { route } = useLocation();
  const { case_id: id, state } = props.found;
  const submit = async () => {
    const claimed = await claim(id, state === "auto_passed");
    route(`/video/${claimed.state}/${id}`);
  };
  return <Form id="claim" label={t("console.video.claim")} submit={submit} />;
}

function GiveBack(props: { found: VideoCase }) {
  const { route } = useLocation();
  const submit = async () => {
    await release(props.found.case_id);
    route("/video");
  };
  return <Form id="release" label={t("console.video.release")} submit={submit} />;
}

function Gone(props: { found: VideoCase; end: (ended: VideoCase) => void }) {
  const submit = async (values: FormData) => {
    await abandon(props.found.case_id, String(values.get("gone_reason")));
    props.end({ ...props.found, state: "abandoned" });
  };
  return (
    <details>
      <summary>{t("console.video.person-gone")}</summary>
      <Form id="abandon" label={t("console.video.abandon")} submit={submit} danger>
        <TextField name="gone_reason" label={t("console.field.reason")} />
      </Form>
    </details>
  );
}

function factsOf(found: VideoCase): [string, string][] {
  const rows: [string, string][] = [
    [t("console.video.mode"), known(`console.video-mode.${found.mode}`, "data.none")],
    [t("console.approval.state"), known(`console.video-state.${found.state}`, "data.none")],
    [t("console.video.opened"), moment(found.opened_at)],
    [t("data.language"), found.language],
  ];
  if (found.reason) rows.push([t("console.field.reason"), found.reason]);
  for (const [name, label] of Object.entries(APPLICANT)) {
    const value = found.applicant?.[name];
    if (typeof value === "string") rows.push([t(label), value]);
  }
  if (found.evidence) rows.push([t("console.video.evidence"), written(found.evidence)]);
  return rows;
}

const APPLICANT = {
  national_id: "console.field.national_id",
  given_name: "console.field.given_name",
  first_surname: "console.field.first_surname",
  second_surname: "console.field.second_surname",
  birth_date: "console.field.birth_date",
};

/** Evidence as it was recorded: names of the provider are not translated. */
function written(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name}: ${written(member)}`)
    .join("; ");
}
