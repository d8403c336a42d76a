/** What happened to the person's identity: who looked, what changed, and why. */
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getHistory } from "./api";
import type { HistoryEntry } from "./api";

export function History() {
  const history = useLoad(getHistory);
  return (
    <Page title={t("nav.history")}>
      <p>{t("history.text")}</p>
      <Loaded load={history}>
        {({ entries }) => (entries.length > 0 ? <Table entries={entries} /> : <p>{t("history.empty")}</p>)}
      </Loaded>
    </Page>
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
          {props.entries.map((entry) => (
            <tr key={`${entry.at} ${entry.action}`}>
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
