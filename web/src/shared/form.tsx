/** Forms: fields with stable names, a summary of what to correct, one submission at a time. */
import { createContext } from "preact";
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api";
import { t } from "./i18n";
import { asProblem } from "./load";
import { invalid } from "./page";
import { problemText, StepUpNotice, wayUp } from "./problem";
import type { WayUp } from "./problem";

export interface FieldError {
  field: string | null;
  code: string;
  text: string;
}

const Errors = createContext<FieldError[]>([]);

/** Return the id of a field's control: its name, without the dots that selectors dislike. */
export const controlId = (name: string): string => name.replaceAll(".", "-");

export function useFieldError(name: string): FieldError | undefined {
  return useContext(Errors).find((error) => error.field === name);
}

/** A form that calls `submit` with its values and shows the problem that this throws.
 *
 * `fieldOf` names the field a problem code is about; the others concern the whole form. `refused` is
 * a problem that a later step found in what was typed here.
 */
export function Form(props: {
  id: string;
  label: string;
  submit: (values: FormData) => Promise<void>;
  fieldOf?: Record<string, string>;
  refused?: Problem | null;
  danger?: boolean;
  extra?: ComponentChildren;
  children?: ComponentChildren;
  onErrors?: (errors: FieldError[]) => void;
}) {
  const [errors, setErrors] = useState<FieldError[]>(
    props.refused ? [errorOf(props.refused, props.fieldOf ?? {})] : [],
  );
  const [way, setWay] = useState<WayUp | null>(null);
  const [busy, setBusy] = useState(false);
  const show = (found: FieldError[]) => {
    setErrors(found);
    invalid.value = found.length > 0;
    props.onErrors?.(found);
  };
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const missing = missingFields(form);
    show(missing);
    if (missing.length > 0 || busy) return;
    setBusy(true);
    try {
      await props.submit(new FormData(form));
    } catch (error) {
      const problem = asProblem(error);
      const found = wayUp(problem);
      setWay(found);
      show(found ? [] : errorsOf(problem, form, props.fieldOf ?? {}));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form id={props.id} noValidate onSubmit={onSubmit} aria-busy={busy}>
      <ErrorSummary errors={errors} />
      {way && <StepUpNotice way={way} />}
      <Errors.Provider value={errors}>{props.children}</Errors.Provider>
      <div class="actions">
        <button
          type="submit"
          class={props.danger ? "button button-danger" : "button"}
          id={`${props.id}-submit`}
          aria-disabled={busy}
        >
          {busy ? t("common.wait") : props.label}
        </button>
        {props.extra}
      </div>
    </form>
  );
}

function missingFields(form: HTMLFormElement): FieldError[] {
  const found: FieldError[] = [];
  for (const control of form.querySelectorAll<HTMLInputElement>("[data-required]")) {
    const isCheck = control.type === "checkbox" || control.type === "file";
    const empty = control.type === "file" ? !control.files?.length : !control.checked;
    if (isCheck ? !empty : control.value.trim() !== "") continue;
    const field = control.dataset.field ?? control.name;
    if (found.some((error) => error.field === field)) continue;
    const code = control.type === "checkbox" ? "unchecked" : "required";
    found.push({ field, code, text: t(`field.${code}`, { label: control.dataset.label ?? "" }) });
  }
  return found;
}

function errorsOf(
  problem: Problem,
  form: HTMLFormElement,
  fieldOf: Record<string, string>,
): FieldError[] {
  const faults = problem.faults.map(({ field, code }) => {
    const label = labelOf(form, field);
    return { field: label ? field : null, code, text: t("field.invalid", { label: label ?? field }) };
  });
  if (faults.length > 0) return faults;
  return [errorOf(problem, fieldOf)];
}

function errorOf(problem: Problem, fieldOf: Record<string, string>): FieldError {
  const field = fieldOf[problem.code] ?? null;
  return { field, code: problem.code, text: problemText(problem) };
}

function labelOf(form: HTMLFormElement, field: string): string | undefined {
  const control = form.querySelector<HTMLElement>(
    `[name="${CSS.escape(field)}"], [data-field="${CSS.escape(field)}"]`,
  );
  return control?.dataset.label;
}

/** What to correct, first thing in the form; focused whenever it changes. */
export function ErrorSummary(props: { errors: FieldError[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [props.errors]);
  const first = props.errors[0];
  if (!first) return null;
  return (
    <div
      class="error-summary"
      id="error-summary"
      data-code={first.code}
      role="alert"
      tabIndex={-1}
      ref={box}
    >
      <h2>{t("form.summary")}</h2>
      <ul>
        {props.errors.map((error) => (
          <li key={error.field ?? error.code}>
            {error.field ? <FieldLink error={error} /> : error.text}
          </li>
        ))}
      </ul>
    </div>
  );
}

function FieldLink(props: { error: FieldError }) {
  const id = controlId(props.error.field ?? "");
  const focus = (event: Event) => {
    event.preventDefault();
    const control = document.getElementById(id) ?? document.getElementById(`${id}-day`);
    control?.focus();
  };
  return (
    <a href={`#${id}`} onClick={focus}>
      {props.error.text}
    </a>
  );
}

/** Read a form as the API wants it: dotted names nest, three date parts become one ISO date. */
export function valuesOf(form: FormData): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (typeof value !== "string" || value.trim() === "") continue;
    const path = name.split(".");
    const last = path.pop()!;
    let place = values;
    for (const part of path) place = (place[part] ??= {}) as Record<string, unknown>;
    place[last] = value.trim();
  }
  return joinDates(values);
}

function joinDates(values: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== "object" || value === null) continue;
    const part = value as Record<string, string>;
    const isDate = "day" in part || "month" in part || "year" in part;
    values[name] = isDate
      ? `${part.year ?? ""}-${(part.month ?? "").padStart(2, "0")}-${(part.day ?? "").padStart(2, "0")}`
      : joinDates(part);
  }
  return values;
}

