import { beforeEach } from "vitest";

/** With every mutant of a file in it the code takes longer: what only measures time tells nothing here. */
const TIMED = /\b(?:bounded time|within seconds|in time|megabytes|no longer than)\b/;

beforeEach(({ task, skip }) => {
  if (TIMED.test(task.name)) skip();
});
