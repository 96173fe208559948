// A plugin of Notation, contract 1.0, whose key is a file: what vendors' plugins do with a key that they keep elsewhere.
// It notes each command in the file of the variable PLUGIN_LOG, and prints a token where plugins print logs.
const fs = require("fs");
const crypto = require("crypto");

const command = process.argv[2];
const request = JSON.parse(fs.readFileSync(0, "utf8"));
fs.appendFileSync(process.env.PLUGIN_LOG, `${command}\n`);
console.error(`token: ${process.env.PLUGIN_TOKEN}`);

const answers = {
  "get-plugin-metadata": () => ({
    name: "test", description: "test", version: "1.0.0", url: "https://example.com",
    supportedContractVersions: ["1.0"], capabilities: ["SIGNATURE_GENERATOR.RAW"],
  }),
  "describe-key": () => ({ keyId: request.keyId, keySpec: "EC-256" }),
  "generate-signature": () => ({
    keyId: request.keyId,
    signature: crypto.sign("sha256", Buffer.from(request.payload, "base64"), {
      key: fs.readFileSync(request.pluginConfig.key), dsaEncoding: "ieee-p1363",
    }).toString("base64"),
    signingAlgorithm: "ECDSA-SHA-256",
    certificateChain: request.pluginConfig.chain.split(",").map(
      (path) => new crypto.X509Certificate(fs.readFileSync(path)).raw.toString("base64")),
  }),
};
console.log(JSON.stringify(answers[command]()));
