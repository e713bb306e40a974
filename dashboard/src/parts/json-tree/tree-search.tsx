/** The search over a tree: what is typed is looked for in slices, and the buttons go from match to match. */
import { useEffect, useState } from "preact/hooks";
import { type Matches, search } from "./find.ts";
import { pathText } from "./json-path.ts";

interface TreeSearchProps {
  readonly document: unknown;
  /** Called with the path of a match that is to be shown. */
  readonly onFound: (path: string) => void;
}

const TYPING_MS = 200;

export function TreeSearch({ document, onFound }: TreeSearchProps) {
  const [text, setText] = useState("");
  const [matches, setMatches] = useState<Matches>();
  const [at, setAt] = useState(0);
  const wanted = text.trim();
  useEffect(() => {
    setMatches(undefined);
    setAt(0);
    if (wanted === "") return;
    const slices = search(document, wanted);
    let timer = setTimeout(look, TYPING_MS);
    function look() {
      const slice = slices.next();
      if (slice.done) return;
      setMatches(slice.value);
      timer = setTimeout(look);
    }
    return () => clearTimeout(timer);
  }, [document, wanted]);

  const paths = matches?.paths ?? [];
  const go = (to: number) => {
    const path = paths[to];
    if (!path) return;
    setAt(to);
    onFound(pathText(path));
  };
  const first = paths[0];
  useEffect(() => {
    if (first) go(0);
  }, [first && pathText(first), wanted]);

  const next = (event: Event) => {
    event.preventDefault();
    go((at + 1) % Math.max(1, paths.length));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to all browsers that this page is for
    <form class="json-search" role="search" onSubmit={next}>
      <input
        type="search"
        aria-label="Search the document"
        placeholder="Search names and values"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {wanted !== "" && (
        <>
          <span role="status">{standing(matches, at)}</span>
          <button
            type="button"
            class="button small"
            aria-label="Match before"
            disabled={paths.length < 2}
            onClick={() => go((at + paths.length - 1) % paths.length)}
          >
            ↑
          </button>
          <button type="submit" class="button small" aria-label="Next match" disabled={paths.length < 2}>
            ↓
          </button>
        </>
      )}
    </form>
  );
}

function standing(matches: Matches | undefined, at: number): string {
  if (!matches) return "…";
  const { paths, more, isDone } = matches;
  if (paths.length === 0) return isDone ? "Nothing found" : "…";
  return `${at + 1} of ${more ? "more than " : ""}${paths.length}${isDone ? "" : "…"}`;
}
