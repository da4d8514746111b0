"""Anchors, with an authority of our own made by openssl: what it says and what we say of its answers agree."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.anchors import AnchorKind, AnchorRequest
from skilltrail.errors import EvidenceInvalid, NotFound, RequestInvalid
from skilltrail.services.anchors import anchors_for

CONFIG = """
[ tsa ]
default_tsa = one
[ one ]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[ req ]
distinguished_name = name
[ name ]
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[ stamp ]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


class Authority:
    """A root certificate and a signer of time tokens."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder), encoding="utf-8")
        (folder / "serial").write_text("01\n", encoding="ascii")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._do("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-subj", f"/CN={name} root",
                 "-days", "30", "-extensions", "root", "-config", "tsa.cnf")  # fmt: skip
        self._do("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name}", "-config", "tsa.cnf")
        self._do("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                 "-out", "tsa.pem", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "stamp")  # fmt: skip
        self.root = (folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        self._do("ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "q.tsq", "-signer", "tsa.pem",
                 "-inkey", "tsa.key", "-out", "a.tsr")  # fmt: skip
        return (self.folder / "a.tsr").read_bytes()

    def agrees(self, answer: bytes, data: bytes) -> bool:
        """Tell what `openssl ts -verify` says."""
        (self.folder / "v.tsr").write_bytes(answer)
        (self.folder / "v.txt").write_bytes(data)
        done = self._run("ts", "-verify", "-data", "v.txt", "-in", "v.tsr", "-CAfile", "root.pem")
        return done.returncode == 0

    def _do(self, *arguments: str) -> None:
        done = self._run(*arguments)
        assert done.returncode == 0, done.stderr

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return Authority(tmp_path_factory.mktemp("tsa") / "one", "Test authority")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return Authority(tmp_path_factory.mktemp("tsa") / "two", "Stranger")


def anchored(application: Application, authority: Authority, **more: Any) -> tuple[AnchorRequest, bytes]:
    request = application.anchors.request()
    return request, authority.answer(request.query)


class TestTokens:
    def test_a_token_is_taken_shown_and_both_agree(self, application: Application, authority: Authority) -> None:
        application.exchanges.capture(items(history(3)))
        request, answer = anchored(application, authority)

        anchor = application.anchors.take(answer, authority.root)

        assert authority.agrees(answer, request.checkpoint)
        assert (anchor.size, anchor.kind, anchor.token) == (4, AnchorKind.RFC3161, answer)
        assert anchor.at is not None
        assert anchor.by == "CN=Test authority"
        assert application.anchors.listed() == [anchor]
        with application._database.read() as session:
            (shown,) = anchors_for(session, 4)
            assert anchors_for(session, 3) == ()
        assert (shown.kind, shown.checkpoint, shown.token, shown.at) == (
            "rfc3161", request.checkpoint, answer, anchor.at,
        )  # fmt: skip

    def test_only_the_hash_is_in_the_query(self, application: Application) -> None:
        request = application.anchors.request()
        assert bytes.fromhex(request.digest) in request.query
        assert len(request.query) < 100
        origin = request.checkpoint.partition(b"\n")[0]
        assert origin not in request.query

    def test_it_can_come_late(self, application: Application, authority: Authority) -> None:
        request, answer = anchored(application, authority)
        application.exchanges.capture(items(history(3)))
        application.anchors.request()

        assert application.anchors.take(answer, authority.root).checkpoint == request.checkpoint

    def test_for_another_checkpoint_it_is_refused(
        self, application: Application, authority: Authority, tmp_path: Path
    ) -> None:
        request, answer = anchored(application, authority)
        other = request.checkpoint.replace(b"\n1\n", b"\n2\n")
        assert other != request.checkpoint
        from skilltrail.platform.timestamps import time_request

        wrong = authority.answer(time_request(other))
        assert authority.agrees(wrong, other)
        assert not authority.agrees(wrong, request.checkpoint)
        with pytest.raises(EvidenceInvalid):
            application.anchors.take(wrong, authority.root)
        application.anchors.take(answer, authority.root)

    def test_altered_or_by_another_authority_it_is_refused(
        self, application: Application, authority: Authority, stranger: Authority
    ) -> None:
        request, answer = anchored(application, authority)
        with pytest.raises(EvidenceInvalid):
            application.anchors.take(answer, stranger.root)
        assert not stranger.agrees(answer, request.checkpoint)
        # What matters is covered by the signature; where a byte carries nothing, both say so alike.
        for place in range(0, len(answer), 7):
            altered = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
            try:
                taken = application.anchors.take(altered, authority.root)
            except EvidenceInvalid:
                continue
            assert authority.agrees(altered, request.checkpoint), place
            application.anchors.remove(taken.id)
        for data in (b"", b"0", answer[:-1], request.query, b"0" * 70_000):
            with pytest.raises(EvidenceInvalid):
                application.anchors.take(data, authority.root)
        with pytest.raises(EvidenceInvalid):
            application.anchors.take(answer, b"not a certificate")

    def test_it_is_known_removed_and_brought_back(self, application: Application, authority: Authority) -> None:
        anchor = application.anchors.take(anchored(application, authority)[1], authority.root)
        with pytest.raises(RequestInvalid):
            application.anchors.take(anchor.token, authority.root)
        application.anchors.remove(anchor.id)
        assert application.anchors.listed() == []
        with pytest.raises(NotFound):
            application.anchors.remove(anchor.id)
        assert application.anchors.undo(anchor.id) == anchor
        with pytest.raises(NotFound):
            application.anchors.undo(anchor.id)


class TestPushes:
    def test_a_push_is_noted_and_nothing_looked_up(self, application: Application) -> None:
        request = application.anchors.request()
        anchor = application.anchors.note_push(request.size, " https://github.com/ada/log/commit/3fa9c1e ")
        assert (anchor.kind, anchor.by, anchor.at) == (
            AnchorKind.GIT, "https://github.com/ada/log/commit/3fa9c1e", None,
        )  # fmt: skip
        for wrong in (
            "https://ada:pass@x.example/y",
            "https://ada@x.example",
            "http://x.example",
            "javascript:alert(1)",
            "https://a b",
            "https://" + "x" * 500,
        ):
            with pytest.raises(RequestInvalid):
                application.anchors.note_push(request.size, wrong)
        with pytest.raises(NotFound):
            application.anchors.note_push(99, "https://x.example")

    def test_of_its_address_no_secret_is_kept(self, application: Application) -> None:
        token = "ghp_" + "abcdEFGH1234567890abcdEFGH1234567890"
        anchor = application.anchors.note_push(
            application.anchors.request().size, f"https://x.example/log?access_token={token}"
        )

        assert anchor.by.startswith("https://x.example/log?")
        assert token not in anchor.by
