/** Looking a person up: with a reason that the person will read, and only what a desk needs. */
import { useState } from "preact/hooks";
import { TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { day } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Page } from "../shared/page";
import { lookUp } from "./api";
import type { Summary } from "./api";

export function LookUp() {
  const [summary, setSummary] = useState<Summary | null>(null);
  const submit = async (values: FormData) => setSummary(await lookUp(valuesOf(values)));
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
        />
      </Form>
      <div role="status">{summary && <Found summary={summary} />}</div>
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
    [t("console.look-up.status"), known(`status.${summary.status}`, "data.none")],
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
