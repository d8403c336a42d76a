/** Home: the person's level, what works, what needs attention. */
import { day } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { session } from "../shared/session";
import { getCredential, getMe } from "./api";
import type { Credential, Me } from "./api";

const ALERT_DAYS = 90;
const DAY_MS = 86_400_000;

export function Home() {
  const me = useLoad(getMe);
  const credential = useLoad(getCredential);
  return (
    <Page title={t("home.title")}>
      <Loaded load={me}>
        {(person) => (
          <>
            <Alerts person={person} />
            {person.name && <p class="lead">{t("home.greeting", { name: person.name })}</p>}
            <Level person={person} />
            <Works person={person} credential={credential.data} />
          </>
        )}
      </Loaded>
      <h2>{t("home.actions")}</h2>
      <ul class="choices">
        <Action path="/sign" name={t("nav.sign")} text={t("home.sign")} />
        <Action path="/password" name={t("nav.password")} text={t("home.password")} />
        <Action path="/sessions" name={t("nav.sessions")} text={t("home.sessions")} />
      </ul>
      <p>
        <a href="/renounce" id="renounce-link">
          {t("home.renounce")}
        </a>
      </p>
    </Page>
  );
}

function Alerts(props: { person: Me }) {
  const expiresOn = props.person.document?.expires_on;
  if (!expiresOn) return null;
  const left = Math.ceil((Date.parse(expiresOn) - Date.now()) / DAY_MS);
  if (left > ALERT_DAYS) return null;
  const key = left < 0 ? "home.document-expired" : "home.document-expiring";
  return (
    <div class="notice notice-warning" id="document-alert">
      <p>{t(key, { date: day(expiresOn) })}</p>
    </div>
  );
}

function Level(props: { person: Me }) {
  const { level } = props.person;
  return (
    <div class="card" id="level" data-level={level ?? "none"}>
      <h2>{known(`level.${level}`, "level.none")}</h2>
      <p>{known(`level.explained.${level}`, "level.explained.none")}</p>
      {session.value?.level && (
        <p class="quiet">
          {t("home.session-level", { level: t(`loa.${session.value.level}`) })}
        </p>
      )}
    </div>
  );
}

function Works(props: { person: Me; credential: Credential | null }) {
  const registered = props.person.status === "registered";
  const password = props.credential?.state === "active";
  const signs = registered && password && props.person.level === "advanced";
  return (
    <>
      <h2>{t("home.works")}</h2>
      <ul id="works">
        <Works.Item name={t("home.works-pin")} works={registered} />
        <Works.Item name={t("home.works-password")} works={password} />
        <Works.Item name={t("home.works-sign")} works={signs} />
      </ul>
    </>
  );
}

Works.Item = (props: { name: string; works: boolean }) => (
  <li>
    {props.name}{" "}
    <span class={props.works ? "tag tag-success" : "tag"}>
      {props.works ? t("home.on") : t("home.off")}
    </span>
  </li>
);

function Action(props: { path: string; name: string; text: string }) {
  return (
    <li>
      <a class="choice" href={props.path}>
        <span class="choice-name">{props.name}</span>
        <span class="choice-text">{props.text}</span>
      </a>
    </li>
  );
}
