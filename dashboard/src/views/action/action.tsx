/** The view "Action". */
import { Page } from "../../parts/page.tsx";

export default function Action() {
  return <Page title="Action" />;
}
