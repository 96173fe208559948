// Judges documents: validate.js FORMAT FILE [FORMAT FILE]… prints "valid" or what is wrong, one line for each pair.
const fs = require("fs");
const Ajv = require("ajv");
const { Spec, Validation } = require("@cyclonedx/cyclonedx-library");

const spdx = new Ajv({ allErrors: true, strictRequired: false, strictTypes: false })
  .compile(JSON.parse(fs.readFileSync("spdx-2.3.schema.json", "utf8")));
const judges = {
  cyclonedx: text => new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text),
  spdx: async text => (spdx(JSON.parse(text)) ? null : spdx.errors),
};

(async () => {
  for (let i = 2; i < process.argv.length; i += 2) {
    const errors = await judges[process.argv[i]](fs.readFileSync(process.argv[i + 1], "utf8"));
    console.log(errors === null ? "valid" : JSON.stringify(errors));
  }
})();
