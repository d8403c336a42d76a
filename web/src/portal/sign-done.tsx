/** The signed document and its receipt, to be taken home: neither is kept for long. */
import { Choice } from "../shared/choice";
import { t } from "../shared/i18n";
import { Page } from "../shared/page";
import { signedDocument, signingReceipt } from "./api";
import type { Transaction } from "./api";

export function Signed(props: { transaction: Transaction; restart: () => void }) {
  const id = props.transaction.transaction_id;
  return (
    <Page title={t("sign.done-title")}>
      <div class="notice notice-success" id="signed">
        <p>{t("sign.done-text", { name: props.transaction.name })}</p>
      </div>
      <p>{t("sign.download-now")}</p>
      <ul class="choices">
        <Choice
          id="signed-document"
          path={signedDocument(id)}
          name={t("sign.signed-document")}
          text={t("sign.signed-document-text")}
          download
        />
        <Choice
          id="receipt"
          path={signingReceipt(id)}
          name={t("sign.receipt")}
          text={t("sign.receipt-text")}
          download
        />
      </ul>
      <button type="button" class="button button-secondary" id="sign-restart" onClick={props.restart}>
        {t("sign.another")}
      </button>
    </Page>
  );
}
