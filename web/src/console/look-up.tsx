/** Looking a person up: with a reason that the person will read, and only what a desk needs. */
import { useState } from "preact/hooks";
import { TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { day } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Page } from "../shared/page";
import { lookUp } from "./api";
import type { Summary } from "./api";
import { ACTS } from "./acts";
import { DESK, RETURNABLE, has } from "./officer";
import { served } from "./served";

export function LookUp() {
  const [summary, setSummary] = useState<Summary | null>(null);
  const submit = async (form: FormData) => {
    const values = valuesOf(form);
    setSummary(await lookUp(values));
    served.value = { national_id: String(values.national_id), reason: String(values.reason) };
  };
  return (
    <Page title={t("console.nav.look-up")}>
      <p>{t("console.look-up.text")}</p>
      <Form
        id="look-up"
        label={t("console.look-up.submit")}
        submit={submit}
        fieldOf={{
          "wrong-format": "national_id",
          "wrong-check-letter": "national_id",
          "reason-required": "reason",
          "reason-invalid": "reason",
        }}
        onErrors={() => setSummary(null)}
      >
        <TextField
          name="national_id"
          label={t("console.field.national_id")}
          style="input-medium input-upper"
        />
        <TextField
          name="reason"
          label={t("console.field.reason")}
          hint={t("console.look-up.reason-hint")}
          value={served.value?.reason}
        />
      </Form>
      <div role="status">{summary && <Found summary={summary} />}</div>
      {summary && <Acts standing={summary.may_return ? RETURNABLE : summary.status} />}
    </Page>
  );
}

function Found(props: { summary: Summary }) {
  const { summary } = props;
  if (!summary.found) {
    return (
      <div class="notice" id="look-up-result" data-found="false">
        <p>{t("console.look-up.not-found", { number: summary.national_id })}</p>
      </div>
    );
  }
  const none = t("data.none");
  const rows: [string, string][] = [
    [t("data.national-id"), summary.national_id],
    [t("console.look-up.initials"), summary.initials ?? none],
    [t("console.look-up.status"), standing(summary)],
    [t("data.level"), known(`level.${summary.level}`, "level.none")],
    [t("data.channel"), known(`channel.${summary.channel}`, "data.none")],
    [t("data.enrolled"), summary.enrolled_at ? day(summary.enrolled_at) : none],
    [t("data.phone"), summary.phone ?? none],
    [t("data.email"), summary.email ?? none],
  ];
  return (
    <>
      <h2>{t("console.look-up.result")}</h2>
      <dl class="facts" id="look-up-result" data-found="true">
        {rows.map(([label, value]) => [
          <dt key={label}>{label}</dt>,
          <dd key={`${label} value`} translate={false}>
            {value}
          </dd>,
        ])}
      </dl>
    </>
  );
}

/** Say where the person stands, and whether everything is stopped. */
function standing(summary: Summary): string {
  const status = known(`status.${summary.status}`, "data.none");
  if (summary.may_return) return t("console.look-up.may-return", { status });
  return summary.frozen ? t("console.look-up.frozen", { status }) : status;
}

/** What can be done for a person who stands so in the registry; the number and reason go along. */
function Acts(props: { standing: string }) {
  const { standing } = props;
  const fitting = Object.entries(ACTS).filter(
    ([, act]) => act.fits.includes(standing) && has(act.roles),
  );
  const enrolments = has(DESK) ? ENROLMENTS.filter(({ fits }) => fits.includes(standing)) : [];
  if (fitting.length + enrolments.length === 0) return null;
  return (
    <nav aria-labelledby="acts-heading">
      <h2 id="acts-heading">{t("console.look-up.acts")}</h2>
      <ul id="acts">
        {enrolments.map(({ name, path }) => (
          <li key={name}>
            <a id={`act-${name}`} href={path}>
              {t(`console.way.${name}`)}
            </a>
          </li>
        ))}
        {fitting.map(([name]) => (
          <li key={name}>
            <a id={`act-${name}`} href={`/acts/${name}`}>
              {t(`console.act.${name}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const ENROLMENTS = [
  { name: "enrol", path: "/enrolments/new", fits: ["none", "renounced", RETURNABLE] },
  { name: "raise", path: "/enrolments/new", fits: ["registered"] },
  { name: "renew", path: "/enrolments/new?purpose=renew", fits: ["registered"] },
];
