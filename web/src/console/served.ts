/** The person at the desk now, in this page's memory alone: a number is in no address and no storage. */
import { signal } from "@preact/signals";

export interface Served {
  national_id: string;
  reason: string;
}

export const served = signal<Served | null>(null);
