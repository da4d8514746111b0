"""A time-stamping authority of our own, by openssl: a root, a certificate for time stamps, and answers to requests."""

from __future__ import annotations

import subprocess
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Invented root
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = invented
[invented]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """One authority; its files stand in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.root = folder / "root.pem"
        (folder / "config").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01")
        for name in ("root", "tsa"):
            self.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        made = ("-config", "config", "-extensions", "root", "-days", "3650")
        self.run("req", "-new", "-x509", "-key", "root.key", "-out", "root.pem", *made)
        self.run(
            "req", "-new", "-key", "tsa.key", "-out", "tsa.csr", "-config", "config", "-subj", "/CN=Invented clock"
        )
        self.run("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-out",
                 "tsa.pem", "-extfile", "config", "-extensions", "stamping", "-days", "3650")  # fmt: skip

    def answer(self, request: bytes) -> bytes:
        """Return the answer to a request."""
        (self.folder / "request.tsq").write_bytes(request)
        self.run("ts", "-reply", "-queryfile", "request.tsq", "-config", "config", "-section", "invented", "-signer",
                 "tsa.pem", "-inkey", "tsa.key", "-out", "answer.tsr")  # fmt: skip
        return (self.folder / "answer.tsr").read_bytes()

    def accepts(self, answer: bytes, data: bytes, root: Path | None = None) -> bool:
        """Tell whether openssl itself accepts an answer over data."""
        (self.folder / "told.tsr").write_bytes(answer)
        (self.folder / "data").write_bytes(data)
        done = self.run(
            "ts", "-verify", "-data", "data", "-in", "told.tsr", "-CAfile", str(root or self.root), check=False
        )
        return done.returncode == 0

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Run openssl in the authority's folder."""
        return subprocess.run(["openssl", *words], cwd=self.folder, check=check, capture_output=True)
