/** An enrolment under way. The registry keeps it: a reload, or another desk, goes on from here. */
import { useRoute } from "preact-iso";
import { t } from "../shared/i18n";
import { Loaded, useLoad } from "../shared/load";
import { Page } from "../shared/page";
import { getEnrolment } from "./api";
import type { Enrolment } from "./api";
import { Acceptance } from "./acceptance";
import { Completion } from "./completion";
import { PhoneStep } from "./phone-step";

export function EnrolmentSteps() {
  const id = useRoute().params.id ?? "";
  const load = useLoad(() => getEnrolment(id), id);
  if (load.data === null) {
    return (
      <Page title={t("console.enrol.title")}>
        <Loaded load={load}>{() => null}</Loaded>
      </Page>
    );
  }
  return <Step enrolment={load.data} next={load.reload} />;
}

function Step(props: { enrolment: Enrolment; next: () => Promise<void> }) {
  switch (props.enrolment.state) {
    case "phone_pending":
      return <PhoneStep {...props} />;
    case "phone_proved":
      return <Completion {...props} />;
    case "completed":
      return <Acceptance {...props} />;
  }
}
