/** Who works at the offices: appointments, other roles, suspensions. For supervisors. */
import { useRoute } from "preact-iso";
import { SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { appoint, getColleagues, getOffices, moveColleague, suspend } from "./admin-api";
import type { Colleague, Office } from "./admin-api";

/** Supervisors and auditors are appointed by the operator alone. */
const APPOINTED = ["officer", "video_agent"];
const FIELD_OF = {
  "wrong-format": "national_id",
  "wrong-check-letter": "national_id",
  "already-officer": "national_id",
  "own-record": "national_id",
  "person-not-active": "national_id",
  "invalid-name": "name",
  "reason-required": "reason",
  "reason-invalid": "reason",
  "office-closed": "office_id",
};

export function Officers() {
  const load = useLoad(getColleagues);
  return (
    <Page title={t("console.task.officers")}>
      <Loaded load={load}>{({ officers }) => <List officers={officers} />}</Loaded>
      <h2>{t("console.officer.appoint")}</h2>
      <WithOffices>{(offices) => <Appointment offices={offices} reload={load.reload} />}</WithOffices>
    </Page>
  );
}

function WithOffices(props: { children: (offices: Office[]) => preact.ComponentChildren }) {
  const load = useLoad(getOffices);
  return <Loaded load={load}>{({ offices }) => props.children(offices)}</Loaded>;
}

function List(props: { officers: Colleague[] }) {
  return (
    <ul id="officers">
      {props.officers.map((one) => (
        <li key={one.subject_id} data-active={one.active}>
          <a href={`/officers/${one.subject_id}`}>{one.name}</a>, {t(`console.role.${one.role}`)},{" "}
          {one.office}
          {one.active ? "" : ` (${t("console.officer.suspended")})`}
        </li>
      ))}
    </ul>
  );
}

function Appointment(props: { offices: Office[]; reload: () => Promise<void> }) {
  const submit = async (form: FormData) => {
    await appoint(valuesOf(form));
    await props.reload();
  };
  return (
    <Form id="appoint" label={t("console.officer.appoint")} submit={submit} fieldOf={FIELD_OF}>
      <TextField
        name="national_id"
        label={t("console.field.national_id")}
        hint={t("console.field.national_id-hint")}
        style="input-medium input-upper"
      />
      <TextField name="name" label={t("console.officer.name")} hint={t("console.officer.name-hint")} optional />
      <RoleField />
      <OfficeField offices={props.offices} />
    </Form>
  );
}

const RoleField = (props: { value?: string }) => (
  <SelectField
    name="role"
    label={t("console.officer.role")}
    options={APPOINTED.map((role) => [role, t(`console.role.${role}`)])}
    value={props.value ?? "officer"}
  />
);

const OfficeField = (props: { offices: Office[]; value?: string }) => (
  <SelectField
    name="office_id"
    label={t("console.officer.office")}
    options={props.offices
      .filter((office) => !office.closed_at)
      .map((office) => [office.id, office.name])}
    value={props.value ?? ""}
  />
);

export function OfficerPage() {
  const { id = "" } = useRoute().params;
  const load = useLoad(getColleagues, id);
  return (
    <Page title={t("console.officer.title")}>
      <Loaded load={load}>
        {({ officers }) => {
          const found = officers.find((one) => one.subject_id === id);
          if (!found) return <p>{t("not-found.text")}</p>;
          return <One colleague={found} reload={load.reload} />;
        }}
      </Loaded>
      <p>
        <a href="/officers">{t("console.task.officers")}</a>
      </p>
    </Page>
  );
}

function One(props: { colleague: Colleague; reload: () => Promise<void> }) {
  const { colleague: one, reload } = props;
  const move = async (form: FormData) => {
    await moveColleague(one.subject_id, valuesOf(form));
    await reload();
  };
  const turn = async (form: FormData) => {
    await suspend(one.subject_id, String(form.get("reason")), !one.active);
    await reload();
  };
  return (
    <>
      <p class="lead" id="colleague" data-active={one.active}>
        {one.name}, {t(`console.role.${one.role}`)}, {one.office}
      </p>
      <WithOffices>
        {(offices) => (
          <Form id="move" label={t("console.officer.move")} submit={move}>
            <RoleField value={one.role} />
            <OfficeField offices={offices} value={one.office_id} />
          </Form>
        )}
      </WithOffices>
      <h2>{t(one.active ? "console.officer.suspend" : "console.officer.reinstate")}</h2>
      <Form
        id="turn"
        label={t(one.active ? "console.officer.suspend" : "console.officer.reinstate")}
        submit={turn}
        danger={one.active}
        fieldOf={FIELD_OF}
      >
        <TextField name="reason" label={t("console.field.reason")} />
      </Form>
    </>
  );
}
