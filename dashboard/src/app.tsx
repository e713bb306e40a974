/** The page around the views: navigation, the place's name, the banner, the view that the address asks for. */
import type { ComponentType } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Info } from "../../src/api/shapes/info.ts";
import { setLive } from "./api/live.ts";
import { useQuery } from "./api/use-query.ts";
import { InfoContext } from "./info.ts";
import { followLinks, useLocation } from "./location.ts";
import { Navigation } from "./navigation.tsx";
import { ActionHost } from "./parts/action-host.tsx";
import { announceIn } from "./parts/announce.ts";
import { Banner } from "./parts/banner.tsx";
import { Boundary } from "./parts/boundary.tsx";
import { lazy } from "./parts/lazy.tsx";
import { HEADING_ID } from "./parts/page.tsx";
import { identityOf, match, type ViewName, type ViewProps } from "./routes.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import { VIEWS } from "./views.ts";

const Palette = lazy(() => import("./palette/palette.tsx"), "quiet");
const Sheet = lazy(() => import("./palette/sheet.tsx"), "quiet");

const LAZY = new Map<ViewName, ComponentType<ViewProps>>();

function viewOf(name: ViewName): ComponentType<ViewProps> {
  let view = LAZY.get(name);
  if (!view) {
    view = lazy(VIEWS[name]);
    LAZY.set(name, view);
  }
  return view;
}

export function App() {
  const { pathname, search } = useLocation();
  const info = useQuery<Info>("/v1/info");
  const { view, params } = match(pathname);
  const live = info.data?.live;
  useEffect(() => {
    if (live) setLive(live);
  }, [live]);
  const [open, setOpen] = useState<"palette" | "sheet">();
  const close = useCallback(() => setOpen(undefined), []);
  useShortcuts(setOpen);
  const query = new URLSearchParams(search);
  const identity = identityOf(pathname, query);
  useFocusOnHeading(identity);
  const View = viewOf(view);
  return (
    <InfoContext.Provider value={info.data}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: links inside keep their own behaviour and keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a link's Enter is a click */}
      <div class="frame" onClick={followLinks}>
        <a class="skip" href={`#${HEADING_ID}`}>
          Skip to the content
        </a>
        <Navigation view={view} info={info.data} onOpen={setOpen} />
        <main class="main">
          <Banner problem={info.problem} />
          <Boundary key={identity}>
            <View params={params} query={query} />
          </Boundary>
        </main>
        {open === "palette" && <Palette onClose={close} />}
        {open === "sheet" && <Sheet onClose={close} />}
        <ActionHost />
        <div role="status" class="unseen" ref={announceIn} />
      </div>
    </InfoContext.Provider>
  );
}

/** After a change of the view the focus is on the new heading, as soon as that is there; not when the page is opened. */
function useFocusOnHeading(identity: string): void {
  const before = useRef(identity);
  useEffect(() => {
    if (before.current === identity) return;
    before.current = identity;
    window.scrollTo(0, 0);
    const from = document.activeElement;
    const focus = () => {
      const heading = document.getElementById(HEADING_ID);
      // Who has gone elsewhere meanwhile stays there.
      const isLeft = document.activeElement !== from && document.activeElement !== document.body;
      if (!isLeft) heading?.focus({ preventScroll: true });
      return heading !== null || isLeft;
    };
    if (focus()) return;
    const observer = new MutationObserver(() => {
      if (focus()) observer.disconnect();
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [identity]);
}
