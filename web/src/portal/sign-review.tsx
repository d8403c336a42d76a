/** What will be signed, page by page, as pictures and as text, before anything is asked. */
import { Problem } from "../shared/api";
import { CheckField } from "../shared/fields";
import { Form } from "../shared/form";
import { size, time } from "../shared/format";
import { known, t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { askChallenge, pageImage, pageText } from "./api";
import type { Transaction } from "./api";
import type { Signing } from "./signing";

export function Review(props: {
  transaction: Transaction;
  done: (signing: Signing) => void;
  restart: () => void;
}) {
  const { transaction } = props;
  return (
    <Page title={t("sign.review-title")}>
      <Document transaction={transaction} />
      <h2>{t("sign.pages")}</h2>
      {Array.from({ length: transaction.page_count }, (_, index) => (
        <PageView key={index} transaction={transaction} number={index + 1} />
      ))}
      {transaction.eligible ? (
        <Accept {...props} />
      ) : (
        <Obstacles transaction={transaction} restart={props.restart} />
      )}
    </Page>
  );
}

function Document(props: { transaction: Transaction }) {
  const { transaction } = props;
  return (
    <dl class="facts" id="document-facts">
      <dt>{t("sign.name")}</dt>
      <dd translate={false}>{transaction.name}</dd>
      <dt>{t("sign.size")}</dt>
      <dd>{size(transaction.size)}</dd>
      <dt>{t("sign.page-count")}</dt>
      <dd>{transaction.page_count}</dd>
      <dt>{t("sign.short-code")}</dt>
      <dd class="secret-code" id="short-code" translate={false}>
        {transaction.short_code}
      </dd>
      <dt>{t("sign.digest")}</dt>
      <dd class="wrap-anywhere" translate={false}>
        <code>{transaction.sha256}</code>
      </dd>
    </dl>
  );
}

function PageView(props: { transaction: Transaction; number: number }) {
  const { transaction, number } = props;
  const of = { page: number, pages: transaction.page_count };
  return (
    <figure class="page-view">
      <img
        class="page-image"
        src={pageImage(transaction.transaction_id, number)}
        alt={t("sign.page-image", of)}
        loading="lazy"
      />
      <figcaption>
        {t("sign.page", of)}
        <details>
          <summary>{t("sign.page-text", of)}</summary>
          <PageText id={transaction.transaction_id} number={number} />
        </details>
      </figcaption>
    </figure>
  );
}

async function fetchText(address: string): Promise<string> {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Problem(response?.status ?? 0, response ? "unknown" : "offline");
  return response.text();
}

function PageText(props: { id: string; number: number }) {
  const text = useLoad(() => fetchText(pageText(props.id, props.number)));
  return (
    <Loaded load={text}>
      {(content) => <p class="page-text">{content.trim() || t("sign.no-text")}</p>}
    </Loaded>
  );
}

function Obstacles(props: { transaction: Transaction; restart: () => void }) {
  return (
    <div class="notice notice-danger" id="obstacles" role="alert">
      <h2>{t("sign.obstacles")}</h2>
      <ul>
        {props.transaction.obstacles.map((code) => (
          <li key={code} data-code={code}>
            {known(`obstacle.${code}`, "obstacle.other", { code })}
            {code === "password-inactive" && (
              <>
                {" "}
                <a href="/password">{t("nav.password")}</a>
              </>
            )}
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="button button-secondary" onClick={props.restart}>
          {t("sign.another")}
        </button>
      </div>
    </div>
  );
}

function Accept(props: {
  transaction: Transaction;
  done: (signing: Signing) => void;
  restart: () => void;
}) {
  const { transaction } = props;
  const submit = async () => {
    const policiesAccepted = transaction.will_issue;
    const challenge = await askChallenge(transaction.transaction_id, policiesAccepted);
    if (challenge.outcome !== "sent") {
      const code = challenge.reason ?? challenge.outcome;
      const again = challenge.resend_at ? { time: time(challenge.resend_at) } : {};
      throw new Problem(409, `challenge-${code}`, [], again);
    }
    props.done({ transaction, policiesAccepted, challenge });
  };
  return (
    <Form
      id="sign-review"
      label={t("sign.ask-code")}
      submit={submit}
      extra={
        <button type="button" class="button button-link" id="sign-restart" onClick={props.restart}>
          {t("sign.another")}
        </button>
      }
    >
      <CheckField name="reviewed" label={t("sign.reviewed")} />
      {transaction.will_issue && (
        <div class="notice" id="will-issue">
          <p>{t(`sign.issue.${transaction.certificate.state}`)}</p>
          <CheckField name="policies_accepted" label={t("sign.policies")} />
          <p>
            <a href={transaction.policies_url} target="_blank" rel="noopener" id="policies">
              {t("sign.policies-link")}
            </a>
          </p>
        </div>
      )}
    </Form>
  );
}
