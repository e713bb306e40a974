/** The view "Task". */
import { Page } from "../../parts/page.tsx";

export default function Task() {
  return <Page title="Task" />;
}
