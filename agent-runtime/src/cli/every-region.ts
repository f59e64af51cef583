import { CliError, EXIT } from "./cli-error.ts";
import type { OpsAnswer, OpsClient } from "./ops-client.ts";
import type { Session } from "./session.ts";
import type { TableCell, TableRow } from "./table.ts";

/** What became of one region. */
export type RegionOutcome<Answer> =
  | { readonly kind: "done"; readonly region: string; readonly answer: Answer }
  | { readonly kind: "failed"; readonly region: string; readonly error: CliError };

interface Display<Answer> {
  readonly header: readonly string[];
  readonly cells: (answer: Answer) => readonly (readonly TableCell[])[];
  /** What whoever typed the command should know besides. */
  readonly warning?: (answer: Answer, region: string) => string | undefined;
  /** What to type for the regions that failed. */
  readonly repeat?: (failed: readonly string[]) => string;
}

/**
 * Asks every region at once and shows each one's answer. One that fails keeps no other from being asked.
 *
 * @throws {CliError} naming the regions that failed, after all are shown.
 */
export async function inEveryRegion<Answer>(
  session: Session,
  ask: (client: OpsClient) => Promise<OpsAnswer<Answer>>,
  display: Display<Answer>,
): Promise<void> {
  const clients = await session.every();
  const outcomes = await Promise.all(clients.map((client) => outcomeOf(client, ask)));
  session.show({ regions: outcomes.map(toJson) }, () =>
    session.table(
      ["REGION", "RESULT", ...display.header],
      outcomes.flatMap((outcome) => rowsOf(outcome, display)),
    ),
  );
  for (const outcome of outcomes) warn(session, outcome, display);
  refuseFailures(outcomes, display.repeat);
}

/** Asks one region; a failure is an outcome too. */
export async function outcomeOf<Answer>(
  client: OpsClient,
  ask: (client: OpsClient) => Promise<OpsAnswer<Answer>>,
): Promise<RegionOutcome<Answer>> {
  try {
    const { region, body } = await ask(client);
    return { kind: "done", region, answer: body };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { kind: "failed", region: client.name, error };
  }
}

/** An outcome as programs read it. */
export function toJson<Answer>(outcome: RegionOutcome<Answer>) {
  const { region } = outcome;
  return outcome.kind === "done"
    ? { region, ok: true, answer: outcome.answer }
    : { region, ok: false, error: { message: outcome.error.message } };
}

function warn<Answer>(session: Session, outcome: RegionOutcome<Answer>, { warning }: Display<Answer>): void {
  if (outcome.kind === "failed") return;
  const text = warning?.(outcome.answer, outcome.region);
  if (text !== undefined) session.note(`warning: ${text}`);
}

function rowsOf<Answer>(outcome: RegionOutcome<Answer>, { cells }: Display<Answer>): TableRow[] {
  if (outcome.kind === "failed") return [{ cells: [outcome.region, "FAILED"], tone: "bad" }];
  const rows = cells(outcome.answer);
  if (rows.length === 0) return [{ cells: [outcome.region, "ok"] }];
  return rows.map((row) => ({ cells: [outcome.region, "ok", ...row] }));
}

/** @throws {CliError} naming the regions that failed, and what to type for them. */
export function refuseFailures(
  outcomes: readonly RegionOutcome<unknown>[],
  repeat?: (failed: readonly string[]) => string,
): void {
  const failed = outcomes.filter((outcome) => outcome.kind === "failed");
  const [first] = failed;
  if (first === undefined) return;
  if (outcomes.length === 1)
    throw new CliError(first.error.exitCode, first.error.message, { isInResult: true });
  const reasons = failed.map(({ error }) => error.message).join(" ");
  const fix = repeat === undefined ? "" : ` Repeat it with: ${repeat(failed.map(({ region }) => region))}`;
  const summary = `${failed.length} of ${outcomes.length} regions failed. ${reasons}${fix}`;
  throw new CliError(EXIT.failed, summary, { isInResult: true });
}
