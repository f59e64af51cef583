import type { Placed, Stack } from "../manifests/stack.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { type GatewayFile, gatewayExample, gatewayFilesOf } from "./gateway-file.ts";

/** The largest part of every cap that one cluster may spend, and the object that says so. */
interface Share {
  readonly placed: Placed;
  readonly share: number;
}

/** Ten shares of 0.1 do not add up to 1 exactly. */
const TOLERANCE = 1e-9;

export const budgetLimitRegionShares = stackPolicy({
  name: "budget-limit-region-shares",
  description: "The parts of the budgets that the regions may spend are no more than the whole.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-6" }],
  reason:
    "Each region counts alone and enforces its part of every cap. Where the parts are more than one whole, which two regions that state " +
    "none are, the fleet may spend twice what was approved.",
  remedy: "Set budgets.regionShare in each region so that the shares sum to 1, for example 0.5 in two.",
  parameters: {},
  examples: {
    pass: [
      { what: "one region with all of it", objects: [gatewayExample({})] },
      {
        what: "two files of one region, of the coordinator and of a class of agents",
        objects: [gatewayExample({}), gatewayExample({})],
      },
    ],
    fail: [
      { what: "more than the whole", objects: [gatewayExample({ budgets: { regionShare: 1.5 } })] },
      { what: "a share in quotes", objects: [gatewayExample({ budgets: { regionShare: "0.5" } })] },
    ],
  },
  judge: judgeShares,
});

function judgeShares(stack: Stack): StackFinding[] {
  const read = stack
    .ofKind("ConfigMap")
    .flatMap((placed) => gatewayFilesOf(placed.manifest).map((file) => shareOf(placed, file)));
  const stated = read.filter((each) => "share" in each);
  const largest = [...Map.groupBy(stated, ({ placed }) => placed.cluster).values()].map(largestOf);
  return [...read.filter((each) => "finding" in each), ...judgeSum(largest)];
}

function shareOf(
  placed: Placed,
  file: GatewayFile,
): Share | { readonly placed: Placed; readonly finding: Finding } {
  if (file.type === "unreadable") return { placed, finding: file.finding };
  const field = file.rules.at("budgets", "regionShare");
  const share = field.missing ? 1 : field.value;
  if (typeof share === "number" && share > 0) return { placed, share };
  const reason = `regionShare is ${JSON.stringify(share)}, which is no part of a whole.`;
  return { placed, finding: violation(field, reason, "Write a number above 0 and up to 1.") };
}

/** Several files of one cluster are those of one store, which the coordinator and the classes of agents share. */
function largestOf(shares: readonly Share[]): Share {
  return shares.reduce((largest, each) => (each.share > largest.share ? each : largest));
}

function judgeSum(shares: readonly Share[]): StackFinding[] {
  const sum = shares.reduce((total, { share }) => total + share, 0);
  if (sum <= 1 + TOLERANCE) return [];
  const { placed } = largestOf(shares);
  const reason = `the regions together may spend ${sum} times what the budgets say.`;
  const remedy = "Let the regionShare of all regions sum to 1.";
  return [{ placed, finding: violation(placed.manifest.root.at("data"), reason, remedy) }];
}
