import { Command, Option } from "commander";
import { buildFrontDoor } from "./front-door.ts";
import { readFrontDoorConfig } from "./front-door-config.ts";

/** The front door as a process of its own: listens, logs JSON lines, ends open requests on SIGTERM and leaves. */
const { config: file } = new Command("front-door")
  .description("one URL over the regions of the embedded environment")
  .addOption(
    new Option("--config <file>", "JSON file with the settings")
      .env("FRONT_DOOR_CONFIG")
      .makeOptionMandatory(),
  )
  .parse()
  .opts<{ config: string }>();

const config = await readFrontDoorConfig(file);
const app = buildFrontDoor({ config, logged: true });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain());
await app.listen({ host: config.host, port: config.port });

async function drain(): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), config.drainMs);
  await app.close();
  clearTimeout(timer);
}
