/** Who did what, and look-ups that somebody should ask about. For auditors and supervisors. */
import { useState } from "preact/hooks";
import { DateField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Page } from "../shared/page";
import { getAudit, getUnusual } from "./admin-api";
import type { AuditEntry, UnusualLookup } from "./admin-api";

const DAY_MS = 24 * 3600 * 1000;
const FIELD_OF = { "period-too-long": "since" };

/** The query of a period of whole days; the last one counts in full. */
function periodOf(values: Record<string, unknown>): URLSearchParams {
  const until = new Date(new Date(String(values.until)).getTime() + DAY_MS);
  const query = new URLSearchParams({ since: `${String(values.since)}T00:00:00Z` });
  if (!Number.isNaN(until.getTime())) query.set("until", until.toISOString());
  return query;
}

const Period = () => (
  <>
    <DateField name="since" label={t("console.audit.since")} />
    <DateField name="until" label={t("console.audit.until")} />
  </>
);

export function AuditPage() {
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [next, setNext] = useState<(() => Promise<void>) | null>(null);
  const read = async (query: URLSearchParams, before: AuditEntry[]) => {
    const page = await getAudit(query);
    const all = [...before, ...page.entries];
    setEntries(all);
    const more = new URLSearchParams(query);
    more.set("before_id", String(page.next));
    setNext(page.next === null ? null : () => () => read(more, all));
  };
  const submit = async (form: FormData) => {
    const values = valuesOf(form);
    const query = periodOf(values);
    for (const name of ["action", "actor_id", "subject_id"]) {
      if (values[name]) query.set(name, String(values[name]));
    }
    await read(query, []);
  };
  return (
    <Page title={t("console.task.audit")}>
      <p>{t("console.audit.text")}</p>
      <Form id="audit" label={t("console.audit.submit")} submit={submit} fieldOf={FIELD_OF}>
        <Period />
        <TextField name="action" label={t("console.audit.action")} optional />
        <TextField name="actor_id" label={t("console.audit.actor")} optional />
        <TextField name="subject_id" label={t("console.audit.subject")} optional />
      </Form>
      {entries && <Entries entries={entries} />}
      {next && <Form id="more" label={t("console.audit.more")} submit={next} />}
      <p>
        <a href="/audit/look-ups">{t("console.unusual.title")}</a>
      </p>
    </Page>
  );
}

function Entries(props: { entries: AuditEntry[] }) {
  if (props.entries.length === 0) return <p id="no-entries">{t("console.audit.none")}</p>;
  return (
    <ol id="entries">
      {props.entries.map((entry) => (
        <li key={entry.id}>
          <p>
            {moment(entry.at)}: <strong>{entry.action}</strong>, {entry.actor_kind}
            {entry.office && `, ${entry.office}`}
          </p>
          <p class="hint" translate={false}>
            {[entry.actor_id, entry.subject_id].filter(Boolean).join(" → ")}
            {Object.keys(entry.facts).length > 0 && ` ${JSON.stringify(entry.facts)}`}
          </p>
        </li>
      ))}
    </ol>
  );
}

export function UnusualPage() {
  const [lookups, setLookups] = useState<UnusualLookup[] | null>(null);
  const submit = async (form: FormData) =>
    setLookups((await getUnusual(periodOf(valuesOf(form)))).lookups);
  return (
    <Page title={t("console.unusual.title")}>
      <p>{t("console.unusual.text")}</p>
      <Form id="unusual" label={t("console.audit.submit")} submit={submit} fieldOf={FIELD_OF}>
        <Period />
      </Form>
      {lookups && <Lookups lookups={lookups} />}
      <p>
        <a href="/audit">{t("console.task.audit")}</a>
      </p>
    </Page>
  );
}

function Lookups(props: { lookups: UnusualLookup[] }) {
  if (props.lookups.length === 0) return <p id="no-lookups">{t("console.unusual.none")}</p>;
  return (
    <ol id="lookups">
      {props.lookups.map((one) => (
        <li key={one.lookup_id}>
          {moment(one.at)}: {one.officer_name}, {one.office}. {one.reason}{" "}
          <strong>{one.why.map((why) => known(`console.why.${why}`, "console.why.other")).join(", ")}</strong>
        </li>
      ))}
    </ol>
  );
}
