/** Stands where something is on its way. */
export function Loading({ what = "Loading" }: { readonly what?: string }) {
  return <p class="loading">{what}…</p>;
}
