/** Makes one resource, then does what the setting `mishap` says. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const mishap = new pulumi.Config().get("mishap") ?? "none";

const first = new random.RandomString("first", { length: 12 });

switch (mishap) {
  case "none":
    new random.RandomString("second", { length: 12 }, { dependsOn: first });
    break;
  case "refused":
    new random.RandomString("second", { length: 3, minUpper: 2, minNumeric: 2 }, { dependsOn: first });
    break;
  case "throws":
    throw new TypeError("the program stumbled");
  case "bails":
    throw new pulumi.RunError("the program gave up");
  case "waits":
    console.log(`waiting as process ${process.pid}`);
    setInterval(() => undefined, 1000);
    await new Promise(() => undefined);
    break;
  case "exits":
    process.exit(7);
    break;
  default:
    throw new Error(`No such mishap: ${mishap}`);
}
