/** The spool of invitation letters: print, send, take back what the post returned. */
import { useState } from "preact/hooks";
import { call, makeFile, tell } from "../shared/api";
import type { Problem } from "../shared/api";
import { SelectField, TextField } from "../shared/fields";
import { Form, valuesOf } from "../shared/form";
import { moment } from "../shared/format";
import { t } from "../shared/i18n";
import { asProblem, Loaded, useLoad } from "../shared/load";
import type { Load } from "../shared/load";
import { Page } from "../shared/page";
import { ProblemNotice } from "../shared/problem";
import { OFFICER } from "./api";
import { PdfReady } from "./pdf";

interface Letter {
  letter_id: string;
  origin: string;
  language: string;
  state: string;
  requested_at: string;
  printed_at: string | null;
  sent_at: string | null;
}

type Letters = { letters: Letter[] };
const STATES = ["queued", "printed", "sent", "returned", "expired", "used", "blocked", "replaced"];
const FIELD_OF = { "letter-not-found": "scanned", "letter-not-on-its-way": "scanned" };
const getLetters = (state: string) => call<Letters>("GET", `${OFFICER}/letters?state=${state}`);

export function LettersPage() {
  const [state, setState] = useState("queued");
  const load = useLoad(() => getLetters(state), state);
  return (
    <Page title={t("console.task.letters")}>
      <p>{t("console.letters.text")}</p>
      <SelectField
        name="state"
        label={t("console.letters.state")}
        options={STATES.map((one) => [one, t(`console.letter-state.${one}`)])}
        value={state}
        onChange={setState}
      />
      <Spool load={load} />
      <Returned reload={load.reload} />
    </Page>
  );
}

function Spool(props: { load: Load<Letters> }) {
  const { load } = props;
  const [document, setDocument] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async (work: () => Promise<void>) => {
    try {
      await work();
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
    await load.reload();
  };
  const print = async (id: string, reason: string) => {
    const made = await makeFile(`${OFFICER}/letters/${id}/print`, { reason });
    setDocument(URL.createObjectURL(made));
    setChosen(null);
    await load.reload();
  };
  const choose = (id: string) => {
    setDocument(null);
    setChosen(id);
  };
  const send = (id: string) => act(() => tell("POST", `${OFFICER}/letters/${id}/sent`));
  return (
    <section aria-labelledby="spool-heading">
      <h2 id="spool-heading">{t("console.letters.spool")}</h2>
      {problem && <ProblemNotice problem={problem} />}
      {chosen && <Print key={chosen} id={chosen} print={print} />}
      {document && (
        <PdfReady
          id="letter"
          address={document}
          text={t("console.letters.ready")}
          file={t("console.file.letter")}
        />
      )}
      <Loaded load={load}>
        {({ letters }) => <Rows letters={letters} choose={choose} send={send} />}
      </Loaded>
    </section>
  );
}

/** The paper shows name and address: the person reads why it was printed. */
function Print(props: { id: string; print: (id: string, reason: string) => Promise<void> }) {
  return (
    <Form
      id="print"
      label={t("console.letters.print", { reference: props.id.slice(0, 8) })}
      submit={(values) => props.print(props.id, String(values.get("reason")))}
      fieldOf={{ "reason-required": "reason", "reason-invalid": "reason" }}
    >
      <TextField
        name="reason"
        label={t("console.field.reason")}
        hint={t("console.look-up.reason-hint")}
      />
    </Form>
  );
}

interface Moves {
  choose: (id: string) => void;
  send: (id: string) => Promise<void>;
}

function Rows(props: Moves & { letters: Letter[] }) {
  if (props.letters.length === 0) return <p id="no-letters">{t("console.letters.none")}</p>;
  return (
    <ul id="spool">
      {props.letters.map((letter) => (
        <li key={letter.letter_id} data-state={letter.state}>
          <p>
            {t("console.letters.row", {
              reference: letter.letter_id.slice(0, 8),
              at: moment(letter.sent_at ?? letter.printed_at ?? letter.requested_at),
            })}
          </p>
          <Actions {...props} letter={letter} />
        </li>
      ))}
    </ul>
  );
}

function Actions(props: Moves & { letter: Letter }) {
  const { letter, choose, send } = props;
  const id = letter.letter_id;
  const about = letter.letter_id.slice(0, 8);
  if (letter.state === "queued") {
    return (
      <button type="button" class="button print-letter" onClick={() => choose(id)}>
        {t("console.letters.print", { reference: about })}
      </button>
    );
  }
  if (letter.state !== "printed") return null;
  return (
    <button type="button" class="button send-letter" onClick={() => send(id)}>
      {t("console.letters.send", { reference: about })}
    </button>
  );
}

function Returned(props: { reload: () => Promise<void> }) {
  const [returned, setReturned] = useState("");
  const submit = async (values: FormData) => {
    const { letter_id: id } = await call<{ letter_id: string }>(
      "POST",
      `${OFFICER}/letter-returns`,
      valuesOf(values),
    );
    setReturned(t("console.letters.was-returned", { reference: id.slice(0, 8) }));
    await props.reload();
  };
  return (
    <section aria-labelledby="returned-heading">
      <h2 id="returned-heading">{t("console.letters.returned")}</h2>
      <p role="status" id="returned">
        {returned}
      </p>
      <Form id="return" label={t("console.letters.return")} submit={submit} fieldOf={FIELD_OF}>
        <TextField
          name="scanned"
          label={t("console.letters.scanned")}
          hint={t("console.letters.scanned-hint")}
        />
      </Form>
    </section>
  );
}
