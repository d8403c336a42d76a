/** Who works here and what their role lets them do: the registry decides, the pages only hide. */
import { signal } from "@preact/signals";
import { getOfficer } from "./api";
import type { Officer, Role } from "./api";

/** The officer of this session, once the registry has named them. */
export const officer = signal<Officer | null>(null);

export const DESK: Role[] = ["officer", "supervisor"];
export const SUPERVISION: Role[] = ["supervisor"];
export const VIDEO: Role[] = ["video_agent", "supervisor"];

/** Where a revoked person stands once the cause has gone: enrolled anew, if they wish. */
export const RETURNABLE = "returnable";

/** Ask once who works here. Throws Problem. */
export async function loadOfficer(): Promise<Officer> {
  return (officer.value ??= await getOfficer());
}

/** Whether the officer of this session has one of these roles. */
export const has = (roles: Role[]): boolean =>
  officer.value !== null && roles.includes(officer.value.role);

export interface Task {
  id: string;
  path: string;
  roles: Role[];
}

/** What each role comes here for, the most frequent first. */
export const TASKS: Task[] = [
  { id: "enrol", path: "/enrolments/new", roles: DESK },
  { id: "look-up", path: "/look-up", roles: ["officer", "video_agent", "supervisor"] },
  { id: "renew", path: "/enrolments/new?purpose=renew", roles: DESK },
  { id: "video", path: "/video", roles: VIDEO },
  { id: "approvals", path: "/approvals", roles: SUPERVISION },
  { id: "invite", path: "/acts/invite", roles: DESK },
  { id: "letters", path: "/letters", roles: DESK },
  { id: "death", path: "/acts/death", roles: SUPERVISION },
  { id: "officers", path: "/officers", roles: SUPERVISION },
  { id: "offices", path: "/offices", roles: SUPERVISION },
  { id: "audit", path: "/audit", roles: ["auditor", "supervisor"] },
];
