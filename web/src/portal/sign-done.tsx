/** The signed document and its receipt, to be taken home: neither is kept for long. */
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
        <li>
          <a class="choice" id="signed-document" href={signedDocument(id)} download>
            <span class="choice-name">{t("sign.signed-document")}</span>
            <span class="choice-text">{t("sign.signed-document-text")}</span>
          </a>
        </li>
        <li>
          <a class="choice" id="receipt" href={signingReceipt(id)} download>
            <span class="choice-name">{t("sign.receipt")}</span>
            <span class="choice-text">{t("sign.receipt-text")}</span>
          </a>
        </li>
      </ul>
      <button type="button" class="button button-secondary" id="sign-restart" onClick={props.restart}>
        {t("sign.another")}
      </button>
    </Page>
  );
}
