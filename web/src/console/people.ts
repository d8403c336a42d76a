/** Kinds of people and the documents that each shows; the registry's rules decide. */
export const MAJORITY_YEARS = 18;
export const LANGUAGES = ["es", "ca", "gl", "eu", "en"];
export const GUARDIAN_PROOFS = ["family_book", "civil_registry", "court_ruling"];

interface Shown {
  documents: string[];
  origins: string[];
}

const HOME = ["passport", "national_identity_card"];
export const PERSON_KINDS: Record<string, Shown> = {
  spaniard: { documents: ["dni", "passport"], origins: [] },
  eu_citizen: { documents: ["eu_certificate"], origins: HOME },
  other_foreigner: { documents: ["tie", "residence_permit", "passport"], origins: HOME },
  british: { documents: ["withdrawal_agreement_card", "eu_certificate"], origins: ["passport"] },
  stateless: { documents: ["tie", "residence_permit"], origins: ["stateless_document"] },
};

/** What a person shows beside a document: a passport stands for itself. */
export function originsOf(person: string, document: string): string[] {
  return document === "passport" ? [] : (PERSON_KINDS[person]?.origins ?? []);
}

/** Every document that may be on record. */
export const DOCUMENTS = [
  ...new Set(Object.values(PERSON_KINDS).flatMap(({ documents }) => documents)),
];

/** Whole years between a birth and a day; no number when the date is none. */
export function ageOn(birth: string, today: Date): number {
  const born = new Date(birth);
  const years = today.getUTCFullYear() - born.getUTCFullYear();
  const hadBirthday =
    today.getUTCMonth() > born.getUTCMonth() ||
    (today.getUTCMonth() === born.getUTCMonth() && today.getUTCDate() >= born.getUTCDate());
  return hadBirthday ? years : years - 1;
}
