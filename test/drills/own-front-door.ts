import type { AddressInfo } from "node:net";
import { buildFrontDoor } from "../../local/front-door/front-door.ts";
import { parseFrontDoorConfig } from "../../local/front-door/front-door-config.ts";

/** A front door of the drill's own, in this process, over any endpoints. */
export async function startFrontDoorBefore(
  primary: readonly string[],
  standby: readonly string[],
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const config = parseFrontDoorConfig({
    port: 0,
    regions: [
      { name: "region-a", role: "primary", endpoints: primary },
      { name: "region-b", role: "standby", endpoints: standby },
    ],
  });
  const door = buildFrontDoor({ config, logged: false });
  await door.listen({ host: "127.0.0.1", port: 0 });
  const { port } = door.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => door.close() };
}
