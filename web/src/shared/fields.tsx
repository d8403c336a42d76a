/** The kinds of field. Each has a visible label, a hint tied to it, and its error beside it. */
import type { ComponentChildren } from "preact";
import { controlId, useFieldError } from "./form";
import { t } from "./i18n";

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  optional?: boolean;
}

/** Ids of what describes a control, for aria-describedby. */
function describedBy(id: string, hint: string | undefined, hasError: boolean): string | undefined {
  const ids = [hint ? `${id}-hint` : "", hasError ? `${id}-error` : ""].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

function Frame(props: FieldProps & { id: string; children: ComponentChildren }) {
  const error = useFieldError(props.name);
  return (
    <div class={error ? "field field-invalid" : "field"}>
      <label class="label" for={props.id}>
        {props.label} {props.optional && <span class="quiet">{t("field.optional")}</span>}
      </label>
      <Notes id={props.id} hint={props.hint} name={props.name} />
      {props.children}
    </div>
  );
}

function Notes(props: { id: string; hint: string | undefined; name: string }) {
  const error = useFieldError(props.name);
  return (
    <>
      {props.hint && (
        <span class="hint" id={`${props.id}-hint`}>
          {props.hint}
        </span>
      )}
      {error && (
        <span class="field-error" id={`${props.id}-error`}>
          {error.text}
        </span>
      )}
    </>
  );
}

/** One line of text. */
export function TextField(
  props: FieldProps & {
    type?: "text" | "email" | "tel" | "password";
    autocomplete?: string;
    numeric?: boolean;
    value?: string;
    style?: string;
  },
) {
  const id = controlId(props.name);
  const error = useFieldError(props.name);
  return (
    <Frame {...props} id={id}>
      <input
        class={`input ${props.style ?? ""}`}
        id={id}
        name={props.name}
        type={(props.type ?? "text") as "text"}
        defaultValue={props.value}
        autocomplete={props.autocomplete ?? "off"}
        inputMode={props.numeric ? "numeric" : undefined}
        spellcheck={false}
        data-label={props.label}
        data-required={props.optional ? undefined : ""}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={describedBy(id, props.hint, error !== undefined)}
      />
    </Frame>
  );
}

/** One of a few. */
export function SelectField(
  props: FieldProps & {
    options: [value: string, text: string][];
    value?: string;
    /** Nothing is chosen at first, and something has to be. */
    undecided?: boolean;
    onChange?: (value: string) => void;
  },
) {
  const id = controlId(props.name);
  const error = useFieldError(props.name);
  const nothing: [string, string][] = props.undecided ? [["", t("field.choose")]] : [];
  return (
    <Frame {...props} id={id}>
      <select
        class="select"
        id={id}
        name={props.name}
        data-label={props.label}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={describedBy(id, props.hint, error !== undefined)}
        data-required={props.undecided ? "" : undefined}
        onChange={(event) => props.onChange?.(event.currentTarget.value)}
      >
        {[...nothing, ...props.options].map(([value, text]) => (
          <option key={value} value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

const DATE_PARTS = ["day", "month", "year"] as const;

/** A date in three plain fields: faster to type than any calendar, and the same everywhere. */
export function DateField(
  props: FieldProps & { birth?: boolean; onChange?: (iso: string) => void },
) {
  const id = controlId(props.name);
  const error = useFieldError(props.name);
  return (
    <fieldset
      class={error ? "field-invalid" : ""}
      aria-describedby={describedBy(id, props.hint, error !== undefined)}
    >
      <legend>
        {props.label} {props.optional && <span class="quiet">{t("field.optional")}</span>}
      </legend>
      <Notes id={id} hint={props.hint} name={props.name} />
      <div class="date" onInput={(event) => props.onChange?.(isoOf(event.currentTarget))}>
        {DATE_PARTS.map((part) => (
          <label key={part}>
            {t(`field.${part}`)}
            <input
              class={part === "year" ? "input input-year" : "input"}
              id={`${id}-${part}`}
              name={`${props.name}.${part}`}
              inputMode="numeric"
              maxLength={part === "year" ? 4 : 2}
              autocomplete={props.birth ? `bday-${part}` : "off"}
              data-field={props.name}
              data-label={props.label}
              data-required={props.optional ? undefined : ""}
              aria-invalid={error ? "true" : undefined}
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function isoOf(group: HTMLElement): string {
  const [day = "", month = "", year = ""] = [...group.querySelectorAll("input")].map(
    (input) => input.value,
  );
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

/** A statement to be ticked. */
export function CheckField(props: { name: string; label: string; children?: ComponentChildren }) {
  const id = controlId(props.name);
  const error = useFieldError(props.name);
  return (
    <div class={error ? "field-invalid" : ""}>
      {error && (
        <span class="field-error" id={`${id}-error`}>
          {error.text}
        </span>
      )}
      <div class="check">
        <input
          type="checkbox"
          id={id}
          name={props.name}
          value="true"
          data-label={props.label}
          data-required=""
          aria-invalid={error ? "true" : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
        <label for={id}>{props.children ?? props.label}</label>
      </div>
    </div>
  );
}

/** A file from this device. */
export function FileField(props: FieldProps & { accept: string }) {
  const id = controlId(props.name);
  const error = useFieldError(props.name);
  return (
    <Frame {...props} id={id}>
      <input
        class="input"
        id={id}
        name={props.name}
        type="file"
        accept={props.accept}
        data-label={props.label}
        data-required=""
        aria-invalid={error ? "true" : undefined}
        aria-describedby={describedBy(id, props.hint, error !== undefined)}
      />
    </Frame>
  );
}
