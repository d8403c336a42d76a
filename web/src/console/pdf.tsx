/** A document that the registry made: opened in another tab or kept as a file. */
import { useEffect, useRef } from "preact/hooks";
import { t } from "../shared/i18n";

export function PdfReady(props: { id: string; address: string; text: string; file: string }) {
  const open = useRef<HTMLAnchorElement>(null);
  useEffect(() => open.current?.focus(), []);
  return (
    <div class="notice" role="status">
      <p>{props.text}</p>
      <div class="actions">
        <a ref={open} class="button" id={props.id} href={props.address} target="_blank" rel="noopener">
          {t("console.acceptance.open")}
        </a>
        <a id={`${props.id}-download`} href={props.address} download={props.file}>
          {t("console.acceptance.download")}
        </a>
      </div>
    </div>
  );
}
