/** The view "Loop task". */
import { Page } from "../../parts/page.tsx";

export default function LoopTask() {
  return <Page title="Loop task" />;
}
