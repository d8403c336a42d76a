/** How video cases end: a call decided, looked at again, an automatic one reviewed. */
import { useState } from "preact/hooks";
import { DateField, SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { moment } from "../shared/format";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import type { Load } from "../shared/load";
import { DOCUMENT_FIELD_OF, DocumentFields, shownDocument } from "./document-fields";
import { DOCUMENTS } from "./people";
import { decideCall, getRecordings, lookAgain, review } from "./video-api";
import type { Recording, Recordings, VideoCase } from "./video-api";

interface Props {
  found: VideoCase;
  end: (ended: VideoCase) => void;
}

const SEEN = ["consent_to_record", "live_person", "face_matches", "document_genuine", "data_read_out"];
const FIELD_OF = {
  ...DOCUMENT_FIELD_OF,
  "reason-required": "reason",
  "checklist-incomplete": "consent_to_record",
  "recording-not-announced": "recording",
  "wrong-format": "person.national_id",
  "wrong-check-letter": "person.national_id",
  "already-registered": "person.national_id",
  "invalid-name": "person.given_name",
  "invalid-birth-date": "person.birth_date",
};

// Before the provider has announced any, the registry says so.
const UNKNOWN = { provider: "", recording_id: "" };

/** Decide on a call: the checklist, where the recording lies, and to accept, who it is. */
export function CallDecision(props: Props) {
  const [accepts, setAccepts] = useState(true);
  const id = props.found.case_id;
  const load = useLoad(() => getRecordings(id), id);
  const submit = async (form: FormData) => {
    const values = valuesOf(form);
    props.end(
      await decideCall(id, {
        accept: accepts,
        reason: values.reason ?? "",
        checklist: checklistOf(form),
        recording: load.data?.recordings[Number(values.recording)] ?? UNKNOWN,
        person: accepts ? { ...(values.person as object), document: shownDocument(values) } : null,
      }),
    );
  };
  return (
    <Form id="call" label={t("console.approval.submit")} submit={submit} fieldOf={FIELD_OF}>
      <Choice name="accept" choose={setAccepts} />
      <Checklist />
      <RecordingField load={load} />
      {accepts && <ReadPerson />}
      <Why />
    </Form>
  );
}

/** Look again at an accepted call, as another agent. */
export function SecondLook(props: Props) {
  const submit = async (form: FormData) =>
    props.end(
      await lookAgain(props.found.case_id, {
        accept: form.get("accept") === "yes",
        reason: String(form.get("reason")),
      }),
    );
  return (
    <Form id="second-look" label={t("console.approval.submit")} submit={submit} fieldOf={FIELD_OF}>
      <Choice name="accept" />
      <Why />
    </Form>
  );
}

/** Judge the evidence of an automatic case. */
export function Review(props: Props) {
  const submit = async (form: FormData) =>
    props.end(
      await review(props.found.case_id, {
        approve: form.get("approve") === "yes",
        reason: String(form.get("reason")),
        checklist: checklistOf(form),
      }),
    );
  return (
    <Form id="review" label={t("console.approval.submit")} submit={submit} fieldOf={FIELD_OF}>
      <Choice name="approve" />
      <Checklist />
      <Why />
    </Form>
  );
}

function Choice(props: { name: string; choose?: (accepts: boolean) => void }) {
  return (
    <SelectField
      name={props.name}
      label={t("console.approval.decision")}
      undecided={!props.choose}
      options={[
        ["yes", t("console.video.accept")],
        ["no", t("console.video.refuse")],
      ]}
      onChange={(value) => props.choose?.(value === "yes")}
    />
  );
}

const Why = () => (
  <TextField
    name="reason"
    label={t("console.approval.decision-reason")}
    hint={t("console.video.reason-hint")}
  />
);

const checklistOf = (form: FormData) =>
  Object.fromEntries(SEEN.map((name) => [name, form.has(`seen.${name}`)]));

/** What was seen. To refuse, not all of it has to have been. */
function Checklist() {
  return (
    <fieldset>
      <legend>{t("console.video.checklist")}</legend>
      {SEEN.map((name) => (
        <div class="check" key={name}>
          <input type="checkbox" id={name} name={`seen.${name}`} value="true" />
          <label for={name}>{t(`console.seen.${name}`)}</label>
        </div>
      ))}
    </fieldset>
  );
}

/** Choose among what the provider announced: nobody types where the evidence lies. */
function RecordingField(props: { load: Load<Recordings> }) {
  return (
    <fieldset>
      <legend>{t("console.video.recording")}</legend>
      <Loaded load={props.load}>
        {({ recordings }) =>
          recordings.length ? (
            <SelectField
              name="recording"
              label={t("console.recording.id")}
              options={recordings.map((one, index) => [String(index), written(one)])}
            />
          ) : (
            <p id="no-recording">{t("console.recording.none")}</p>
          )
        }
      </Loaded>
      <button
        type="button"
        class="button button-secondary"
        id="search-recordings"
        onClick={() => props.load.reload()}
      >
        {t("console.recording.search")}
      </button>
    </fieldset>
  );
}

const written = (one: Recording): string =>
  t("console.recording.one", {
    id: one.recording_id,
    from: moment(one.started_at),
    to: moment(one.ended_at),
  });

function ReadPerson() {
  const [kind, setKind] = useState("dni");
  return (
    <fieldset>
      <legend>{t("console.video.person")}</legend>
      <TextField
        name="person.national_id"
        label={t("console.field.national_id")}
        style="input-medium input-upper"
      />
      <TextField name="person.given_name" label={t("console.field.given_name")} />
      <TextField name="person.first_surname" label={t("console.field.first_surname")} />
      <TextField name="person.second_surname" label={t("console.field.second_surname")} optional />
      <DateField name="person.birth_date" label={t("console.field.birth_date")} />
      <DocumentFields kinds={DOCUMENTS} kind={kind} choose={setKind} />
    </fieldset>
  );
}
