/** A signature under way: what was reviewed, and the code that was asked for. */
import type { Challenge, Transaction } from "./api";

export interface Signing {
  transaction: Transaction;
  policiesAccepted: boolean;
  challenge: Challenge;
}
