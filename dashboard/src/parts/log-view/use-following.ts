/** Where the list of a log stands by itself: at its end while it grows, or at the line that a link leads to. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { VirtualListHandle } from "../virtual-list/virtual-list.tsx";
import type { LogReading } from "./use-log.ts";

type List = { readonly current: VirtualListHandle | null };

/** Follows a log that grows from when it has been read to its end, until whoever looks scrolls up. */
export function useFollowing(log: LogReading, hasChosen: boolean, list: List) {
  const [isFollowing, setFollowing] = useState(false);
  const [left, setLeft] = useState(0);
  const touched = useRef(hasChosen);
  useEffect(() => {
    if (log.rest === "growing" && !touched.current) setFollowing(true);
    if (log.rest === "ended") setFollowing(false);
  }, [log.rest]);
  return {
    isFollowing,
    missed: Math.max(0, log.count - left),
    onScrolled(isAtEnd: boolean) {
      if (log.rest === "ended") return;
      touched.current = true;
      if (isFollowing && !isAtEnd) setLeft(log.count);
      setFollowing(isAtEnd && log.rest === "growing");
    },
    stop() {
      touched.current = true;
      setLeft(log.count);
      setFollowing(false);
    },
    jump() {
      setFollowing(true);
      list.current?.toEnd();
    },
  };
}

/** The line of the link is shown as soon as it has been read. */
export function useChosenLine(
  chosen: number | undefined,
  log: LogReading,
  shown: { positionOf(line: number): number },
  list: List,
): void {
  const awaited = useRef(chosen);
  const isThere = awaited.current !== undefined && awaited.current < log.count;
  useEffect(() => {
    if (!isThere || awaited.current === undefined) return;
    list.current?.show(shown.positionOf(awaited.current), "middle");
    awaited.current = undefined;
  }, [isThere]);
}
