/** A worker whose task does nothing: what is measured is everything around it. */
import { defineWorker, done } from "cirrus-pipeline/task";

export const handler = defineWorker((_taskId, taskData) => done(taskData.n));
