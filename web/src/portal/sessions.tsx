/** Where the person is signed in, and the way to end it. */
import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { moment } from "../shared/format";
import { known, language, t } from "../shared/i18n";
import { asProblem, Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { ProblemNotice } from "../shared/problem";
import { endAllSessions, endSession, getSessions } from "./api";
import type { SessionEntry } from "./api";

export function Sessions() {
  const sessions = useLoad(getSessions);
  const [done, setDone] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const end = async (ask: () => Promise<unknown>, text: string) => {
    try {
      await ask();
      setDone(text);
      setProblem(null);
      await sessions.reload();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Page title={t("nav.sessions")}>
      <p>{t("sessions.text")}</p>
      <p role="status" id="sessions-status">
        {done}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      <Loaded load={sessions}>
        {(entries) => (
          <>
            <ul class="choices" id="sessions">
              {entries.map((entry) => (
                <SessionCard
                  key={entry.session_id}
                  entry={entry}
                  end={() => end(() => endSession(entry.session_id), t("sessions.ended"))}
                />
              ))}
            </ul>
            <button
              type="button"
              class="button button-danger"
              id="end-all-sessions"
              onClick={() => end(endAllSessions, t("sessions.ended-all"))}
            >
              {t("sessions.end-all")}
            </button>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function SessionCard(props: { entry: SessionEntry; end: () => void }) {
  const { entry } = props;
  const started = moment(entry.started_at);
  return (
    <li class="card" data-session={entry.session_id}>
      <h2>
        {known(`method.${entry.method.toLowerCase()}`, "method.other")}{" "}
        {entry.current && <span class="tag tag-success">{t("sessions.current")}</span>}
      </h2>
      <p>
        {t("sessions.since", { date: started })} {t("sessions.seen", { date: moment(entry.last_seen_at) })}
      </p>
      {entry.services.length > 0 && (
        <>
          <h3>{t("sessions.services")}</h3>
          <ul>
            {entry.services.map((service) => (
              <li key={service.client_name}>
                <span translate={false}>{service.names[language.value] ?? service.client_name}</span>, {moment(service.since)}
              </li>
            ))}
          </ul>
        </>
      )}
      <button type="button" class="button button-secondary end-session" onClick={props.end}>
        {t("sessions.end")} <span class="visually-hidden">{started}</span>
      </button>
    </li>
  );
}
