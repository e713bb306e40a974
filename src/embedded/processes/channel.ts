/** The file descriptor at which a task's process and whoever started it talk. Until the first line comes, nothing of the task is loaded. */
export const CHANNEL = 3;
