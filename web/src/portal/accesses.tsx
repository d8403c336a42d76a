/** Where and when the person entered, at which level and with which data. */
import { moment } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getAccesses, getLastAccess } from "./api";
import type { Access, AccessPage } from "./api";
import { Older, usePages } from "./older";
import { dataNames, serviceName } from "./services";

export function Accesses() {
  const first = useLoad(() => getAccesses(null));
  return (
    <Page title={t("accesses.title")}>
      <p>{t("accesses.text")}</p>
      <Loaded load={first}>
        {(page) => (page.entries.length > 0 ? <List first={page} /> : <p>{t("accesses.none")}</p>)}
      </Loaded>
      <p>
        <a href="/services">{t("accesses.services")}</a>
      </p>
    </Page>
  );
}

function List(props: { first: AccessPage }) {
  const pages = usePages(props.first, getAccesses);
  return (
    <>
      <p role="status" id="accesses-count">
        {t("accesses.count", { count: pages.entries.length })}
      </p>
      <ul class="choices" id="accesses">
        {pages.entries.map((entry) => (
          <Entry key={entry.access_id} entry={entry} />
        ))}
      </ul>
      <Older of={pages} label={t("accesses.older")} />
    </>
  );
}

function Entry(props: { entry: Access }) {
  const { entry } = props;
  const method = known(`method.${entry.method}`, "method.other");
  return (
    <li class="card" data-access={entry.client_id}>
      <h2 translate={false}>{serviceName(entry)}</h2>
      <p>{moment(entry.at)}</p>
      <p>
        {entry.anew
          ? t("accesses.anew", { method, level: t(`loa.${entry.level}`) })
          : t("accesses.reused", { level: t(`loa.${entry.level}`) })}
      </p>
      {entry.claims.length > 0 && (
        <p>{t("accesses.data", { data: dataNames(entry.claims).join(", ") })}</p>
      )}
    </li>
  );
}

/** The login before this session, so that a stranger's would be noticed. */
export function LastAccess() {
  const last = useLoad(getLastAccess).data?.last;
  if (!last) return null;
  return (
    <p class="quiet" id="last-access">
      {t("accesses.last", {
        date: moment(last.at),
        method: known(`method.${last.method}`, "method.other"),
        name: serviceName(last),
      })}{" "}
      <a href="/accesses">{t("accesses.all")}</a>
    </p>
  );
}
