import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { drill } from "./drill.ts";
import { loadOn, recordLoad } from "./drill-load.ts";
import { composeOtherImage } from "./other-image.ts";

drill(
  2,
  "A new image, then a changed configuration, deployed under load with open streams",
  async (context) => {
    const { environment, figures } = context;
    const before = await environment.deployedImage("claude-agent-coordinator", "deployment");
    const image = await composeOtherImage(environment);
    const load = loadOn(environment, { words: 200 });
    await sleep(3000);

    const newImage = await environment.deploy({ image });
    const newConfig = await environment.deploy({ image, coordinator: { logLevel: "debug" } });
    await sleep(5000);
    const counts = await load.stop();

    figures.record("update of the image", Math.round(newImage.result.durationMs / 100) / 10, "s");
    figures.record("update of the configuration", Math.round(newConfig.result.durationMs / 100) / 10, "s");
    recordLoad(figures, counts);
    await environment.deploy({ image: before });
    expect(counts.json.failed, "JSON requests that failed").toBe(0);
    const { started, complete, unfinished } = counts.streams;
    expect(started - complete - unfinished, "streams that were not whole").toBe(0);
  },
);
