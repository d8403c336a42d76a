/** Offices open, close and open again. For supervisors. */
import { useLocation } from "preact-iso";
import { TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { day } from "../shared/format";
import { t } from "../shared/i18n";
import { openOffice, turnOffice } from "./admin-api";
import type { Office } from "./admin-api";

const FIELD_OF = {
  "office-code-taken": "code",
  "office-in-use": "reason",
  "reason-required": "reason",
  "reason-invalid": "reason",
};

/** Open an office; its address and hours are written on its own page. */
export function NewOffice() {
  const { route } = useLocation();
  const submit = async (form: FormData) => {
    const office = await openOffice(valuesOf(form));
    route(`/offices/${office.id}`);
  };
  return (
    <Form id="open-office" label={t("console.office.open")} submit={submit} fieldOf={FIELD_OF}>
      <TextField
        name="code"
        label={t("console.office.code")}
        hint={t("console.office.code-hint")}
        style="input-medium input-upper"
      />
      <TextField name="name" label={t("console.office.name")} />
    </Form>
  );
}

/** Close an office where nobody works any more, or open it again. */
export function OfficeTurn(props: { office: Office; reload: () => Promise<void> }) {
  const { office, reload } = props;
  const open = office.closed_at !== null;
  const label = t(open ? "console.office.reopen" : "console.office.close");
  const submit = async (form: FormData) => {
    await turnOffice(office.id, String(form.get("reason")), open);
    await reload();
  };
  return (
    <section id="office-turn" data-open={!office.closed_at}>
      <h2>{label}</h2>
      <p>
        {office.closed_at
          ? t("console.office.closed-since", { day: day(office.closed_at) })
          : t("console.office.close-text")}
      </p>
      <Form id="turn-office" label={label} submit={submit} danger={!open} fieldOf={FIELD_OF}>
        <TextField name="reason" label={t("console.field.reason")} />
      </Form>
    </section>
  );
}
