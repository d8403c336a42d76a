/** The app on a phone: which phones have it, a new one, and taking one away. */
import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { Form } from "../../shared/form";
import { day, time } from "../../shared/format";
import { t } from "../../shared/i18n";
import { Loaded, useLoad } from "../../shared/load";
import { Page } from "../../shared/page";
import { getDevices, issueTicket, removeDevice } from "./api";
import type { Device, Ticket } from "./api";
import { Qr } from "./qr";
import { DoneNotice, Removal } from "./removal";

export function Devices() {
  const devices = useLoad(getDevices);
  const [ticket, setTicket] = useState<Ticket | null>(null);
  if (ticket) return <Invitation ticket={ticket} />;
  return (
    <Page title={t("methods.app")}>
      <p class="lead">{t("devices.text")}</p>
      <DoneNotice />
      <Loaded load={devices}>
        {(found) => (
          <>
            <List devices={found} />
            <h2>{t("devices.add-title")}</h2>
            <p>{found.length > 0 ? t("devices.replaces") : t("devices.add-text")}</p>
            <Form
              id="device-ticket"
              label={t("devices.add")}
              submit={async () => setTicket(await issueTicket())}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function List(props: { devices: Device[] }) {
  if (props.devices.length === 0) return <p id="no-devices">{t("devices.none")}</p>;
  return (
    <ul class="choices" id="devices">
      {props.devices.map((device) => (
        <li class="card" key={device.device_id}>
          <h2 translate={false}>{device.name}</h2>
          {device.activated_at && <p>{t("methods.added", { date: day(device.activated_at) })}</p>}
          {device.last_used_at && <p>{t("methods.used", { date: day(device.last_used_at) })}</p>}
          <p>
            <a class="remove" href={`/devices/${device.device_id}/remove`}>
              {t("devices.remove", { name: device.name })}
            </a>
          </p>
        </li>
      ))}
    </ul>
  );
}

function Invitation(props: { ticket: Ticket }) {
  const { ticket } = props;
  return (
    <Page title={t("devices.invitation-title")}>
      <h2>{t("devices.other-phone")}</h2>
      <p>{t("devices.scan")}</p>
      <Qr svg={ticket.qr_svg} label={t("devices.qr")} />
      <h2>{t("devices.this-phone")}</h2>
      <div class="actions">
        <a class="button" id="open-app" href={ticket.url}>
          {t("devices.open")}
        </a>
      </div>
      <p>{t("devices.until", { time: time(ticket.expires_at) })}</p>
      <p>
        <a href="/methods">{t("devices.back")}</a>
      </p>
    </Page>
  );
}

export function RemoveDevice() {
  const { params } = useRoute();
  const devices = useLoad(getDevices);
  const id = params.id ?? "";
  const name = devices.data?.find((device) => device.device_id === id)?.name;
  return (
    <Removal
      title={t("devices.remove-title")}
      label={t("devices.remove-submit")}
      back="/devices"
      remove={(confirmed) => removeDevice(id, confirmed)}
    >
      {name && <p class="lead">{t("devices.remove-text", { name })}</p>}
      <p>{t("devices.remove-hint")}</p>
    </Removal>
  );
}
