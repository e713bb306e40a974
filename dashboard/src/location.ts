/** Where the page is: the address bar as a value that views follow, and ways to go elsewhere. */
import { useEffect, useState } from "preact/hooks";
import { BASE } from "./routes.ts";

export interface Place {
  readonly pathname: string;
  readonly search: string;
}

const listeners = new Set<() => void>();
const here = (): Place => ({ pathname: window.location.pathname, search: window.location.search });

export function useLocation(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const follow = () => setPlace(here());
    listeners.add(follow);
    window.addEventListener("popstate", follow);
    follow();
    return () => {
      listeners.delete(follow);
      window.removeEventListener("popstate", follow);
    };
  }, []);
  return place;
}

/** Goes to an address of the page. `replace`: the back button does not lead to where it was. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const listener of listeners) listener();
}

/** Changes what follows the question mark and keeps the rest; undefined or an empty text takes a name away. */
export function setQuery(
  changes: Readonly<Record<string, string | undefined>>,
  options: { readonly replace?: boolean } = { replace: true },
): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const search = query.size === 0 ? "" : `?${query}`;
  if (search === window.location.search) return;
  navigate(`${window.location.pathname}${search}`, options);
}

/** Lets plain links to pages of the dashboard change the view without loading it all again. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.target !== "" || link.hasAttribute("download")) return;
  if (link.origin !== window.location.origin || !link.pathname.startsWith(BASE)) return;
  if (link.hash !== "" && link.pathname === window.location.pathname) return;
  event.preventDefault();
  navigate(`${link.pathname}${link.search}`);
}
