/** Random values, steered by settings, so that a test can make, change, replace and remove them. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config();

const text = new random.RandomString("text", { length: config.requireNumber("length") });
const password = new random.RandomPassword("password", {
  length: 20,
  keepers: { note: config.getSecret("note") ?? "none" },
});
if (config.getBoolean("withPet") === true) new random.RandomPet("pet");
new random.RandomUuid("uuid", {}, { protect: false, ignoreChanges: ["keepers"], dependsOn: text });

console.log(`the program runs in ${process.cwd()}`);

export const textResult = text.result;
export const passwordResult = password.result;
export const environment = Object.keys(process.env);
