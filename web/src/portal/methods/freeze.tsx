/** Stopping everything at once, and starting it again with a certificate. */
import { useState } from "preact/hooks";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { session, signInAddress } from "../../shared/session";
import { Welcome } from "../../shared/welcome";
import { freeze, unfreeze } from "../api";
import { officesAddress, standing } from "../standing";

/** The session ends with the freeze; this page stays until the person leaves it. */
export function Freeze() {
  const [isDone, setIsDone] = useState(false);
  if (isDone) return <Frozen />;
  if (!session.value?.authenticated) {
    return <Welcome title={t("freeze.title")} text={t("freeze.sign-in")} />;
  }
  const submit = async () => {
    await freeze();
    standing.value = null;
    setIsDone(true);
  };
  return (
    <Page title={t("freeze.title")}>
      <p class="lead">{t("freeze.text")}</p>
      <ul>
        <li>{t("freeze.stops-ways")}</li>
        <li>{t("freeze.stops-sessions")}</li>
        <li>{t("freeze.keeps")}</li>
      </ul>
      <p>{t("freeze.undo")}</p>
      <Form
        id="freeze"
        label={t("freeze.submit")}
        submit={submit}
        danger
        extra={
          <a href="/methods" id="freeze-cancel">
            {t("freeze.cancel")}
          </a>
        }
      />
    </Page>
  );
}

const way = () => signInAddress("/unfreeze", "substantial", 0);

function Frozen() {
  return (
    <Page title={t("freeze.done-title")}>
      <div class="notice notice-success" id="frozen-now">
        <p>{t("freeze.done-text")}</p>
      </div>
      <p>{t("freeze.undo")}</p>
      <div class="actions">
        <a class="button button-secondary" id="to-unfreeze" href={way()}>
          {t("freeze.to-unfreeze")}
        </a>
        <a href={officesAddress()}>{t("ended.office")}</a>
      </div>
    </Page>
  );
}

export function Unfreeze() {
  const [isDone, setIsDone] = useState(false);
  if (isDone) return <Unfrozen />;
  if (standing.value && !standing.value.frozen) return <NotFrozen />;
  const submit = async () => {
    standing.value = await unfreeze();
    setIsDone(true);
  };
  return (
    <Page title={t("unfreeze.title")}>
      <p class="lead">{t("unfreeze.text")}</p>
      <Form id="unfreeze" label={t("unfreeze.submit")} submit={submit} />
    </Page>
  );
}

function Unfrozen() {
  return (
    <Page title={t("unfreeze.done-title")}>
      <div class="notice notice-success" id="unfrozen">
        <p>{t("unfreeze.done-text")}</p>
      </div>
      <p>
        <a href="/methods">{t("unfreeze.check")}</a>
      </p>
    </Page>
  );
}

function NotFrozen() {
  return (
    <Page title={t("unfreeze.title")}>
      <p id="not-frozen">{t("unfreeze.not-frozen")}</p>
      <p>
        <a href="/methods">{t("devices.back")}</a>
      </p>
    </Page>
  );
}
