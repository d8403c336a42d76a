/** The services a person is connected to: what each may read, and cutting one off. */
import { useLocation } from "preact-iso";
import { day, moment } from "../shared/format";
import { known, language, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getServices, withdrawService } from "./api";
import type { ConnectedService } from "./api";
import { DoneNotice, Removal } from "./methods/removal";

/** A text of the service in the reader's language, else the one without a language. */
export const inLanguage = (texts: Record<string, string>): string | undefined =>
  texts[language.value] ?? texts[""] ?? Object.values(texts)[0];

export const serviceName = (service: { client_id: string; names: Record<string, string> }) =>
  inLanguage(service.names) ?? service.client_id;

/** Name each datum once: several claims may say the same. */
export const dataNames = (claims: string[]): string[] => [
  ...new Set(claims.map((claim) => known(`claim.${claim}`, "claim.other"))),
];

export function Services() {
  const services = useLoad(getServices);
  return (
    <Page title={t("nav.services")}>
      <p class="lead">{t("services.text")}</p>
      <DoneNotice />
      <Loaded load={services}>
        {(found) =>
          found.length === 0 ? (
            <p id="no-services">{t("services.none")}</p>
          ) : (
            <ul class="choices" id="services">
              {found.map((service) => (
                <Card key={service.client_id} service={service} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <p>
        <a href="/accesses" id="accesses-link">
          {t("services.accesses")}
        </a>
      </p>
    </Page>
  );
}

function Card(props: { service: ConnectedService }) {
  const { service } = props;
  const name = serviceName(service);
  const purpose = inLanguage(service.purpose);
  return (
    <li class="card" data-service={service.client_id}>
      <h2 translate={false}>{name}</h2>
      {purpose && <p>{t("services.purpose", { purpose })}</p>}
      {service.last_at && service.level && (
        <p>
          {t("services.last", {
            date: moment(service.last_at),
            level: t(`loa.${service.level}`),
          })}
        </p>
      )}
      {service.first_at && <p class="quiet">{t("services.first", { date: day(service.first_at) })}</p>}
      <Data claims={service.claims} />
      <p>
        <a class="withdraw" href={`/services/withdraw?client=${encodeURIComponent(service.client_id)}`}>
          {t("services.withdraw", { name })}
        </a>
      </p>
    </li>
  );
}

function Data(props: { claims: string[] }) {
  if (props.claims.length === 0) return <p>{t("services.no-data")}</p>;
  return (
    <>
      <h3>{t("services.data")}</h3>
      <ul>
        {dataNames(props.claims).map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </>
  );
}

export function WithdrawService() {
  const { query } = useLocation();
  const services = useLoad(getServices);
  const id = query.client ?? "";
  const service = services.data?.find((one) => one.client_id === id);
  return (
    <Removal
      title={t("services.withdraw-title")}
      label={t("services.withdraw-submit")}
      back="/services"
      done="withdrawn"
      remove={() => withdrawService(id)}
    >
      {service && <p class="lead">{t("services.withdraw-text", { name: serviceName(service) })}</p>}
      <ul>
        <li>{t("services.withdraw-ends")}</li>
        <li>{t("services.withdraw-keeps")}</li>
        <li>{t("services.withdraw-again")}</li>
      </ul>
    </Removal>
  );
}
