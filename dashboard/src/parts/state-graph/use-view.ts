/** What part of the graph is seen, moved by dragging, wheel, keys and buttons. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Layout } from "./layout.ts";
import { fitted, opening, pan, reveal, type Size, type ViewBox, zoom } from "./view-box.ts";

const STEP = 60;
const FACTOR = 1.25;

export interface View {
  readonly box: ViewBox;
  readonly screen: Size;
  zoomBy(factor: number): void;
  panBy(dx: number, dy: number): void;
  fitAll(): void;
  show(box: Size & { readonly x: number; readonly y: number }): void;
  /** True where the key was one of the view's own. */
  onKey(event: KeyboardEvent): boolean;
}

export function useView(element: RefObject<HTMLElement | null>, layout: Layout): View {
  const [screen, setScreen] = useState<Size>({ width: 0, height: 0 });
  const [box, setBox] = useState<ViewBox>({ x: 0, y: 0, scale: 1 });
  const opened = useRef(false);

  useEffect(() => {
    const frame = element.current;
    if (!frame) return;
    const measure = () => setScreen({ width: frame.clientWidth, height: frame.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(frame);
    measure();
    return () => observer.disconnect();
  }, [element]);

  // Another layout, or the first size of the frame.
  useEffect(() => {
    if (screen.width === 0) return;
    if (!opened.current) setBox(opening(layout, screen));
    opened.current = true;
  }, [layout, screen]);

  useDrag(element, (dx, dy) => setBox((now) => pan(now, dx, dy)));
  useWheel(element, (factor, at) => setBox((now) => zoom(now, factor, at)));

  const centre = { x: screen.width / 2, y: screen.height / 2 };
  const view: View = {
    box,
    screen,
    zoomBy: (factor) => setBox((now) => zoom(now, factor, centre)),
    panBy: (dx, dy) => setBox((now) => pan(now, dx, dy)),
    fitAll: () => setBox(fitted(layout, screen)),
    show: (place) => setBox((now) => (screen.width === 0 ? now : reveal(now, screen, place))),
    onKey(event) {
      const act = keyAction(event, view);
      if (!act) return false;
      event.preventDefault();
      act();
      return true;
    },
  };
  return view;
}

function keyAction(event: KeyboardEvent, view: View): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (event.shiftKey && event.key.startsWith("Arrow")) {
    if (event.key === "ArrowLeft") return () => view.panBy(STEP, 0);
    if (event.key === "ArrowRight") return () => view.panBy(-STEP, 0);
    return () => view.panBy(0, event.key === "ArrowUp" ? STEP : -STEP);
  }
  if (event.key === "+" || event.key === "=") return () => view.zoomBy(FACTOR);
  if (event.key === "-") return () => view.zoomBy(1 / FACTOR);
  if (event.key === "0") return () => view.fitAll();
  return undefined;
}

/** By the pointer; a click that hardly moves is still a click. */
function useDrag(element: RefObject<HTMLElement | null>, move: (dx: number, dy: number) => void): void {
  useEffect(() => {
    const frame = element.current;
    if (!frame) return;
    let last: { x: number; y: number; readonly id: number } | undefined;
    let dragged = 0;
    const down = (event: PointerEvent) => {
      if (event.button === 0 && event.pointerType !== "touch")
        last = { x: event.clientX, y: event.clientY, id: event.pointerId };
      dragged = 0;
    };
    const drag = (event: PointerEvent) => {
      if (!last) return;
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      dragged += Math.abs(dx) + Math.abs(dy);
      if (dragged > 4 && !frame.hasPointerCapture(last.id)) frame.setPointerCapture(last.id);
      last = { ...last, x: event.clientX, y: event.clientY };
      if (dragged > 4) move(dx, dy);
    };
    const up = () => {
      last = undefined;
    };
    frame.addEventListener("pointerdown", down);
    frame.addEventListener("pointermove", drag);
    frame.addEventListener("pointerup", up);
    frame.addEventListener("pointercancel", up);
    return () => {
      frame.removeEventListener("pointerdown", down);
      frame.removeEventListener("pointermove", drag);
      frame.removeEventListener("pointerup", up);
      frame.removeEventListener("pointercancel", up);
    };
  }, [element]);
}

/** With Ctrl or Cmd, as in maps; the wheel alone scrolls the page. */
function useWheel(
  element: RefObject<HTMLElement | null>,
  zoomAt: (factor: number, at: { readonly x: number; readonly y: number }) => void,
): void {
  useEffect(() => {
    const frame = element.current;
    if (!frame) return;
    const turn = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = frame.getBoundingClientRect();
      zoomAt(Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
    };
    frame.addEventListener("wheel", turn, { passive: false });
    return () => frame.removeEventListener("wheel", turn);
  }, [element]);
}
