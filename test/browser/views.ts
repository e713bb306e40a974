/** Every view with something to show, and a text that it shows of the full project. */
export interface View {
  readonly name: string;
  /** Below `/dashboard`. */
  readonly path: string;
  /** Seen there when it works. */
  readonly shows: RegExp;
}

const SURVEY = "surveys/workflow-survey";

/** It waits for three others. */
export const WAITING = "surveys/workflow-publish-only/spring";

/** What the API answers, for views whose address depends on it. */
async function ask<Answer>(address: string, path: string): Promise<Answer> {
  const response = await fetch(`${address}${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  // As the shapes of the API say; its own tests hold it to them.
  return (await response.json()) as Answer;
}

export const payloadId = (item: string): string => `${SURVEY}/${item}`;

export async function executionOf(address: string, id: string): Promise<string> {
  const { workflow, execution } = await ask<{ workflow: string; execution: string }>(
    address,
    `/v1/payload?id=${encodeURIComponent(id)}`,
  );
  return `/execution/${workflow}/${execution}`;
}

/** `address`: of the server. */
export async function listViews(address: string): Promise<readonly View[]> {
  const good = encodeURIComponent(payloadId("scene-1"));
  const bad = encodeURIComponent(payloadId("scene-2"));
  const run = await executionOf(address, payloadId("scene-1"));
  const failed = await executionOf(address, payloadId("scene-2"));
  return [
    { name: "home", path: "/", shows: /survey/ },
    { name: "payloads", path: "/payloads", shows: /scene-1/ },
    { name: "payloads that failed", path: "/payloads?state=FAILED", shows: /no scene/ },
    { name: "payload", path: `/payload?id=${good}`, shows: /SUCCEEDED/ },
    { name: "payload that failed", path: `/payload?id=${bad}`, shows: /no scene/ },
    { name: "payload that waits", path: `/payload?id=${encodeURIComponent(WAITING)}`, shows: /scene-2.*None yet/s },
    { name: "execution graph", path: `${run}?tab=graph`, shows: /is-large/ },
    { name: "execution timeline", path: `${run}?tab=timeline`, shows: /shake/ },
    { name: "execution events", path: `${run}?tab=events`, shows: /StateEntered/ },
    { name: "execution logs", path: `${run}?tab=logs`, shows: /measuring 1 items/ },
    { name: "execution input and output", path: `${failed}?tab=io`, shows: /FeatureCollection/ },
    { name: "workflows", path: "/workflows", shows: /mirror-with-preview/ },
    { name: "workflow", path: "/workflow/survey", shows: /measure/ },
    { name: "tasks", path: "/tasks", shows: /measure/ },
    { name: "task", path: "/task/shake", shows: /no scene/ },
    { name: "dead letters", path: "/dead-letters", shows: /did not answer/ },
    { name: "bulk runs", path: "/bulk", shows: /squares/ },
    { name: "bulk run", path: "/bulk/squares", shows: /cannot be squared/ },
    { name: "loops", path: "/loops", shows: /zzebu/ },
    { name: "loops of an organisation", path: "/loops/zzebu", shows: /train_model/ },
    { name: "task of a loop", path: "/loop-task?task=zzebu/articles", shows: /FAILED/ },
    { name: "actions", path: "/actions", shows: /Actions/ },
  ];
}
