#!/usr/bin/env python3
"""Writes own-vectors.json: requests signed outside of the product (Python's hmac and hashlib, the openssl program),
two valid and at least three invalid ones for each complete platform. Keys and bodies are made up; nothing in it is anybody's."""
import base64, hashlib, hmac, json, os, subprocess, tempfile, urllib.parse, zlib

NOW = 1782907200  # 2026-07-01T12:00:00Z
out = []

def H(alg, key, text):
    return hmac.new(key if isinstance(key, bytes) else key.encode(), text if isinstance(text, bytes) else text.encode(), alg)

def hexd(d): return d.hexdigest()
def b64d(d): return base64.b64encode(d.digest()).decode()

def add(platform, expected, secrets, headers, body, url=None, settings=None, note="", path_secret=None, now=NOW):
    entry = {"platform": platform, "expected": expected, "note": note, "secrets": secrets, "headers": headers, "body": body, "now": now}
    if url: entry["url"] = url
    if settings: entry["settings"] = settings
    if path_secret is not None: entry["pathSecret"] = path_secret
    out.append(entry)

BODIES = ['{"id":"own-1","type":"payment.succeeded","amount":1250}', '{ "id" : "own-2", "texto" : "São João – R$ 10,00" }']

def signed(platform, make, secret, wrong, settings=None, old=None, url=None, bodies=BODIES):
    """make(body, secret, now) -> headers, or (headers, body, url)."""
    def parts(r, body):
        return r if isinstance(r, tuple) else (r, body, url)
    for body in bodies:
        h, b, u = parts(make(body, secret, NOW), body)
        add(platform, "valid", [secret], h, b, u, settings, "as the sender signs")
    h, b, u = parts(make(bodies[0], secret, NOW), bodies[0])
    add(platform, "invalid", [secret], h, b.replace("own-1", "own-3") if "own-1" in b else b + " ", u, settings, "body changed after signing")
    h2, b2, u2 = parts(make(bodies[0], wrong, NOW), bodies[0])
    add(platform, "invalid", [secret], h2, b2, u2, settings, "signed with another secret")
    add(platform, "invalid", [secret], {}, bodies[0] if b == bodies[0] else "a=1", (u or "").split("?")[0] or None, settings, "no signature")
    if old:
        h3, b3, u3 = parts(make(bodies[0], secret, NOW - old), bodies[0])
        add(platform, "invalid", [secret], h3, b3, u3, settings, "older than the tolerance")

def std(prefix, tolerance):
    def make(body, secret, now):
        key = base64.b64decode(secret[6:])
        return {f"{prefix}-id": "msg_own1", f"{prefix}-timestamp": str(now), f"{prefix}-signature": "v1," + b64d(H("sha256", key, f"msg_own1.{now}.{body}"))}
    return make
for p, pre, tol in [("yoco", "webhook", 181), ("standard-webhooks", "webhook", 301), ("svix", "svix", 301)]:
    signed(p, std(pre, tol), "whsec_" + base64.b64encode(b"own key of twenty-four b").decode(), "whsec_" + base64.b64encode(b"another key of 24 bytes!").decode(), old=tol)

def body_hmac(header, alg="sha256", enc=hexd, prefix=""):
    return lambda body, secret, now: {header: prefix + enc(H(alg, secret, body))}
for p, header, alg, enc, prefix in [
    ("altafinex", "X-Altafinex-Signature", "sha256", hexd, ""), ("fintech-saas", "X-Signature", "sha256", hexd, ""), ("generic", "X-Signature", "sha256", hexd, ""),
    ("shopify", "X-Shopify-Hmac-Sha256", "sha256", b64d, ""), ("woocommerce", "X-WC-Webhook-Signature", "sha256", b64d, ""), ("eduzz", "x-signature", "sha256", hexd, ""),
    ("paystack", "x-paystack-signature", "sha512", hexd, ""), ("flutterwave", "flutterwave-signature", "sha256", b64d, ""), ("razorpay", "X-Razorpay-Signature", "sha256", hexd, ""),
    ("mollie", "X-Mollie-Signature", "sha256", hexd, "sha256="), ("lemon-squeezy", "X-Signature", "sha256", hexd, ""), ("gocardless", "Webhook-Signature", "sha256", hexd, ""),
    ("github", "X-Hub-Signature-256", "sha256", hexd, "sha256="), ("typeform", "Typeform-Signature", "sha256", b64d, "sha256=")]:
    signed(p, body_hmac(header, alg, enc, prefix), "own secret 1", "own secret 2")

signed("stripe", lambda b, s, n: {"Stripe-Signature": f"t={n},v1={hexd(H('sha256', s, f'{n}.{b}'))}"}, "whsec_own", "whsec_other", old=301)
signed("paddle-billing", lambda b, s, n: {"Paddle-Signature": f"ts={n};h1={hexd(H('sha256', s, f'{n}:{b}'))}"}, "pdl_ntfset_own", "pdl_ntfset_other", old=6)
signed("hubspot", lambda b, s, n: {"X-HubSpot-Signature-v3": b64d(H("sha256", s, f"POST{URL}{b}{n}000")), "X-HubSpot-Request-Timestamp": f"{n}000"}, "own client secret", "other", old=301, url="https://shop.example/in/hub?x=1") if (URL := "https://shop.example/in/hub?x=1") else None
signed("square", lambda b, s, n: {"x-square-hmacsha256-signature": b64d(H("sha256", s, "https://shop.example/in/sq" + b))}, "own key", "other", url="https://shop.example/in/sq")
signed("kiwify", lambda b, s, n: ({}, b, "https://shop.example/in/kw?signature=" + hexd(H("sha1", s, b))), "own token", "other")
signed("pagbank", lambda b, s, n: {"x-authenticity-token": hashlib.sha256(f"{s}-{b}".encode()).hexdigest()}, "own token", "other")

def mercadopago(b, s, n, data_id="778899", request="own-req"):
    text = f"id:{data_id};request-id:{request};ts:{n}000;"
    return ({"x-signature": f"ts={n}000,v1={hexd(H('sha256', s, text))}", "x-request-id": request}, b, f"https://shop.example/in/mp?data.id={data_id}&type=payment")
for body in BODIES:
    h, b, u = mercadopago(body, "own secret", NOW)
    add("mercadopago", "valid", ["own secret"], h, b, u, None, "as the sender signs; the body is not covered")
h, b, u = mercadopago(BODIES[0], "own secret", NOW)
add("mercadopago", "invalid", ["own secret"], h, b, u.replace("778899", "778890"), None, "other id in the address")
add("mercadopago", "invalid", ["other"], h, b, u, None, "other secret")
add("mercadopago", "invalid", ["own secret"], {**h, "x-request-id": "own-req-2"}, b, u, None, "other request id")

def adyen(items, key):
    for i in items:
        text = ":".join([i["pspReference"], i.get("originalReference", ""), i["merchantAccountCode"], i["merchantReference"], str(i["amount"]["value"]), i["amount"]["currency"], i["eventCode"], i["success"]])
        i["additionalData"] = {"hmacSignature": b64d(H("sha256", bytes.fromhex(key), text))}
    return json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": i} for i in items]})
KEY = "00112233445566778899AABBCCDDEEFF" * 2
def item(psp, value=100): return {"pspReference": psp, "merchantAccountCode": "OwnShop", "merchantReference": "c:1\\2", "amount": {"value": value, "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true"}
one = adyen([item("A1")], KEY); two = adyen([item("A2"), item("A3", 5)], KEY)
add("adyen", "valid", [KEY], {}, one, note="one item"); add("adyen", "valid", [KEY], {}, two, note="two items, each signed")
add("adyen", "invalid", [KEY], {}, two.replace('"value": 5', '"value": 50'), note="second item changed")
add("adyen", "invalid", [KEY[::-1]], {}, one, note="other key")
add("adyen", "invalid", [KEY], {}, json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item("A4")}]}), note="no signature in the item")

def php(text): return urllib.parse.quote_plus(text, safe="").replace("~", "%7E")
def payfast(fields, passphrase):
    raw = "&".join(f"{k}={php(v)}" for k, v in fields)
    return raw + "&signature=" + hashlib.md5((raw + "&passphrase=" + php(passphrase)).encode()).hexdigest()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
pf = [("m_payment_id", "c 1"), ("pf_payment_id", "991"), ("payment_status", "COMPLETE"), ("item_name", "Café #1~"), ("item_description", ""), ("amount_gross", "10.00")]
add("payfast", "valid", ["own pass/phrase"], FORM, payfast(pf, "own pass/phrase")); add("payfast", "valid", ["p"], FORM, payfast(pf[:3], "p"))
add("payfast", "invalid", ["p"], FORM, payfast(pf, "p").replace("10.00", "1.00"), note="amount changed")
add("payfast", "invalid", ["p"], FORM, payfast(pf, "other"), note="other pass phrase")
add("payfast", "invalid", ["p"], FORM, payfast(pf, "p") + "&amount_gross=9999.00", note="field added behind the signature")
add("payfast", "invalid", [], FORM, payfast(pf, ""), note="no secret: fail closed")

OZ = ["SiteCode", "TransactionId", "TransactionReference", "Amount", "Status", "Optional1", "Optional2", "Optional3", "Optional4", "Optional5", "CurrencyCode", "IsTest", "StatusMessage"]
def ozow(key, **over):
    v = {"SiteCode": "OWN-1", "TransactionId": "T-1", "TransactionReference": "Ref 1", "Amount": "5.00", "Status": "Complete", "CurrencyCode": "ZAR", "IsTest": "false", **over}
    digest = hashlib.sha512("".join([v.get(n, "") for n in OZ] + [key]).lower().encode()).hexdigest()
    return urllib.parse.urlencode({**{n: v.get(n, "") for n in OZ}, "Hash": digest})
add("ozow", "valid", ["Own-Key"], FORM, ozow("Own-Key")); add("ozow", "valid", ["Own-Key"], FORM, ozow("Own-Key", Status="Error", StatusMessage="Declined"))
add("ozow", "invalid", ["Own-Key"], FORM, ozow("Own-Key").replace("5.00", "50.00"), note="amount changed")
add("ozow", "invalid", ["Own-Key"], FORM, ozow("Other"), note="other key"); add("ozow", "invalid", ["Own-Key"], FORM, ozow("Own-Key").split("&Hash=")[0], note="no hash")

def token(platform, header, secrets=("own-token", "own-token-2"), settings=None):
    for s in secrets: add(platform, "valid", list(secrets), {header: s}, BODIES[0], settings=settings, note="one of two live secrets")
    add(platform, "invalid", list(secrets), {header: "own-toke"}, BODIES[0], settings=settings, note="a prefix of it")
    add(platform, "invalid", list(secrets), {}, BODIES[0], settings=settings, note="missing")
    add(platform, "invalid", [], {header: ""}, BODIES[0], settings=settings, note="no secret: fail closed")
token("hotmart", "X-HOTMART-HOTTOK"); token("asaas", "asaas-access-token"); token("bravive", "x-webhook-secret", settings={"scheme": "banking"})
for platform in ("pagarme", "chargebee"):
    for pair in ("own:pass", "own:pa:ss"):
        add(platform, "valid", ["own:pass", "own:pa:ss"], {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, BODIES[0])
    for bad, note in (("Basic " + base64.b64encode(b"own:wrong").decode(), "wrong password"), ("Basic ???", "no base64"), ("Bearer own:pass", "another form")):
        add(platform, "invalid", ["own:pass"], {"Authorization": bad}, BODIES[0], note=note)
for platform in ("bravive", "atomicpay"):
    for s in ("own-path-secret-1", "own-path-secret-2"): add(platform, "valid", ["own-path-secret-1", "own-path-secret-2"], {}, BODIES[0], path_secret=s)
    for s, note in (("own-path-secret", "a prefix of it"), ("", "none"), ("OWN-PATH-SECRET-1", "other case")): add(platform, "invalid", ["own-path-secret-1"], {}, BODIES[0], path_secret=s, note=note)
for s in ("v1", "v2"): add("efi", "valid", ["v1", "v2"], {}, BODIES[0], f"https://shop.example/in/efi?hmac={s}&ignorar=")
for q, note in (("?hmac=v", "a prefix"), ("", "none"), ("?hmac=V1", "other case")): add("efi", "invalid", ["v1"], {}, BODIES[0], "https://shop.example/in/efi" + q, note=note)

def openssl(*args, stdin=b""): return subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=True).stdout
with tempfile.TemporaryDirectory() as folder:
    def key(name, *args):
        path = os.path.join(folder, name); openssl("genpkey", *args, "-out", path); return path, openssl("pkey", "-in", path, "-pubout").decode()
    rsa, rsa_pub = key("rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"); _, other_pub = key("rsa2", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    small, small_pub = key("rsa3", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
    ec, ec_pub = key("ec", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"); ed, ed_pub = key("ed", "-algorithm", "ED25519")
    def sign(path, text): return base64.b64encode(openssl("dgst", "-sha256", "-sign", path, stdin=text.encode())).decode()
    def sign_ed(text):
        source = os.path.join(folder, "m"); open(source, "wb").write(text.encode())
        return openssl("pkeyutl", "-sign", "-inkey", ed, "-rawin", "-in", source)
    for body in BODIES: add("openpix", "valid", [small_pub], {"x-webhook-signature": sign(small, body)}, body, note="RSA of 1024 bits")
    add("openpix", "invalid", [rsa_pub], {"x-webhook-signature": sign(rsa, BODIES[0])}, BODIES[1], note="another body")
    add("openpix", "invalid", [other_pub], {"x-webhook-signature": sign(rsa, BODIES[0])}, BODIES[0], note="another key")
    add("openpix", "invalid", [rsa_pub], {"x-webhook-signature": "AAAA"}, BODIES[0], note="not a signature")
    def paypal(body, text=None):
        content = f"own-tx|2026-07-01T12:00:00Z|OWN-HOOK|{zlib.crc32(body.encode())}"
        return {"PAYPAL-TRANSMISSION-ID": "own-tx", "PAYPAL-TRANSMISSION-TIME": "2026-07-01T12:00:00Z", "PAYPAL-AUTH-ALGO": "SHA256withRSA", "PAYPAL-TRANSMISSION-SIG": sign(rsa, content)}
    hook = {"webhookId": "OWN-HOOK"}
    for body in BODIES: add("paypal", "valid", [rsa_pub], paypal(body), body, settings=hook)
    add("paypal", "invalid", [rsa_pub], paypal(BODIES[0]), BODIES[1], settings=hook, note="another body")
    add("paypal", "invalid", [rsa_pub], paypal(BODIES[0]), BODIES[0], settings={"webhookId": "OTHER"}, note="another webhook")
    add("paypal", "invalid", [other_pub], paypal(BODIES[0]), BODIES[0], settings=hook, note="another key")
    for body in BODIES:
        add("sendgrid", "valid", [ec_pub], {"X-Twilio-Email-Event-Webhook-Signature": sign(ec, str(NOW) + body), "X-Twilio-Email-Event-Webhook-Timestamp": str(NOW)}, body)
        add("sendgrid", "invalid", [ec_pub], {"X-Twilio-Email-Event-Webhook-Signature": sign(ec, str(NOW) + body), "X-Twilio-Email-Event-Webhook-Timestamp": str(NOW + 1)}, body, note="timestamp changed")
        add("generic", "valid", [ed_pub], {"X-Signature": sign_ed(body).hex()}, body, settings={"scheme": "ed25519"})
        add("generic", "invalid", [ed_pub], {"X-Signature": sign_ed(body).hex()}, body + " ", settings={"scheme": "ed25519"}, note="a blank added")
    # Strictness of Ed25519 (RFC 8032 §5.1.7): S + L instead of S; R not canonical; R of small order; keys of small order.
    L = 2**252 + 27742317777372353535851937790883648493
    sig = sign_ed(BODIES[0]); s = int.from_bytes(sig[32:], "little")
    add("generic", "invalid", [ed_pub], {"X-Signature": (sig[:32] + (s + L).to_bytes(32, "little")).hex()}, BODIES[0], settings={"scheme": "ed25519"}, note="S not below the group order")
    add("generic", "invalid", [ed_pub], {"X-Signature": (sig[:32] + bytes(32)).hex()}, BODIES[0], settings={"scheme": "ed25519"}, note="S zero")
    seed = base64.b64decode("".join(openssl("pkey", "-in", ed).decode().split("\n")[1:-2]))[-32:]
    h = bytearray(hashlib.sha512(seed).digest()[:32]); h[0] &= 248; h[31] = (h[31] & 127) | 64
    a = int.from_bytes(h, "little"); A = base64.b64decode("".join(ed_pub.split("\n")[1:-2]))[-32:]
    for R, note in ((b"\x01" + bytes(31), "R is the neutral point"), (bytes([0xee]) + b"\xff" * 30 + b"\x7f", "R is the neutral point, not in canonical form"), (b"\x01" + bytes(30) + b"\x80", "R with a negative zero")):
        k = int.from_bytes(hashlib.sha512(R + A + BODIES[0].encode()).digest(), "little")
        add("generic", "invalid", [ed_pub], {"X-Signature": (R + (k * a % L).to_bytes(32, "little")).hex()}, BODIES[0], settings={"scheme": "ed25519"}, note=note)
    for small_key in ("01" + "00" * 31, "00" * 32, "ec" + "ff" * 30 + "7f", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"):
        add("generic", "invalid", [small_key], {"X-Signature": "01" + "00" * 63}, BODIES[0], settings={"scheme": "ed25519"}, note="public key of small order")
    add("generic", "invalid", ["ed" + "ff" * 30 + "7f"], {"X-Signature": "01" + "00" * 63}, BODIES[0], settings={"scheme": "ed25519"}, note="public key not in canonical form")

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "own-vectors.json"), "w", encoding="utf-8") as f:
    f.write("[\n" + ",\n".join("  " + json.dumps(e, ensure_ascii=False) for e in out) + "\n]\n")
print(len(out), "requests")
