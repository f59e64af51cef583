/**
 * The official Anthropic SDK against the gateway: a message, a stream, and an error handled.
 *
 *   ANTHROPIC_BASE_URL=http://127.0.0.1:8080 ANTHROPIC_API_KEY=… node examples/anthropic-sdk.ts
 */
import Anthropic from "@anthropic-ai/sdk";

const MODEL = "claude-sonnet-5-5";

const client = createClientOrExit();
await sendMessage();
await streamMessage();
await handleError();

function createClientOrExit(): Anthropic {
  const { ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_API_KEY: apiKey } = process.env;
  if (!baseURL || !apiKey) {
    console.error(
      "Set ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY. `npm run up` prints the line that sets both.",
    );
    process.exit(1);
  }
  return new Anthropic({ baseURL, apiKey });
}

async function sendMessage(): Promise<void> {
  const { data: message, response } = await client.messages
    .create({
      model: MODEL,
      max_tokens: 256,
      messages: [{ role: "user", content: "Say hello in one sentence." }],
    })
    .withResponse();
  const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
  console.log("message  ", text);
  console.log("         ", `${message.usage.input_tokens} tokens in, ${message.usage.output_tokens} out`);
  console.log("         ", `answered in region ${response.headers.get("x-claude-agent-region")}`);
  if (response.headers.get("x-claude-agent-simulated") === "true") {
    console.log("         ", "by the simulated Claude");
  }
}

async function streamMessage(): Promise<void> {
  const stream = client.messages.stream({
    model: MODEL,
    max_tokens: 256,
    messages: [{ role: "user", content: "Count to five." }],
  });
  process.stdout.write("stream    ");
  for await (const event of stream) {
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      process.stdout.write(event.delta.text);
    }
  }
  const { stop_reason: stopReason } = await stream.finalMessage();
  process.stdout.write(`\n          stopped by ${stopReason}\n`);
}

async function handleError(): Promise<void> {
  try {
    await client.messages.create({
      model: "claude-that-does-not-exist",
      max_tokens: 16,
      messages: [{ role: "user", content: "Hello?" }],
    });
  } catch (error) {
    // Where a budget applies, the gateway refuses what has no price; else the API says that there is no such model.
    if (!(error instanceof Anthropic.BadRequestError || error instanceof Anthropic.NotFoundError))
      throw error;
    console.log("error    ", `${error.name}: ${error.message}`);
    console.log("         ", `request ${error.requestID}`);
  }
}
