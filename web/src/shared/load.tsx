/** Data of a page: asked for once, shown when there, with a way on when it fails. */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { Problem } from "./api";
import { t } from "./i18n";
import { ProblemNotice } from "./problem";

export interface Load<T> {
  data: T | null;
  problem: Problem | null;
  reload: () => Promise<void>;
}

/** Run a call when the page opens and whenever `reload` is called. */
export function useLoad<T>(ask: () => Promise<T>, key = ""): Load<T> {
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reload = useCallback(async () => {
    try {
      setData(await ask());
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  }, [key]);
  useEffect(() => void reload(), [reload]);
  return { data, problem, reload };
}

/** Turn what was thrown into a problem; a fault of our own code is thrown on. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

/** Show the data, or that it is on its way, or what keeps it away. */
export function Loaded<T>(props: { load: Load<T>; children: (data: T) => ComponentChildren }) {
  const { data, problem, reload } = props.load;
  if (problem) return <ProblemNotice problem={problem} retry={reload} />;
  if (data === null) return <p role="status">{t("common.loading")}</p>;
  return <>{props.children(data)}</>;
}
