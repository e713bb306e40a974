/** Whose tasks are shown: one organisation's, or all. */
import type { OrganisationView } from "../../../../src/api/shapes/loops.ts";
import { navigate } from "../../location.ts";
import { href } from "../../routes.ts";

interface OrganisationChooserProps {
  readonly organisations: readonly OrganisationView[];
  readonly chosen: string | undefined;
}

export function OrganisationChooser({ organisations, chosen }: OrganisationChooserProps) {
  const isKnown = chosen === undefined || organisations.some(({ codops }) => codops === chosen);
  return (
    <label class="organisation-chooser">
      Organisation
      <select value={chosen ?? ""} onChange={(event) => navigate(href.loops(event.currentTarget.value || undefined))}>
        <option value="">all organisations</option>
        {!isKnown && <option value={chosen}>{chosen}: unknown</option>}
        {organisations.map((organisation) => (
          <option key={organisation.codops} value={organisation.codops}>
            {organisation.codops}: {standingText(organisation)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** `3 tasks, 1 runs, 1 failing` */
function standingText({ tasks, running, failing, broken, paused }: OrganisationView): string {
  return [
    `${tasks} ${tasks === 1 ? "task" : "tasks"}`,
    ...(running > 0 ? [`${running} ${running === 1 ? "runs" : "run"}`] : []),
    ...(failing > 0 ? [`${failing} failing`] : []),
    ...(broken > 0 ? [`${broken} broken`] : []),
    ...(paused ? ["paused"] : []),
  ].join(", ");
}
