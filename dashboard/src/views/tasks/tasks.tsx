/** The view "Tasks". */
import { Page } from "../../parts/page.tsx";

export default function Tasks() {
  return <Page title="Tasks" />;
}
