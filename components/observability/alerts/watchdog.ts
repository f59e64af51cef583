import type { AlertTable } from "../alert.ts";

/** Fires always: whoever stops hearing of it knows that alerts do not arrive any more. */
export const watchdogAlert: AlertTable = ({ region }) => [
  {
    name: "Watchdog",
    severity: "info",
    team: "platform",
    dashboard: "regions",
    for: "0m",
    expr: "vector(1)",
    summary: `Alerts of ${region} arrive`,
    description: "A dead man's switch: it is silence that is the alarm.",
  },
];
