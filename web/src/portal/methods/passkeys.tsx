/** Passkeys: add one on this device, give it a name, take it away. */
import { useLocation, useRoute } from "preact-iso";
import { Problem } from "../../shared/api";
import { TextField } from "../../shared/fields";
import { Form } from "../../shared/form";
import { day } from "../../shared/format";
import { t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { getMe } from "../api";
import { Fresh } from "../fresh";
import { BasicNotice } from "../standing";
import { addPasskey, getMethods, passkeyOptions, removePasskey, renamePasskey } from "./api";
import type { Methods, Passkey } from "./api";
import { DoneNotice, Removal } from "./removal";

export function Passkeys() {
  const methods = useLoad(getMethods);
  return (
    <Page title={t("methods.passkeys")}>
      <p class="lead">{t("passkeys.text")}</p>
      <DoneNotice />
      <Loaded load={methods}>
        {(held) => (
          <>
            <List held={held} reload={methods.reload} />
            {held.can_add ? <Add reload={methods.reload} /> : <BasicNotice />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function List(props: { held: Methods; reload: () => Promise<void> }) {
  const { passkeys } = props.held;
  if (passkeys.length === 0) return <p id="no-passkeys">{t("passkeys.none")}</p>;
  return (
    <ul class="choices" id="passkeys">
      {passkeys.map((passkey) => (
        <li class="card" key={passkey.passkey_id}>
          <h2 translate={false}>{passkey.name}</h2>
          <p>{t("methods.added", { date: day(passkey.created_at) })}</p>
          {passkey.last_used_at && (
            <p>{t("methods.used", { date: day(passkey.last_used_at) })}</p>
          )}
          {passkey.synced && <p>{t("passkeys.synced")}</p>}
          {passkey.suspended && <p class="tag tag-danger">{t("passkeys.suspended")}</p>}
          <Rename passkey={passkey} reload={props.reload} />
          <p>
            <a class="remove" href={`/passkeys/${passkey.passkey_id}/remove`}>
              {t("passkeys.remove", { name: passkey.name })}
            </a>
          </p>
        </li>
      ))}
    </ul>
  );
}

function Rename(props: { passkey: Passkey; reload: () => Promise<void> }) {
  const { passkey_id: id, name } = props.passkey;
  const field = `name-${id}`;
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    await renamePasskey(id, String(values.get(field)));
    await props.reload();
    route("/passkeys?done=renamed");
  };
  return (
    <details>
      <summary>{t("passkeys.rename")}</summary>
      <Form
        id={`rename-${id}`}
        label={t("passkeys.save-name")}
        submit={submit}
        fieldOf={{ "invalid-passkey-name": field }}
      >
        <TextField name={field} label={t("passkeys.name")} value={name} />
      </Form>
    </details>
  );
}

function Add(props: { reload: () => Promise<void> }) {
  const me = useLoad(getMe);
  const { route } = useLocation();
  const submit = async (values: FormData) => {
    const { options } = await passkeyOptions(me.data?.name ?? null);
    const credential = await createPasskey(options);
    await addPasskey(credential, String(values.get("name")));
    await props.reload();
    route("/passkeys?done=passkey-added");
  };
  return (
    <>
      <h2>{t("passkeys.add-title")}</h2>
      {supportsPasskeys() ? (
        <Fresh>
          <p>{t("passkeys.add-text")}</p>
          <Form
            id="passkey"
            label={t("passkeys.add")}
            submit={submit}
            fieldOf={{ "invalid-passkey-name": "name" }}
          >
            <TextField
              name="name"
              label={t("passkeys.name")}
              hint={t("passkeys.name-hint")}
              value={t("passkeys.name-default")}
            />
          </Form>
        </Fresh>
      ) : (
        <p id="passkeys-unsupported">{t("passkeys.unsupported")}</p>
      )}
    </>
  );
}

// W3C Web Authentication Level 3 section 5.1.8: the browser itself reads the options.
const supportsPasskeys = () =>
  typeof PublicKeyCredential !== "undefined" &&
  typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";

async function createPasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  try {
    const made = await navigator.credentials.create({ publicKey });
    return (made as PublicKeyCredential).toJSON();
  } catch (error) {
    const taken = error instanceof DOMException && error.name === "InvalidStateError";
    throw new Problem(409, taken ? "passkey-already-bound" : "passkey-cancelled");
  }
}

export function RemovePasskey() {
  const { params } = useRoute();
  const methods = useLoad(getMethods);
  const id = params.id ?? "";
  const name = methods.data?.passkeys.find((one) => one.passkey_id === id)?.name;
  return (
    <Removal
      title={t("passkeys.remove-title")}
      label={t("passkeys.remove-submit")}
      back="/passkeys"
      remove={(confirmed) => removePasskey(id, confirmed)}
    >
      {name && <p class="lead">{t("passkeys.remove-text", { name })}</p>}
      <p>{t("passkeys.remove-hint")}</p>
    </Removal>
  );
}
