/** Home: the person's level, what works, what needs attention. */
import { Choice } from "../shared/choice";
import { day } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { session } from "../shared/session";
import { LastAccess } from "./accesses";
import { getCredential, getMe } from "./api";
import { BasicNotice, FrozenNotice } from "./standing";
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
            <FrozenNotice />
            <Alerts person={person} />
            <RenewalAlert person={person} />
            {person.name && <p class="lead">{t("home.greeting", { name: person.name })}</p>}
            <LastAccess />
            <Level person={person} />
            <BasicNotice />
            {person.status === "none" && <Enrol />}
            <Works person={person} credential={credential.data} />
          </>
        )}
      </Loaded>
      <h2>{t("home.actions")}</h2>
      <ul class="choices">
        <Choice path="/sign" name={t("nav.sign")} text={t("home.sign")} />
        <Choice path="/methods" name={t("nav.methods")} text={t("home.methods")} />
        <Choice path="/services" name={t("nav.services")} text={t("home.services")} />
        <Choice path="/sessions" name={t("nav.sessions")} text={t("home.sessions")} />
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

const YEARS_OF_IDENTIFICATION = 5;

/** An identification in person counts for five years: signing needs a newer one after that. */
function RenewalAlert(props: { person: Me }) {
  const { last_strong_identification_at: at, level } = props.person;
  if (level !== "advanced" || !at) return null;
  const until = new Date(at);
  until.setUTCFullYear(until.getUTCFullYear() + YEARS_OF_IDENTIFICATION);
  if ((until.getTime() - Date.now()) / DAY_MS > ALERT_DAYS) return null;
  return (
    <div class="notice notice-warning" id="renewal-alert">
      <p>{t("home.renewal", { date: day(until.toISOString()) })}</p>
      <p>
        <a href="/renew">{t("data.renew")}</a>
      </p>
    </div>
  );
}

const Enrol = () => (
  <div class="actions">
    <a class="button" id="enrol" href="/enrol">
      {t("enrol.title")}
    </a>
  </div>
);

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
