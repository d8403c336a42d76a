/** The activation code: a new one, shown once, and its sheet to print. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { session } from "../../shared/session";
import { BasicNotice } from "../standing";
import { activationSheet, issueActivationCode } from "./api";
import { Download } from "./download";

export function ActivationCode() {
  const [code, setCode] = useState<string | null>(null);
  if (code !== null) return <NewCode code={code} title={t("activation.done-title")} />;
  const submit = async () => setCode((await issueActivationCode()).activation_code);
  return (
    <Page title={t("data.activation-code")}>
      <p class="lead">{t("activation.text")}</p>
      <p>{t("activation.former")}</p>
      <BasicNotice />
      <Form
        id="activation-code"
        label={t("activation.make")}
        submit={submit}
        extra={
          <a href="/data" id="change-cancel">
            {t("removal.cancel")}
          </a>
        }
      />
    </Page>
  );
}

/** A new activation code, this once, with what to do with it. */
export function NewCode(props: { code: string; title: string; children?: ComponentChildren }) {
  return (
    <Page title={props.title}>
      {props.code && (
        <>
          <p>{t("activation.shown-once")}</p>
          <p class="secret-code" id="new-activation-code" translate={false}>
            {props.code}
          </p>
          <Download
            id="activation-sheet"
            label={t("activation.sheet")}
            name={t("activation.file")}
            file={() => activationSheet(props.code)}
          />
        </>
      )}
      {props.children}
      <div class="actions">
        <a class="button button-secondary" href={session.value?.links.activate ?? "/"}>
          {t("password.activate")}
        </a>
        <a href="/data">{t("activation.back")}</a>
      </div>
    </Page>
  );
}
