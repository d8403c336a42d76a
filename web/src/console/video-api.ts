/** The officer API for video cases. */
import { call, tell } from "../shared/api";
import { OFFICER } from "./api";

export interface VideoCase {
  case_id: string;
  mode: string;
  state: string;
  language: string;
  opened_at: string;
  claimed: boolean;
  applicant: Record<string, unknown> | null;
  evidence: Record<string, unknown> | null;
  reason: string | null;
}

export interface Recording {
  provider: string;
  recording_id: string;
  started_at: string;
  ended_at: string;
}

export type Recordings = { recordings: Recording[] };

const step = (id: string, name: string) =>
  `${OFFICER}/video-cases/${encodeURIComponent(id)}/${name}`;

export const getCases = (state: string) =>
  call<{ cases: VideoCase[] }>("GET", `${OFFICER}/video-cases?state=${state}`);
export const getCase = (id: string) =>
  call<VideoCase>("GET", `${OFFICER}/video-cases/${encodeURIComponent(id)}`);
export const claim = (id: string, automatic: boolean) =>
  call<VideoCase>("POST", step(id, automatic ? "review-claim" : "claim"));
export const release = (id: string) => tell("POST", step(id, "release"));
export const abandon = (id: string, reason: string) =>
  tell("POST", step(id, "abandonment"), { reason });
export const getRecordings = (id: string) =>
  call<Recordings>("GET", step(id, "recordings"));
export const decideCall = (id: string, values: object) =>
  call<VideoCase>("POST", step(id, "decision"), values);
export const lookAgain = (id: string, values: object) =>
  call<VideoCase>("POST", step(id, "second-look"), values);
export const review = (id: string, values: object) =>
  call<VideoCase>("POST", step(id, "review"), values);
