"""Every listed JSON case, at the capture address of the real server and in the importer (T12, G8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.harness.service import Service
from torture.judges_hostile import CaptureDoor, import_verdict
from torture.support_hostile import JsonCase, own_json_cases, public_json_cases


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(home=tmp_path_factory.mktemp("json") / "home", port=8733)
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["own", "public"])
def cases(request: pytest.FixtureRequest) -> list[JsonCase]:
    return own_json_cases() if request.param == "own" else public_json_cases()


def test_the_capture_address_gives_the_right_answer_to_every_case(service: Service, cases: list[JsonCase]) -> None:
    door = CaptureDoor(service.ask, service.cli_token, cases[0].name)
    before = service.count()

    wrong = [fault for case in cases if (fault := door.fault(case)) is not None]

    print(f"G8 capture: {len(cases)} cases, {Counter(case.expect for case in cases)}, {len(wrong)} wrong")
    assert wrong == []
    assert service.count() == before + door.stored
    assert service.ask("GET", "/api/v1/hello")[0] == 200
    assert "Traceback" not in service.log


def test_the_importer_gives_the_right_answer_to_every_case(cases: list[JsonCase], tmp_path: Path) -> None:
    verdicts = {case.name: import_verdict(case, tmp_path) for case in cases}

    wrong = [
        (case.name, verdicts[case.name])
        for case in cases
        if verdicts[case.name] not in ({"accept", "reject"} if case.importer == "either" else {case.importer})
    ]
    print(f"G8 importer: {len(cases)} cases, {Counter(verdicts.values())}, {len(wrong)} wrong")
    assert wrong == []


def test_a_deep_file_is_refused_in_little_memory(tmp_path: Path) -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for opening in (b"[", b'{"a":', b'{"mapping":[', b'[{"x":['):
        case = JsonCase("deep", "reject", opening * 300_000, "reject")
        assert import_verdict(case, tmp_path) == "reject"

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, f"{grown} kB more for files of at most 3 MB"


def test_a_server_that_imports_a_deep_file_lives(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(b"[" * 1_000_000)
    headers = {"Authorization": f"Bearer {service.cli_token}", "Content-Type": "application/json"}

    status, body = service.ask("POST", "/api/v1/imports", headers, b'{"paths":["%s"]}' % str(path).encode())

    assert status == 422, body
    assert service.ask("GET", "/api/v1/hello")[0] == 200
