import { CliError, EXIT } from "./cli-error.ts";
import type { OpsAnswer, OpsClient } from "./ops-client.ts";
import type { Session } from "./session.ts";
import type { TableCell, TableRow } from "./table.ts";

/** What became of one region. */
export type RegionOutcome<Answer> =
  | { readonly kind: "done"; readonly region: string; readonly answer: Answer }
  | { readonly kind: "failed"; readonly region: string; readonly error: CliError };

interface Columns<Answer> {
  readonly header: readonly string[];
  readonly cells: (answer: Answer) => readonly (readonly TableCell[])[];
}

/**
 * Asks every region at once and shows each one's answer. One that fails keeps no other from being asked.
 *
 * @throws {CliError} naming the regions that failed, after all are shown.
 */
export async function inEveryRegion<Answer>(
  session: Session,
  ask: (client: OpsClient) => Promise<OpsAnswer<Answer>>,
  columns: Columns<Answer>,
): Promise<void> {
  const clients = await session.every();
  const outcomes = await Promise.all(clients.map((client) => outcomeOf(client, ask)));
  session.show({ regions: outcomes.map(toJson) }, () =>
    session.table(
      ["REGION", "RESULT", ...columns.header],
      outcomes.flatMap((outcome) => rowsOf(outcome, columns)),
    ),
  );
  refuseFailures(outcomes);
}

async function outcomeOf<Answer>(
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

function toJson<Answer>(outcome: RegionOutcome<Answer>) {
  const { region } = outcome;
  return outcome.kind === "done"
    ? { region, ok: true, answer: outcome.answer }
    : { region, ok: false, error: { message: outcome.error.message } };
}

function rowsOf<Answer>(outcome: RegionOutcome<Answer>, { cells }: Columns<Answer>): TableRow[] {
  if (outcome.kind === "failed") return [{ cells: [outcome.region, "FAILED"], tone: "bad" }];
  const rows = cells(outcome.answer);
  if (rows.length === 0) return [{ cells: [outcome.region, "ok"] }];
  return rows.map((row) => ({ cells: [outcome.region, "ok", ...row] }));
}

function refuseFailures(outcomes: readonly RegionOutcome<unknown>[]): void {
  const errors = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.error] : []));
  const [first] = errors;
  if (first === undefined) return;
  if (outcomes.length === 1) throw new CliError(first.exitCode, first.message, { isInResult: true });
  const reasons = errors.map(({ message }) => message).join(" ");
  const summary = `${errors.length} of ${outcomes.length} regions failed. ${reasons}`;
  throw new CliError(EXIT.failed, summary, { isInResult: true });
}
