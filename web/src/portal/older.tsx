/** A list that comes in pages, the newest first: what is there, and a button for what is older. */
import { useState } from "preact/hooks";
import type { Problem } from "../shared/api";
import { asProblem } from "../shared/load";
import { ProblemNotice } from "../shared/problem";
import type { PageOf } from "./api";

interface Paged<Entry> {
  entries: Entry[];
  /** Null when the oldest is there. */
  older: (() => Promise<void>) | null;
  problem: Problem | null;
}

/** Begin with a page that is there; each older one is added to it when asked for. */
export function usePages<Entry>(
  first: PageOf<Entry>,
  ask: (after: string | null) => Promise<PageOf<Entry>>,
): Paged<Entry> {
  const [entries, setEntries] = useState(first.entries);
  const [next, setNext] = useState(first.next);
  const [problem, setProblem] = useState<Problem | null>(null);
  const older = async () => {
    try {
      const page = await ask(next);
      setEntries([...entries, ...page.entries]);
      setNext(page.next);
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return { entries, older: next ? older : null, problem };
}

export function Older<Entry>(props: { of: Paged<Entry>; label: string }) {
  const { older, problem } = props.of;
  return (
    <>
      {problem && <ProblemNotice problem={problem} />}
      {older && (
        <div class="actions">
          <button type="button" class="button button-secondary" id="older" onClick={older}>
            {props.label}
          </button>
        </div>
      )}
    </>
  );
}
