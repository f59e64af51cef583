const { PolicyPack } = require("@pulumi/policy");

const STRING = "random:index/randomString:RandomString";

new PolicyPack("test-policies", {
  policies: [
    {
      name: "string-require-length",
      description: "Random strings are long enough.",
      enforcementLevel: "mandatory",
      validateResource(args, report) {
        if (args.type === STRING && args.props.length < 10)
          report(`length ${args.props.length} is below 10: raise it`);
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
