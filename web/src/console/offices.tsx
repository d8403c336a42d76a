/** Offices and their hours, as citizens find them. For supervisors. */
import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getOffices, writeOffice } from "./admin-api";
import { NewOffice, OfficeTurn } from "./office-openings";
import type { Office } from "./admin-api";

const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"];
const SERVICES = [
  "enrolment",
  "phone_change",
  "activation_code",
  "renewal",
  "renunciation",
  "rehabilitation",
  "certificate_revocation",
  "unfreezing",
  "accessible",
  "sign_language",
];
const FIELD_OF = { "hours-invalid": "hours.1" };

export function Offices() {
  const load = useLoad(getOffices);
  return (
    <Page title={t("console.task.offices")}>
      <Loaded load={load}>
        {({ offices }) => (
          <ul id="offices">
            {offices.map((office) => (
              <li key={office.id}>
                <a href={`/offices/${office.id}`}>{office.name}</a>
                {[office.municipality, office.province].filter(Boolean).map((part) => `, ${part}`)}
                {office.closed_at
                  ? ` (${t("console.office.closed")})`
                  : office.listed
                    ? ""
                    : ` (${t("console.office.hidden")})`}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <h2>{t("console.office.open")}</h2>
      <NewOffice />
    </Page>
  );
}

export function OfficePage() {
  const { id = "" } = useRoute().params;
  const load = useLoad(getOffices, id);
  return (
    <Page title={t("console.office.title")}>
      <Loaded load={load}>
        {({ offices }) => {
          const office = offices.find((one) => one.id === id);
          if (!office) return <p>{t("not-found.text")}</p>;
          return (
            <>
              <Entry office={office} />
              <OfficeTurn office={office} reload={load.reload} />
            </>
          );
        }}
      </Loaded>
      <p>
        <a href="/offices">{t("console.task.offices")}</a>
      </p>
    </Page>
  );
}

function Entry(props: { office: Office }) {
  const { office } = props;
  const [saved, setSaved] = useState(false);
  const submit = async (form: FormData) => {
    setSaved(false);
    await writeOffice(office.id, entryOf(form));
    setSaved(true);
  };
  return (
    <>
      <p role="status" id="saved">
        {saved && t("console.office.saved")}
      </p>
      <Form
        id="office"
        label={t("console.office.save")}
        submit={submit}
        fieldOf={FIELD_OF}
        onErrors={() => setSaved(false)}
      >
        <Place office={office} />
        <fieldset>
          <legend>{t("console.office.hours")}</legend>
          <p class="hint">{t("console.office.hours-hint")}</p>
          {WEEKDAYS.map((weekday) => (
            <TextField
              key={weekday}
              name={`hours.${weekday}`}
              label={t(`console.weekday.${weekday}`)}
              value={writtenHours(office.hours[weekday] ?? [])}
              style="input-medium"
              optional
            />
          ))}
          <TextField
            name="closures"
            label={t("console.office.closures")}
            hint={t("console.office.closures-hint")}
            value={office.closures.join(", ")}
            optional
          />
        </fieldset>
        <Offer office={office} />
      </Form>
    </>
  );
}

function Place(props: { office: Office }) {
  const { office } = props;
  const line = (name: keyof Office, optional = true) => (
    <TextField
      name={name}
      label={t(`console.office.${name}`)}
      value={String(office[name] ?? "")}
      optional={optional}
    />
  );
  return (
    <>
      {line("name", false)}
      {line("street")}
      {line("postcode")}
      {line("municipality")}
      {line("province")}
      {line("phone")}
    </>
  );
}

function Offer(props: { office: Office }) {
  const { office } = props;
  return (
    <>
      <TextField
        name="languages"
        label={t("console.office.languages")}
        hint={t("console.office.list-hint")}
        value={office.languages.join(", ")}
      />
      <fieldset>
        <legend>{t("console.office.services")}</legend>
        {SERVICES.map((service) => (
          <div class="check" key={service}>
            <input
              type="checkbox"
              id={service}
              name="service"
              value={service}
              defaultChecked={office.services.includes(service)}
            />
            <label for={service}>{t(`console.service.${service}`)}</label>
          </div>
        ))}
      </fieldset>
      <SelectField
        name="listed"
        label={t("console.office.listed")}
        options={[
          ["true", t("console.office.is-listed")],
          ["false", t("console.office.is-hidden")],
        ]}
        value={String(office.listed)}
      />
    </>
  );
}

/** Read the form as the directory keeps it: what is empty is not there. */
function entryOf(form: FormData): object {
  const values = valuesOf(form) as Record<string, string> & { hours?: Record<string, string> };
  const hours = Object.entries(values.hours ?? {}).map(([weekday, typed]) => [
    weekday,
    listOf(typed).map((period) => period.split("-").map((time) => time.trim())),
  ]);
  return {
    ...values,
    hours: Object.fromEntries(hours),
    closures: listOf(values.closures),
    languages: listOf(values.languages),
    services: form.getAll("service"),
    listed: values.listed === "true",
  };
}

const listOf = (typed = ""): string[] =>
  typed
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

const writtenHours = (periods: string[][]): string =>
  periods.map((period) => period.join("-")).join(", ");
