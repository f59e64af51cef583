import type { Command } from "commander";
import { cacheInvalidation, cacheList } from "../../ops/routes/caches.ts";
import { countOf, examples } from "../format.ts";
import type { OpenSession, Session } from "../session.ts";
import { plainRows } from "../table.ts";

/** Caches of answers, models and configuration. */
export function addCacheCommands(program: Command, open: OpenSession): void {
  const caches = program.command("caches").description("Caches of answers and models.");
  caches
    .command("stats")
    .description("Shows what the caches of the process that answers hold, and how often they helped.")
    .addHelpText("after", examples("agentctl caches stats"))
    .action((_options: object, command: Command) => showStats(open(command)));
  caches
    .command("invalidate")
    .description("Removes entries that match a pattern, in every process of the region.")
    .argument("<pattern>", "glob with *; quote it, or the shell will read it")
    .option("--cache <name>", "only of this cache, responses or models")
    .addHelpText("after", examples("agentctl caches invalidate '*' --cache responses"))
    .action((pattern: string, options: { cache?: string }, command: Command) =>
      invalidate(open(command), pattern, options.cache),
    );
}

async function showStats(session: Session): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({ path: "/caches", answer: cacheList });
  session.show(body, () => {
    const rows = body.caches.map(({ name, entries, bytes, hits, joined, misses, evictions, hitPercent }) => [
      name,
      entries,
      bytes,
      hits,
      joined,
      misses,
      evictions,
      hitPercent === undefined ? undefined : `${hitPercent} %`,
    ]);
    const header = ["CACHE", "ENTRIES", "BYTES", "HITS", "JOINED", "MISSES", "EVICTED", "HIT RATE"];
    return session.table(header, plainRows(rows));
  });
}

async function invalidate(session: Session, pattern: string, cache: string | undefined): Promise<void> {
  const client = await session.one();
  const { body, region } = await client.call({
    method: "POST",
    path: "/caches/invalidate",
    body: { pattern, ...(cache === undefined ? {} : { cache }) },
    answer: cacheInvalidation,
  });
  session.show(body, () => `Removed ${countOf(body.removed, "entry", "entries")} in ${region}.\n`);
}
