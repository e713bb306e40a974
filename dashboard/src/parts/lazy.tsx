/** Components that are loaded when they are first drawn. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem.tsx";

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

/** `const Graph = lazy(() => import("./graph.tsx"))`. `quiet`: nothing stands there until it has come. */
export function lazy<Props extends object>(load: Load<Props>, manner: "says" | "quiet" = "says"): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [, setArrived] = useState(false);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded || failed) return;
      let gone = false;
      load().then(
        (module) => {
          loaded = module.default;
          if (!gone) setArrived(true);
        },
        () => !gone && setFailed(true),
      );
      return () => {
        gone = true;
      };
    }, [failed]);
    if (loaded) {
      const View = loaded;
      return <View {...props} />;
    }
    if (!failed) return manner === "says" ? <Loading /> : null;
    return (
      <ProblemNote
        problem={{
          type: "page",
          title: "A part of the page could not be loaded",
          status: 0,
          detail: "It does not arrive, or there is a newer version of this page.",
          hint: "Load the page again.",
        }}
        onRetry={() => window.location.reload()}
      />
    );
  };
}
