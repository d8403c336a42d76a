/** What happened to the person's identity: who looked, what changed, and why. */
import { useState } from "preact/hooks";
import { SelectField } from "../shared/fields";
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, asProblem, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { ProblemNotice } from "../shared/problem";
import type { Problem } from "../shared/api";
import { getHistory } from "./api";
import type { HistoryEntry, HistoryPage } from "./api";

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
  const [entries, setEntries] = useState(props.first.entries);
  const [next, setNext] = useState(props.first.next);
  const [problem, setProblem] = useState<Problem | null>(null);
  const shown = entries.filter((entry) => kind === "all" || entry.kind === kind);
  const older = async () => {
    try {
      const page = await getHistory(next);
      setEntries([...entries, ...page.entries]);
      setNext(page.next);
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
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
      {shown.length > 0 && <Table entries={shown} />}
      {problem && <ProblemNotice problem={problem} />}
      {next && (
        <div class="actions">
          <button type="button" class="button button-secondary" id="older" onClick={older}>
            {t("history.older")}
          </button>
        </div>
      )}
    </>
  );
}

function Table(props: { entries: HistoryEntry[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t("nav.history")}>
      <table id="history">
        <thead>
          <tr>
            <th scope="col">{t("history.when")}</th>
            <th scope="col">{t("history.what")}</th>
            <th scope="col">{t("history.where")}</th>
            <th scope="col">{t("history.why")}</th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map((entry, index) => (
            <tr key={`${entry.at} ${entry.action} ${index}`}>
              <td>{moment(entry.at)}</td>
              <td>{known(`history.action.${entry.action}`, "history.action.other")}</td>
              <td>{entry.office ?? known(`history.actor.${entry.actor}`, "data.none")}</td>
              <td>{entry.reason ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
