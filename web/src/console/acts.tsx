/** What an officer can do for a person who is enrolled: one entry each, the frame is act.tsx. */
import type { ComponentType } from "preact";
import { known, t } from "../shared/i18n";
import * as api from "./acts-api";
import type { Role } from "./api";
import * as change from "./act-fields";
import { DOCUMENT_FIELD_OF, shownDocument } from "./document-fields";
import { DESK, RETURNABLE, SUPERVISION } from "./officer";
import { acceptedTerms } from "./terms";

/** How an act ended. */
export interface Receipt {
  text: string;
  document?: { content: Blob; file: string };
  link?: { path: string; text: string };
  warning?: boolean;
}

export interface Act {
  roles: Role[];
  /** Standings in the registry for which the person page offers it; empty for none. */
  fits: string[];
  /** Whether the person has to be at the desk, with their document checked. */
  present?: boolean;
  danger?: boolean;
  Change?: ComponentType;
  fieldOf?: Record<string, string>;
  /** Ask the registry; answer with the receipt, or the address of the next step. */
  send: (values: Record<string, unknown>, form: FormData) => Promise<Receipt | string>;
}

const done = (name: string, values: Record<string, string> = {}): Receipt => ({
  text: t(`console.done.${name}`, values),
});

async function withProof(name: string, answer: Promise<{ proof: string }>): Promise<Receipt> {
  const content = await api.fetchProof((await answer).proof);
  return { ...done(name), document: { content, file: t(`console.file.${name}`) } };
}

async function proposed(answer: Promise<{ approval_id: string }>): Promise<Receipt> {
  const { approval_id: id } = await answer;
  const link = { path: `/approvals/${id}`, text: t("console.receipt.follow") };
  return { ...done("proposed"), link };
}

const REGISTERED = ["registered"];
const CASE_FIELDS = { "cause-needs-case": "case_reference" };

export const ACTS: Record<string, Act> = {
  phone: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    Change: change.Phone,
    fieldOf: { "invalid-phone": "mobile", "contact-unchanged": "mobile", "phone-code-limit": "mobile" },
    send: async (values) => `/changes/phone/${(await api.beginPhone(values)).change_id}`,
  },
  email: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    Change: change.Email,
    fieldOf: { "invalid-email": "email", "contact-unchanged": "email" },
    send: async (values) => `/changes/email/${(await api.beginEmail(values)).change_id}`,
  },
  language: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    Change: change.Language,
    send: async (values) => {
      await api.changeLanguage(values);
      return done("language");
    },
  },
  document: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    Change: change.Document,
    fieldOf: { ...DOCUMENT_FIELD_OF, "document-unchanged": "document.kind", "invalid-name": "given_name" },
    send: async (values) => {
      await api.changeDocument({ ...values, document: shownDocument(values) });
      return done("document");
    },
  },
  code: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    send: async (values) => ({
      ...done("code"),
      document: { content: await api.issueCode(values), file: t("console.file.code") },
    }),
  },
  certificate: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    danger: true,
    Change: change.Certificate,
    send: (values, form) =>
      withProof(
        "certificate",
        api.revokeCertificates({ ...values, key_compromise: form.get("key_compromise") === "true" }),
      ),
  },
  freeze: {
    roles: ["officer", "video_agent", "supervisor"],
    fits: REGISTERED,
    danger: true,
    send: async (values) => {
      await api.freeze(values);
      return done("freeze");
    },
  },
  unfreeze: {
    roles: DESK,
    fits: REGISTERED,
    present: true,
    send: async (values) => {
      await api.unfreeze(values);
      return done("unfreeze");
    },
  },
  renunciation: {
    roles: DESK,
    fits: ["registered", "none", RETURNABLE],
    present: true,
    danger: true,
    Change: change.Renunciation,
    fieldOf: { "confirmation-required": "signed", "invalid-name": "name.given_name" },
    send: (values, form) =>
      withProof("renunciation", api.renounce({ ...values, signed: form.has("signed") })),
  },
  rehabilitation: {
    roles: DESK,
    fits: ["renounced"],
    present: true,
    Change: change.Terms,
    send: async (values, form) => {
      const back = await api.rehabilitate({ ...values, ...acceptedTerms(form) });
      if (back.phone_verified) return done("rehabilitation");
      const link = { path: "/acts/phone", text: t("console.act.phone") };
      return { ...done("rehabilitation-phone"), link, warning: true };
    },
  },
  revocation: {
    roles: SUPERVISION,
    fits: REGISTERED,
    danger: true,
    Change: change.Revocation,
    fieldOf: CASE_FIELDS,
    send: async (values) => {
      await api.revoke(values);
      return done("revocation");
    },
  },
  lifting: {
    roles: DESK,
    fits: ["revoked"],
    Change: change.Case,
    fieldOf: CASE_FIELDS,
    send: (values) => proposed(api.proposeLifting(values)),
  },
  death: {
    roles: SUPERVISION,
    fits: ["registered", "renounced", "revoked", RETURNABLE],
    danger: true,
    Change: change.Death,
    fieldOf: { "death-in-the-future": "died_on" },
    send: async (values) => {
      const { outcome } = await api.recordDeath(values);
      return { text: known(`console.death.${outcome}`, "console.death.recorded") };
    },
  },
  correction: {
    roles: DESK,
    fits: ["deceased"],
    Change: change.Case,
    fieldOf: CASE_FIELDS,
    send: (values) => proposed(api.proposeCorrection(values)),
  },
  invite: {
    roles: DESK,
    fits: ["none"],
    Change: change.Language,
    send: async (values) => {
      const { outcome } = await api.invite(values);
      const warning = outcome !== "queued";
      return { text: known(`console.invited.${outcome}`, "console.invited.queued"), warning };
    },
  },
};
