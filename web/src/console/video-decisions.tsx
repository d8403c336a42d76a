/** How video cases end: a call decided, looked at again, an automatic one reviewed. */
import { useState } from "preact/hooks";
import { DateField, SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { t } from "../shared/i18n";
import { DOCUMENT_FIELD_OF, DocumentFields, shownDocument } from "./document-fields";
import { DOCUMENTS } from "./people";
import { decideCall, lookAgain, review } from "./video-api";
import type { VideoCase } from "./video-api";

interface Props {
  found: VideoCase;
  end: (ended: VideoCase) => void;
}

const SEEN = ["consent_to_record", "live_person", "face_matches", "document_genuine", "data_read_out"];
const FIELD_OF = {
  ...DOCUMENT_FIELD_OF,
  "reason-required": "reason",
  "checklist-incomplete": "consent_to_record",
  "recording-invalid": "recording.sha256",
  "wrong-format": "person.national_id",
  "wrong-check-letter": "person.national_id",
  "already-registered": "person.national_id",
  "invalid-name": "person.given_name",
  "invalid-birth-date": "person.birth_date",
};

/** Decide on a call: the checklist, where the recording lies, and to accept, who it is. */
export function CallDecision(props: Props) {
  const [accepts, setAccepts] = useState(true);
  const submit = async (form: FormData) => {
    const values = valuesOf(form);
    props.end(
      await decideCall(props.found.case_id, {
        accept: accepts,
        reason: values.reason ?? "",
        checklist: checklistOf(form),
        recording: withTimes(values.recording as Record<string, string>),
        person: accepts ? { ...(values.person as object), document: shownDocument(values) } : null,
      }),
    );
  };
  return (
    <Form id="call" label={t("console.approval.submit")} submit={submit} fieldOf={FIELD_OF}>
      <Choice name="accept" choose={setAccepts} />
      <Checklist />
      <Recording />
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

function Recording() {
  return (
    <fieldset>
      <legend>{t("console.video.recording")}</legend>
      <TextField name="recording.provider" label={t("console.recording.provider")} />
      <TextField name="recording.recording_id" label={t("console.recording.id")} />
      <TextField
        name="recording.sha256"
        label={t("console.recording.sha256")}
        hint={t("console.recording.sha256-hint")}
      />
      <TextField
        name="recording.started_at"
        label={t("console.recording.started")}
        hint={t("console.recording.time-hint")}
      />
      <TextField
        name="recording.ended_at"
        label={t("console.recording.ended")}
        hint={t("console.recording.time-hint")}
      />
    </fieldset>
  );
}

/** Write "22/11/2026 10:42" of this desk's clock as a moment; leave what is no such time to the registry. */
function withTimes(recording: Record<string, string>): Record<string, string> {
  const moment = (typed = "") => {
    const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(typed.trim());
    if (!parts) return typed;
    const [day, month, year, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
    return new Date(year!, month! - 1, day, hour, minute, second).toISOString();
  };
  const { started_at: started, ended_at: ended } = recording;
  return { ...recording, started_at: moment(started), ended_at: moment(ended) };
}

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
