import type { Outcome } from "../report/model.ts";
import { reasonOf } from "../report/reason.ts";
import { spreadOf } from "../statistics.ts";

export type Figures = Readonly<Record<string, number>>;

export interface RoundsOptions<Subject> {
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly measure: (subject: Subject, round: number) => Promise<Figures>;
  /** The subject whose figures of the same round the others' are compared with. */
  readonly baseline?: string;
  readonly compare?: (own: Figures, baseline: Figures) => Figures;
}

/**
 * Measures every subject once a round, each round beginning with another one, so that whatever else the machine does hits
 * all of them alike. A subject that fails once is left out from then on.
 */
export async function measureRounds<Subject extends { readonly name: string }>(
  options: RoundsOptions<Subject>,
): Promise<Map<string, Outcome>> {
  const { subjects, rounds } = options;
  const samples = new Map<string, Figures[]>(subjects.map(({ name }) => [name, []]));
  const failures = new Map<string, string>();
  for (let round = 0; round < rounds; round += 1) {
    const measured = await measureRound(options, round, failures);
    for (const [name, figures] of measured) samples.get(name)?.push(figures);
  }
  return new Map(subjects.map(({ name }) => [name, outcomeOf(samples.get(name) ?? [], failures.get(name))]));
}

function outcomeOf(samples: readonly Figures[], failure: string | undefined): Outcome {
  if (failure !== undefined) return { kind: "failed", reason: failure };
  return { kind: "measured", figures: spreadsOf(samples) };
}

async function measureRound<Subject extends { readonly name: string }>(
  { subjects, signal, measure, baseline, compare }: RoundsOptions<Subject>,
  round: number,
  failures: Map<string, string>,
): Promise<Map<string, Figures>> {
  const measured = new Map<string, Figures>();
  for (const subject of rotated(subjects, round)) {
    signal.throwIfAborted();
    if (failures.has(subject.name)) continue;
    try {
      measured.set(subject.name, await measure(subject, round));
    } catch (error) {
      signal.throwIfAborted();
      failures.set(subject.name, reasonOf(error));
    }
  }
  const reference = baseline === undefined ? undefined : measured.get(baseline);
  if (reference === undefined || compare === undefined) return measured;
  return new Map([...measured].map(([name, own]) => [name, { ...own, ...compare(own, reference) }]));
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const first = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

function spreadsOf(samples: readonly Figures[]) {
  const keys = new Set(samples.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      spreadOf(samples.flatMap((figures) => (figures[key] === undefined ? [] : [figures[key]]))),
    ]),
  );
}
