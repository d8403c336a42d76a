/** What happened to the person's identity: who looked, what changed, and why. */
import { useState } from "preact/hooks";
import { SelectField } from "../shared/fields";
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getHistory } from "./api";
import type { HistoryEntry, HistoryPage } from "./api";
import { Older, usePages } from "./older";

const KINDS = ["all", "lookup", "change"];

export function History() {
  const first = useLoad(() => getHistory(null));
  return (
    <Page title={t("nav.history")}>
      <p>{t("history.text")}</p>
      <Loaded load={first}>
        {(page) => (page.entries.length > 0 ? <List first={page} /> : <p>{t("history.empty")}</p>)}
      </Loaded>
    </Page>
  );
}

function List(props: { first: HistoryPage }) {
  const [kind, setKind] = useState("all");
  const pages = usePages(props.first, getHistory);
  const shown = pages.entries.filter((entry) => kind === "all" || entry.kind === kind);
  return (
    <>
      <SelectField
        name="kind"
        label={t("history.show")}
        options={KINDS.map((one) => [one, t(`history.kind.${one}`)])}
        value={kind}
        onChange={setKind}
      />
      <p role="status" id="history-count">
        {t("history.count", { count: shown.length })}
      </p>
      {shown.length > 0 && <Entries of={shown} />}
      <Older of={pages} label={t("history.older")} />
    </>
  );
}

function Entries(props: { of: HistoryEntry[] }) {
  return (
    <ul class="choices" id="history">
      {props.of.map((entry, index) => (
        <li class="card" key={`${entry.at} ${entry.action} ${index}`} data-action={entry.action}>
          <h2>{known(`history.action.${entry.action}`, "history.action.other")}</h2>
          <p>{moment(entry.at)}</p>
          <p>
            {t("history.where")}:{" "}
            {entry.office ?? known(`history.actor.${entry.actor}`, "data.none")}
          </p>
          {entry.reason && (
            <p>
              {t("history.why")}: {entry.reason}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
