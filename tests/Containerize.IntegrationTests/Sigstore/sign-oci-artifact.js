// A program with the protocol sign-oci-artifact: sign-oci-artifact.js sign-oci-artifact KEY makes a Sigstore bundle.
const fs = require("fs");
const os = require("os");
const path = require("path");
const crypto = require("crypto");
const { execFileSync } = require("child_process");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "containerize-test-"));
const subject = JSON.parse(fs.readFileSync(0, "utf8"));
const payload = Buffer.from(JSON.stringify({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ digest: { sha256: subject.digest.slice("sha256:".length) } }],
  predicateType: "https://sigstore.dev/cosign/sign/v1",
  predicate: {},
}));
const payloadType = "application/vnd.in-toto+json";
const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

function add(mediaType, document) {
  const content = Buffer.from(JSON.stringify(document));
  const hex = crypto.createHash("sha256").update(content).digest("hex");
  fs.mkdirSync(path.join(folder, "blobs", "sha256"), { recursive: true });
  fs.writeFileSync(path.join(folder, "blobs", "sha256", hex), content);
  return { mediaType, digest: `sha256:${hex}`, size: content.length };
}

const bundle = add(bundleType, {
  mediaType: bundleType,
  verificationMaterial: { publicKey: { hint: "test" } },
  dsseEnvelope: {
    payload: payload.toString("base64"),
    payloadType,
    signatures: [{ sig: crypto.sign("sha256", signed, fs.readFileSync(process.argv[3])).toString("base64"), keyid: "" }],
  },
});
const manifest = add("application/vnd.oci.image.manifest.v1+json", {
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  artifactType: bundleType,
  config: add("application/vnd.oci.empty.v1+json", {}),
  layers: [bundle],
  subject,
});
fs.writeFileSync(path.join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
fs.writeFileSync(path.join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
process.stdout.write(execFileSync("tar", ["-C", folder, "-cf", "-", "."]));
fs.rmSync(folder, { recursive: true });
