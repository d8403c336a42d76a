/** What the registry knows of the person, masked where showing it would help a thief. */
import { Choice } from "../../shared/choice";
import { day } from "../../shared/format";
import { known, nativeName, t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { getMe } from "../api";
import type { Me } from "../api";
import { DoneNotice } from "../methods/removal";
import { BasicNotice, FrozenNotice } from "../standing";
import { AddressAcceptance } from "./new-acceptance";

export function MyData() {
  const me = useLoad(getMe);
  return (
    <Page title={t("nav.data")}>
      <DoneNotice />
      <AddressAcceptance />
      <FrozenNotice />
      <Loaded load={me}>
        {(person) => (
          <>
            <Facts person={person} />
            <BasicNotice />
            {person.status === "registered" ? <Tasks /> : <Enrol />}
          </>
        )}
      </Loaded>
      <p>{t("data.wrong")}</p>
    </Page>
  );
}

function Facts(props: { person: Me }) {
  const { person } = props;
  const dated = (iso: string | null | undefined) => (iso ? day(iso) : t("data.none"));
  const document = person.document;
  const validity = document?.expires_on ? day(document.expires_on) : t("data.permanent");
  const rows: [label: string, value: string][] = [
    [t("data.name"), person.name ?? t("data.none")],
    [t("data.national-id"), person.national_id],
    [t("data.document"), document ? known(`document.${document.kind}`, "data.none") : t("data.none")],
    [t("data.document-expiry"), document ? validity : t("data.none")],
    [t("data.phone"), person.phone_masked ?? t("data.none")],
    [t("data.email"), person.email_masked ?? t("data.none")],
    [t("data.language"), person.language ? nativeName(person.language) : t("data.none")],
    [t("data.level"), known(`level.${person.level}`, "level.none")],
    [t("data.channel"), known(`channel.${person.channel}`, "data.none")],
    [t("data.enrolled"), dated(person.enrolled_at)],
    [t("data.identified"), dated(person.last_strong_identification_at)],
  ];
  return (
    <dl class="facts" id="my-data">
      {rows.map(([label, value]) => [
        <dt key={label}>{label}</dt>,
        <dd key={`${label} value`} translate={false}>
          {value}
        </dd>,
      ])}
    </dl>
  );
}

const CHANGES: [path: string, text: string, hint: string][] = [
  ["/data/email", "data.change-email", "data.change-email-hint"],
  ["/data/language", "data.change-language", "data.change-language-hint"],
  ["/data/phone", "data.change-phone", "data.change-phone-hint"],
];
const PAPERS: [path: string, text: string, hint: string][] = [
  ["/activation-code", "data.activation-code", "data.activation-code-hint"],
  ["/renew", "data.renew", "data.renew-hint"],
  ["/certificate-revocation", "data.revoke", "data.revoke-hint"],
  ["/data/export", "data.export", "data.export-hint"],
  ["/renounce", "home.renounce", "data.renounce-hint"],
];

function Tasks() {
  return (
    <>
      <h2>{t("data.changes")}</h2>
      <Choices of={CHANGES} />
      <h2>{t("data.papers")}</h2>
      <Choices of={PAPERS} />
    </>
  );
}

function Choices(props: { of: [path: string, text: string, hint: string][] }) {
  return (
    <ul class="choices">
      {props.of.map(([path, text, hint]) => (
        <Choice key={path} path={path} name={t(text)} text={t(hint)} />
      ))}
    </ul>
  );
}

function Enrol() {
  return (
    <div class="actions">
      <a class="button" id="enrol" href="/enrol">
        {t("enrol.title")}
      </a>
    </div>
  );
}
