"""Verifies the DSSE envelope of a bundle: verify_dsse.py BUNDLE KEY prints the statement's predicate type, or "refused".

It needs the modules of Debian's package in-toto.
"""
import base64
import json
import sys

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature, SSlibKey

# Both sides have one, and it is not compared with the envelope's, which names no key.
KEY_ID = "00"

with open(sys.argv[1], encoding="utf-8") as file:
    envelope = json.load(file)["dsseEnvelope"]
with open(sys.argv[2], encoding="utf-8") as file:
    key = SSlibKey(KEY_ID, "ecdsa", "ecdsa-sha2-nistp256", {"public": file.read()})

# The package in Debian has no reader of envelopes, so the bytes to sign are put together here, as DSSE's protocol.md says.
kind = envelope["payloadType"].encode()
payload = base64.b64decode(envelope["payload"], validate=True)
signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
try:
    key.verify_signature(Signature(KEY_ID, signature.hex()), signed)
    print(json.loads(payload)["predicateType"])
except VerificationError:
    # It could not be judged at all.
    raise
except UnverifiedSignatureError:
    print("refused")
