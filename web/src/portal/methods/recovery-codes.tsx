/** Recovery codes: a list for a drawer at home, shown once. */
import { useState } from "preact/hooks";
import { Form } from "../../shared/form";
import { day } from "../../shared/format";
import { t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { Fresh } from "../fresh";
import { BasicNotice } from "../standing";
import { getMethods, makeRecoveryCodes } from "./api";
import type { Methods } from "./api";

export function RecoveryCodes() {
  const methods = useLoad(getMethods);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <Codes codes={codes} />;
  return (
    <Page title={t("methods.recovery")}>
      <p class="lead">{t("recovery.text")}</p>
      <Loaded load={methods}>
        {(held) => (
          <>
            <State held={held} />
            {held.can_add ? <Make held={held} done={setCodes} /> : <BasicNotice />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function State(props: { held: Methods }) {
  const list = props.held.recovery_codes;
  if (!list) return <p id="no-recovery-codes">{t("recovery.none")}</p>;
  return (
    <p id="recovery-left" data-left={list.left}>
      {t("recovery.left", { left: list.left, date: day(list.created_at) })}
    </p>
  );
}

function Make(props: { held: Methods; done: (codes: string[]) => void }) {
  const submit = async () => props.done((await makeRecoveryCodes()).codes);
  return (
    <Fresh>
      {props.held.recovery_codes && <p>{t("recovery.replaces")}</p>}
      <Form id="recovery-codes" label={t("recovery.make")} submit={submit} />
    </Fresh>
  );
}

function Codes(props: { codes: string[] }) {
  return (
    <Page title={t("recovery.title")}>
      <div class="notice notice-warning">
        <p>{t("recovery.once")}</p>
      </div>
      <ol class="codes" id="codes" translate={false}>
        {props.codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <p>{t("recovery.use")}</p>
      <div class="actions no-print">
        <button type="button" class="button" id="print" onClick={() => print()}>
          {t("recovery.print")}
        </button>
        <a href="/methods" id="kept">
          {t("recovery.kept")}
        </a>
      </div>
    </Page>
  );
}
