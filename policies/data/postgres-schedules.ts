import type { Field } from "../manifests/field.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** A backup that is made again and again. */
interface Schedule {
  readonly cluster: Field;
  readonly suspend: Field;
  readonly time: Field;
}

/** Nothing where a schedule that is in force backs up the cluster once a week or more often. */
export function judgeSchedule(stack: Stack, placed: Placed, remedy: string): Finding[] {
  const name = placed.manifest.root.at("metadata", "name");
  const active = schedulesBeside(stack, placed).filter(({ suspend }) => suspend.value !== true);
  const own = active.filter(({ cluster }) => cluster.text !== undefined && cluster.text === name.text);
  if (own.some(({ suspend, time }) => !suspend.unknown && isOften(time.text))) return [];
  const open = [name, ...active.flatMap(({ cluster, suspend, time }) => [cluster, suspend, time])].filter(
    ({ unknown }) => unknown,
  );
  if (active.length > 0 && open.length > 0) return open.map(undecided);
  const [seldom] = own;
  return [
    seldom === undefined
      ? violation(placed.manifest.root, "no ScheduledBackup of its namespace backs it up.", remedy)
      : violation(
          placed.manifest.root,
          `its ScheduledBackup has the schedule ${JSON.stringify(seldom.time.value ?? null)}, which is not once a week or more often.`,
          remedy,
        ),
  ];
}

function schedulesBeside(stack: Stack, placed: Placed): Schedule[] {
  return stack
    .beside(placed)
    .filter(({ manifest }) => manifest.kind === "ScheduledBackup")
    .map(({ manifest }) => manifest.root.at("spec"))
    .map((spec) => ({
      cluster: spec.at("cluster", "name"),
      suspend: spec.at("suspend"),
      time: spec.at("schedule"),
    }));
}

const OFTEN: ReadonlySet<string> = new Set(["@hourly", "@daily", "@midnight", "@weekly"]);
const SECONDS_OF_A_WEEK = 7 * 24 * 60 * 60;

/** A schedule of the operator: a word, a time between two backups, or six fields that begin with seconds. */
function isOften(schedule = ""): boolean {
  if (OFTEN.has(schedule)) return true;
  const [every, hours = "", minutes = "", seconds = ""] =
    /^@every (?=\d)(?:(\d{1,8})h)?(?:(\d{1,8})m)?(?:(\d{1,8})s)?$/.exec(schedule) ?? [];
  if (every !== undefined) {
    return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) <= SECONDS_OF_A_WEEK;
  }
  const fields = schedule.trim().split(/\s+/);
  const [, , , day = "", month = ""] = fields;
  return fields.length === 6 && /^[*?](?:\/[1-7])?$/.test(day) && /^[*?]$/.test(month);
}
