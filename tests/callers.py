"""Senders of requests for tests: the command line, the dashboard, an extension, and those who may not."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from skilltrail.web.access import JSON, access_of

PORT = 8731
HOST = f"127.0.0.1:{PORT}"
OWN = f"http://{HOST}"
EXTENSION = "chrome-extension://" + "abcdefghijklmnop" * 2
STRANGER = "chrome-extension://" + "ponmlkjihgfedcba" * 2


@dataclass
class Caller:
    """Sends requests with the headers of one kind of sender."""

    app: Flask
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **changes: str | None) -> TestResponse:
        """Send a request; ``changes`` replace headers (underscores for dashes), None takes one away."""
        headers: dict[str, str | None] = {"Host": HOST, **self.headers}
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        kept = {name: value for name, value in headers.items() if value is not None}
        arguments: dict[str, Any] = {"json": body} if body is not None else {}
        media = media_of(self.app, method, path)
        if isinstance(body, bytes):
            arguments = {"data": body}
        elif body is not None and media != JSON:
            # Walks over all routes send JSON; a route that takes something else is asked in its own way.
            arguments = {"data": b"{}"}
            kept.setdefault("Content-Type", media)
        return self.app.test_client().open(path, method=method, headers=kept, buffered=True, **arguments)

    def get(self, path: str, **changes: str | None) -> TestResponse:
        """Send a GET."""
        return self.send("GET", path, **changes)

    def post(self, path: str, body: Any = None, **changes: str | None) -> TestResponse:
        """Send a POST with a JSON body, {} by default."""
        return self.send("POST", path, {} if body is None else body, **changes)


def media_of(app: Flask, method: str, path: str) -> str:
    """Return the media type that the route at an address takes."""
    try:
        endpoint, _arguments = app.url_map.bind(HOST).match(path.partition("?")[0], method=method)
    except HTTPException:
        return JSON
    access = access_of(app.view_functions.get(endpoint))
    return JSON if access is None else access.media


def cli(app: Flask, token: str) -> Caller:
    """Return the command line: no browser headers."""
    return Caller(app, {"Authorization": f"Bearer {token}"})


def dashboard(app: Flask, token: str) -> Caller:
    """Return the dashboard's page."""
    return Caller(app, {"Authorization": f"Bearer {token}", "Origin": OWN, "Sec-Fetch-Site": "same-origin"})


def extension(app: Flask, token: str | None = None, *, origin: str = EXTENSION) -> Caller:
    """Return an extension's service worker in Chromium, with host permission."""
    headers = {"Origin": origin, "Sec-Fetch-Site": "none"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return Caller(app, headers)


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(material: bytes, info: str, salt: bytes = b"") -> bytes:
    """Return 32 bytes; written out here so that the code under test is not its own judge."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info.encode()).derive(material)


@dataclass
class PairingExtension:
    """The extension's side of a pairing, as the contract describes it."""

    caller: Caller
    instance_id: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    request_id: str = ""
    secret: str = ""
    commitment: bytes = b""
    server_public: bytes = b""
    server_nonce: bytes = b""
    device_id: str = ""

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def shared(self) -> bytes:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.server_public)
        x = self.private.exchange(ec.ECDH(), point)
        return hkdf(x, "skilltrail device v1", salt=self.instance_id.encode())

    @property
    def token(self) -> str:
        return encode(hkdf(self.shared, "skilltrail bearer v1"))

    @property
    def digits(self) -> str:
        text = (
            b"skilltrail pairing v1" + self.request_id.encode() + self.public + self.server_public + self.server_nonce
        )
        number = f"{int.from_bytes(hashlib.sha256(text).digest()[:8], 'big') % 1_000_000:06d}"
        return f"{number[:2]} {number[2:4]} {number[4:]}"

    def start(self, label: str = "Chrome on this computer") -> TestResponse:
        answer = self.caller.post("/api/v1/pairings", {"label": label, "extension_version": "0.1.0"})
        if answer.status_code == 201:
            self.request_id, self.secret = answer.json["request_id"], answer.json["request_secret"]
            self.commitment = decode(answer.json["commitment"])
        return answer

    def exchange(self, **changes: str) -> TestResponse:
        body = {"request_secret": self.secret, "public_key": encode(self.public)} | changes
        answer = self.caller.post(f"/api/v1/pairings/{self.request_id}/key", body)
        if answer.status_code == 200:
            self.server_public = decode(answer.json["public_key"])
            self.server_nonce = decode(answer.json["nonce"])
        return answer

    def status(self, **changes: str) -> TestResponse:
        body = {"request_secret": self.secret} | changes
        answer = self.caller.post(f"/api/v1/pairings/{self.request_id}/status", body)
        if answer.status_code == 200 and answer.json["device_id"]:
            self.device_id = answer.json["device_id"]
        return answer

    def open_mark_key(self, box: dict[str, str]) -> bytes:
        key = hkdf(self.shared, "skilltrail mark-key box v1")
        return AESGCM(key).decrypt(decode(box["nonce"]), decode(box["box"]), self.device_id.encode())


def paired(app: Flask, approver: Caller, *, instance_id: str, origin: str = EXTENSION) -> PairingExtension:
    """Pair an extension through the API and return it."""
    made = PairingExtension(extension(app, origin=origin), instance_id)
    assert made.start().status_code == 201
    assert made.exchange().status_code == 200
    assert approver.post(f"/api/v1/pairings/{made.request_id}/approve").status_code == 200
    assert made.status().json["state"] == "approved"
    return made


def item(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return one captured exchange as the extension sends it."""
    return {
        "capture_id": f"00000000-0000-4000-8000-{number:012d}",
        "provider": "chatgpt",
        "account": "",
        "conversation_id": "c-1",
        "prompt_id": f"p-{number}",
        "reply_id": f"r-{number}",
        "parent_id": None,
        "prompt": f"Question {number}?",
        "reply": f"Answer {number}.",
        "asked_at": "2026-11-20T12:00:00Z",
        "answered_at": "2026-11-20T12:00:20Z",
        "asked_at_source": "message",
        "model": "gpt-5",
        "title": "A talk",
        "project_id": None,
        "gizmo_id": None,
        "origin": "extension",
        "fidelity": "stream_complete",
        "status": "complete",
        "on_current_path": True,
        "attachments": [],
        "citations": [],
        "extractor": "chatgpt-stream@1",
        "captured_at": "2026-11-20T12:00:30Z",
        "redactions": {},
        "truncated": False,
    } | changes


def envelope(*rows: Any, **changes: Any) -> dict[str, Any]:
    """Return a batch as the extension sends it."""
    return {"schema": 1, "extension_version": "0.1.0", "items": list(rows)} | changes
