/** The acceptance document of a change just made: offered where the change ends. */
import { useLocation } from "preact-iso";
import { t } from "../../shared/i18n";
import { fetchAcceptance } from "./api";
import type { Kind } from "./api";
import { Download } from "./download";

export const NewAcceptance = (props: { kind: Kind; id: string }) => (
  <Download
    id="new-acceptance"
    label={t("acceptance.make")}
    name={t("acceptance.file")}
    file={() => fetchAcceptance(props.kind, props.id)}
  />
);

/** On the page that a change of address comes back to. */
export function AddressAcceptance() {
  const { query } = useLocation();
  if (query.done !== "email-changed" || !query.change) return null;
  return <NewAcceptance kind="email" id={query.change} />;
}
