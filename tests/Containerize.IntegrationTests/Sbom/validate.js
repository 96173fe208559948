// Judges documents: validate.js FORMAT FILE [FORMAT FILE]… prints "valid" or what is wrong, one line for each pair.
const fs = require("fs");
const Ajv = require("ajv");
const { Spec, Validation } = require("@cyclonedx/cyclonedx-library");

const bySchema = file => {
  const judge = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(JSON.parse(fs.readFileSync(file, "utf8")));
  return async text => (judge(JSON.parse(text)) ? null : judge.errors);
};
const judges = {
  cyclonedx: text => new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text),
  spdx: bySchema("spdx-2.3.schema.json"), // the specification's own
  "spdx-rules": bySchema("spdx-rules.schema.json"), // what its text demands besides
};

(async () => {
  for (let i = 2; i < process.argv.length; i += 2) {
    const errors = await judges[process.argv[i]](fs.readFileSync(process.argv[i + 1], "utf8"));
    console.log(errors === null ? "valid" : JSON.stringify(errors));
  }
})();
