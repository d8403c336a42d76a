/** Taking a way in away: a page of its own, so that a step-up comes back to the same question. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";
import { asProblem } from "../../shared/load";
import { Page } from "../../shared/page";

/** Ask, warn when it is the last strong method, and go back to the list. */
export function Removal(props: {
  title: string;
  label: string;
  back: string;
  done?: string;
  remove: (confirmed: boolean) => Promise<void>;
  children?: ComponentChildren;
}) {
  const { query, route } = useLocation();
  const [isLast, setIsLast] = useState(query.last === "1");
  const submit = async () => {
    try {
      await props.remove(isLast);
      route(`${props.back}?done=${props.done ?? "removed"}`);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code !== "last-strong-method") throw problem;
      // In the address, so that the warning is still there after a step-up.
      history.replaceState(null, "", `${location.pathname}?last=1`);
      setIsLast(true);
    }
  };
  return (
    <Page title={props.title}>
      {props.children}
      {isLast && (
        <div class="notice notice-warning" role="alert" id="last-strong-method">
          <p>{t("removal.last")}</p>
        </div>
      )}
      <Form
        id="removal"
        label={isLast ? t("removal.anyway") : props.label}
        submit={submit}
        danger
        extra={
          <a href={props.back} id="removal-cancel">
            {t("removal.cancel")}
          </a>
        }
      />
    </Page>
  );
}

/** What was just done, said on the page one comes back to. */
export function DoneNotice() {
  const { query } = useLocation();
  if (!query.done) return null;
  return (
    <div class="notice notice-success" role="status" id="done" data-code={query.done}>
      <p>{t(`done.${query.done}`)}</p>
    </div>
  );
}
