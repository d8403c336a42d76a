/** A document that is fetched by a button, because it is made on request or only once. */
import { useState } from "preact/hooks";
import { Form } from "../../shared/form";
import { t } from "../../shared/i18n";

export function Download(props: {
  id: string;
  label: string;
  name: string;
  file: () => Promise<Blob>;
}) {
  const [address, setAddress] = useState<string | null>(null);
  if (address) {
    return (
      <div class="actions" role="status">
        <a class="button" id={props.id} href={address} download={props.name}>
          {t("download.save", { name: props.name })}
        </a>
      </div>
    );
  }
  const submit = async () => setAddress(URL.createObjectURL(await props.file()));
  return <Form id={`${props.id}-make`} label={props.label} submit={submit} />;
}
