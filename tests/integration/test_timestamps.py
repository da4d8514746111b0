"""RFC 3161: openssl as the authority and as the second opinion on what we ask and accept."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from authorities import Authority
from identities import bundle, endorsed, identity, really_signed, signed_again
from mutations import alterations
from portfolios import sample
from skilltrail.domain.portfolio import Anchor
from skilltrail.domain.verification import Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.platform.timestamps import check_token, time_request
from skilltrail.services.verifying import verify

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the authority here")
CHECKPOINT = sample().checkpoint


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "other")


@pytest.fixture(scope="module")
def answer(authority: Authority) -> bytes:
    return authority.answer(time_request(CHECKPOINT))


def test_openssl_and_we_accept_the_same_answer(authority: Authority, answer: bytes) -> None:
    token = check_token(answer, CHECKPOINT, [authority.root.read_bytes()])

    assert authority.accepts(answer, CHECKPOINT)
    assert (token.trusted, token.by) == (True, "CN=Invented clock")
    assert abs(token.at - datetime.now(UTC)) < timedelta(hours=1)


def test_openssl_and_we_refuse_it_over_other_data(authority: Authority, answer: bytes) -> None:
    assert not authority.accepts(answer, CHECKPOINT + b" ")
    for roots in ([], [authority.root.read_bytes()]):
        with pytest.raises(EvidenceInvalid):
            check_token(answer, CHECKPOINT + b" ", roots)


def test_openssl_and_we_refuse_the_root_of_another(authority: Authority, other: Authority, answer: bytes) -> None:
    assert not authority.accepts(answer, CHECKPOINT, other.root)
    with pytest.raises(EvidenceInvalid):
        check_token(answer, CHECKPOINT, [other.root.read_bytes()])


def test_without_a_root_nothing_is_trusted(answer: bytes) -> None:
    assert not check_token(answer, CHECKPOINT).trusted


def test_an_altered_answer_is_never_more_than_openssl_accepts(authority: Authority, answer: bytes) -> None:
    """What neither signature nor hash covers (the status text in front) may be changed; the two must agree on it."""
    roots = [authority.root.read_bytes()]
    for _kind, altered in alterations(answer, 48):
        try:
            accepted = check_token(altered, CHECKPOINT, roots).trusted
        except EvidenceInvalid:
            accepted = False
        assert not accepted or authority.accepts(altered, CHECKPOINT)


@pytest.mark.parametrize("data", [b"", b"0", b"0\x03\x02\x01\x00", b"0" * 100_000, b"-----BEGIN CERTIFICATE-----"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        check_token(data, CHECKPOINT, [data])


def test_a_root_that_is_none_is_refused(answer: bytes) -> None:
    for wrong in (b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(EvidenceInvalid):
            check_token(answer, CHECKPOINT, [wrong])


def test_a_token_beside_a_bundle_answers_for_time(authority: Authority, other: Authority, answer: bytes) -> None:
    files = {**bundle(really_signed()), "checkpoint.tsr": answer}
    trusted = verify(files, roots=[authority.root.read_bytes()])
    named, wrong = verify(files), verify(files, roots=[other.root.read_bytes()])

    assert trusted.time.outcome is Outcome.PASSED
    assert "Existed by" in trusted.time.text.replace("The checkpoint existed by", "Existed by")
    assert "CN=Invented clock" in trusted.time.text
    assert (named.time.outcome, named.integrity.outcome) == (Outcome.OPEN, Outcome.PASSED)
    assert (wrong.time.outcome, wrong.integrity.outcome) == (Outcome.FAILED, Outcome.PASSED)


def test_a_token_in_the_content_answers_too_and_one_about_another_checkpoint_does_not(
    authority: Authority, answer: bytes
) -> None:
    roots = [authority.root.read_bytes()]
    anchor = Anchor("rfc3161", CHECKPOINT, answer, by="Invented clock")
    older = Anchor("rfc3161", b"older", authority.answer(time_request(b"older")))
    git = Anchor("git", CHECKPOINT, b"", by="https://git.example/ada")

    for anchors, expected in (([anchor], Outcome.PASSED), ([older], Outcome.OPEN), ([git], Outcome.OPEN)):
        signed = signed_again(endorsed(identity(32)), anchors=anchors)
        found = verify(bundle(signed), roots=roots)
        assert (found.time.outcome, found.integrity.outcome) == (expected, Outcome.PASSED)
