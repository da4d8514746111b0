"""Credentials against the schemas of 1EdTech, and how long signing and checking take (processor time).

    PYTHONPATH=server:tests python -m benchmarks.credentials FOLDER

FOLDER holds copies of the published JSON Schemas (ob_v3p0_achievementcredential*.json, ob_v3p0_endorsementcredential*.json);
they are not part of this repository.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jsonschema.validators import validator_for

IMPORT = """
import time
begin = time.process_time()
from identities import identity, sample, sign_portfolio, write_content
from skilltrail.domain.portfolio import Portfolio
content = write_content(sample())
began = time.process_time()
sign_portfolio(sample(), content, identity())
print(time.process_time() - began)
"""


def faults(document: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return what a schema has against a credential."""
    validator = validator_for(schema)(schema)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:150]}" for error in validator.iter_errors(document)]


def documents() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield name, kind of schema and credential for everything that is signed."""
    from identities import endorsement, handed_over, identity, really_signed  # noqa: PLC0415
    from portfolios import hostile  # noqa: PLC0415
    from skilltrail.services.portfolio_signing import sign_portfolio  # noqa: PLC0415

    for signed in (really_signed(), sign_portfolio(hostile(), b"{}", identity())):
        for credential in signed.credentials.values():
            yield "skill", "achievement", json.loads(credential)
    yield "handover", "endorsement", json.loads(handed_over().rotations[0])
    yield (
        "endorsement",
        "endorsement",
        json.loads(endorsement(identity(32), "urn:uuid:0d7c3c1c-3d5b-4b0f-9f33-0a3f6c3a5c51")),
    )


def check_schemas(folder: Path) -> int:
    """Print what each schema says; return the number of faults."""
    schemas = {
        path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("ob_v3p0_*credential*.json"))
    }
    found = 0
    for name, schema in schemas.items():
        kind = "endorsement" if "endorsementcredential" in name else "achievement"
        count = 0
        for _what, of, document in documents():
            if of == kind:
                # The older form insists on a list of proofs; what we write is the one proof itself.
                tried = document | {"proof": [document["proof"]]} if "formal" in name else document
                told = faults(tried, schema)
                found += len(told)
                count += 1
                print("\n".join(told[:5]), end="\n" if told else "")
        print(f"{name}: {count} credentials, faults so far {found}")
    return found


def timed(step: Callable[[], object], times: int = 5) -> float:
    """Return milliseconds of processor time of the quickest run."""
    best = float("inf")
    for _run in range(times):
        begin = time.process_time()
        step()
        best = min(best, time.process_time() - begin)
    return best * 1000


def measure() -> None:
    """Print how long signing and checking take."""
    from identities import bundle, identity, page, really_signed, sample  # noqa: PLC0415
    from skilltrail.exporters.badge_png import badge_png  # noqa: PLC0415
    from skilltrail.exporters.portfolio_json import write_content  # noqa: PLC0415
    from skilltrail.services.portfolio_signing import sign_portfolio  # noqa: PLC0415
    from skilltrail.services.verifying import verify, verify_credential  # noqa: PLC0415

    first = float(subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout)
    signed, content = really_signed(), write_content(sample())
    one = next(iter(signed.credentials.values()))
    files, made = bundle(signed), page(signed)
    print(f"first signature of a process (three credentials, libraries loaded): {first * 1000:.0f} ms")
    print(
        f"signing three credentials and the manifest: {timed(lambda: sign_portfolio(sample(), content, identity())):.0f} ms"
    )
    print(f"a badge picture: {timed(lambda: badge_png(one)):.1f} ms, {len(badge_png(one)) / 1000:.0f} kB")
    print(f"checking one credential: {timed(lambda: verify_credential(one)):.0f} ms")
    print(f"checking a bundle of {len(files)} files: {timed(lambda: verify(files)):.0f} ms")
    print(f"checking the page, {len(made) / 1000:.0f} kB: {timed(lambda: verify({'portfolio.html': made})):.0f} ms")


if __name__ == "__main__":
    bad = check_schemas(Path(sys.argv[1])) if len(sys.argv) > 1 else 0
    measure()
    sys.exit(bool(bad))
