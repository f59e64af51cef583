const { PolicyPack } = require("@pulumi/policy");

const STRING = "random:index/randomString:RandomString";

new PolicyPack("test-policies", {
  policies: [
    {
      name: "string-require-length",
      description: "Random strings are long enough.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { minimum: { type: "integer", default: 10 } } },
      validateResource(args, report) {
        const { minimum } = args.getConfig();
        if (args.type === STRING && args.props.length < minimum)
          report(`length ${args.props.length} is below ${minimum}: raise it`);
      },
    },
    {
      name: "string-prefer-letters",
      description: "Random strings have no special characters.",
      enforcementLevel: "advisory",
      validateResource(args, report) {
        if (args.type === STRING && args.props.special !== false)
          report("special characters are hard to type");
      },
    },
  ],
});
