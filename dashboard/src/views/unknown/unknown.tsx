/** The view "There is no such page". */
import { Page } from "../../parts/page.tsx";

export default function Unknown() {
  return <Page title="There is no such page" />;
}
