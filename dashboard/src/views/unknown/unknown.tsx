/** Where no view has the address. */
import { Page } from "../../parts/page.tsx";
import { href } from "../../routes.ts";

export default function Unknown() {
  return (
    <Page title="There is no such page">
      <p>
        Nothing is shown at this address. <a href={href.home()}>Home</a> leads to everything there is, and Ctrl-K or ⌘-K
        finds it by its name.
      </p>
    </Page>
  );
}
