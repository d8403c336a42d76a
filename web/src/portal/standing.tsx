/** Where the person stands: what is left of the portal for who is frozen, left or was revoked. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../shared/i18n";
import { useLoad, Loaded } from "../shared/load";
import { Page } from "../shared/page";
import { session } from "../shared/session";
import { getStanding } from "./api";
import type { Standing } from "./api";

/** Asked once; what changes it says so here. */
export const standing = signal<Standing | null>(null);

/** Show a page to who can use it; who cannot reads why, and the way on. */
export function Stands(props: { children: ComponentChildren; evenEnded?: boolean }) {
  const load = useLoad(async () => (standing.value ??= await getStanding()));
  useEffect(() => {
    if (standing.value) void load.reload();
  }, [standing.value]);
  return (
    <Loaded load={load}>
      {() => {
        const status = standing.value?.status ?? "none";
        const ended = status === "renounced" || status === "revoked";
        return ended && !props.evenEnded ? <Ended status={status} /> : <>{props.children}</>;
      }}
    </Loaded>
  );
}

function Ended(props: { status: "renounced" | "revoked" }) {
  return (
    <Page title={t(`ended.title.${props.status}`)}>
      <p class="lead" id="ended" data-status={props.status}>
        {t(`ended.text.${props.status}`)}
      </p>
      <div class="actions">
        {props.status === "renounced" && (
          <a class="button" id="come-back" href="/come-back">
            {t("ended.come-back")}
          </a>
        )}
        <a class={props.status === "renounced" ? "" : "button"} href={officesAddress()}>
          {t("ended.office")}
        </a>
      </div>
      <ul>
        <li>
          <a id="ended-history" href="/history">
            {t("nav.history")}
          </a>
        </li>
        <li>
          <a id="ended-export" href="/data/export">
            {t("data.export")}
          </a>
        </li>
      </ul>
    </Page>
  );
}

/** Everything is stopped: said on every page where it matters, with the way out of it. */
export function FrozenNotice() {
  if (!standing.value?.frozen) return null;
  return (
    <div class="notice notice-danger" id="frozen">
      <p>{t("freeze.is-frozen")}</p>
      <div class="actions">
        <a class="button" href="/unfreeze">
          {t("freeze.to-unfreeze")}
        </a>
      </div>
    </div>
  );
}

/** What a registration without presence cannot do, and the two ways up. */
export function BasicNotice() {
  const level = standing.value?.level;
  if (standing.value?.status !== "registered" || level === "advanced") return null;
  return (
    <div class="notice notice-warning" id="basic">
      <p>{t("basic.text")}</p>
      <ul>
        <li>{t("basic.no-password")}</li>
        <li>{t("basic.no-sign")}</li>
        <li>{t("basic.no-services")}</li>
      </ul>
      <p>{t("basic.way-up")}</p>
      <div class="actions">
        <a class="button" id="raise-level" href="/enrol">
          {t("basic.certificate")}
        </a>
        <a href={officesAddress()}>{t("basic.office")}</a>
      </div>
    </div>
  );
}

/** Where the directory of offices is. */
export const officesAddress = (): string => session.value?.links.offices ?? "/";
